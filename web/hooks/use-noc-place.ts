"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { addressOf, placeOf, type Place, type View } from "@/lib/noc/filters";
import type { HistoryFilter } from "@/lib/noc/history";
import type { Filter } from "@/lib/noc/types";

/** In the history entry that opening the drawer made: going back closes it. */
const MARK = "noc_opened_alert";

function openedHere(): boolean {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && MARK in state;
}

export interface NocPlace extends Place {
  change: (part: Partial<Filter>) => void;
  show: (view: View) => void;
  ask: (part: Partial<HistoryFilter>) => void;
  open: (alert_id: string) => void;
  close: () => void;
}

/** Where the reader is, kept in the address bar alone: a link or a reload shows the same page. */
export function useNocPlace(): NocPlace {
  const params = useSearchParams();
  const path = usePathname();
  const query = params.toString();
  const place = useMemo(() => placeOf(new URLSearchParams(query)), [query]);
  const go = useCallback(
    (part: Partial<Place>) => {
      window.history.pushState(null, "", `${path}${addressOf({ ...place, ...part })}`);
    },
    [path, place],
  );

  const change = useCallback(
    (part: Partial<Filter>) => {
      go({ filter: { ...place.filter, ...part } });
    },
    [go, place],
  );
  const show = useCallback(
    (view: View) => {
      go({ view });
    },
    [go],
  );
  const ask = useCallback(
    (part: Partial<HistoryFilter>) => {
      go({ view: "history", history: { ...place.history, ...part } });
    },
    [go, place],
  );
  const open = useCallback(
    (alert_id: string) => {
      const address = `${path}${addressOf({ ...place, alert_id })}`;
      if (place.alert_id === null) window.history.pushState({ [MARK]: true }, "", address);
      else window.history.replaceState(openedHere() ? { [MARK]: true } : null, "", address);
    },
    [path, place],
  );
  const close = useCallback(() => {
    if (openedHere()) window.history.back();
    else go({ alert_id: null });
  }, [go]);

  return { ...place, change, show, ask, open, close };
}
