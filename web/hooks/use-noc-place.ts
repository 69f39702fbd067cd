"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { addressOf, nothingBeside, placeOf, type Beside, type Place, type Tab, type View } from "@/lib/noc/filters";
import type { HistoryFilter } from "@/lib/noc/history";
import type { Filter } from "@/lib/noc/types";

/** In the history entry that opening the drawer made: going back closes it. */
const MARK = "noc_opened_beside";

function openedHere(): boolean {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && MARK in state;
}

/** Whether nothing is open beside the page. */
export function isBare({ alert_id, queue, job_id }: Beside): boolean {
  return alert_id === null && queue === null && job_id === null;
}

export interface NocPlace extends Place {
  change: (part: Partial<Filter>) => void;
  show: (view: View) => void;
  ask: (part: Partial<HistoryFilter>) => void;
  showTab: (tab: Tab) => void;
  open: (alert_id: string) => void;
  openQueue: (company_cnpj: string) => void;
  openJob: (job_id: string) => void;
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
  const showTab = useCallback(
    (tab: Tab) => {
      go({ tab });
    },
    [go],
  );
  const put = useCallback(
    (beside: Partial<Beside>) => {
      const address = `${path}${addressOf({ ...place, ...nothingBeside, ...beside })}`;
      if (isBare(place)) window.history.pushState({ [MARK]: true }, "", address);
      else window.history.replaceState(openedHere() ? { [MARK]: true } : null, "", address);
    },
    [path, place],
  );
  const open = useCallback((alert_id: string) => put({ alert_id }), [put]);
  const openQueue = useCallback((queue: string) => put({ queue }), [put]);
  const openJob = useCallback((job_id: string) => put({ job_id }), [put]);
  const close = useCallback(() => {
    if (openedHere()) window.history.back();
    else go(nothingBeside);
  }, [go]);

  return { ...place, change, show, ask, showTab, open, openQueue, openJob, close };
}
