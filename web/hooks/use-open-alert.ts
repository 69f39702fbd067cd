"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { addressOf, alertOf, filterOf } from "@/lib/noc/filters";

/** In the history entry that opening the drawer made: going back closes it. */
const MARK = "noc_opened_alert";

function openedHere(): boolean {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && MARK in state;
}

/** The alert whose drawer is open, kept in the address bar: shareable, and closed by "back". */
export function useOpenAlert(): {
  alert_id: string | null;
  open: (alert_id: string) => void;
  close: () => void;
} {
  const params = useSearchParams();
  const path = usePathname();
  const query = params.toString();
  const alert_id = useMemo(() => alertOf(new URLSearchParams(query)), [query]);

  const open = useCallback(
    (next: string) => {
      const address = `${path}${addressOf(filterOf(new URLSearchParams(query)), next)}`;
      if (alert_id === null) window.history.pushState({ [MARK]: true }, "", address);
      else window.history.replaceState(openedHere() ? { [MARK]: true } : null, "", address);
    },
    [path, query, alert_id],
  );
  const close = useCallback(() => {
    if (openedHere()) window.history.back();
    else {
      const address = addressOf(filterOf(new URLSearchParams(query)), null);
      window.history.pushState(null, "", `${path}${address}`);
    }
  }, [path, query]);

  return { alert_id, open, close };
}
