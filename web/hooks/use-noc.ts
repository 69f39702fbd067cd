"use client";

import { createContext, use, useSyncExternalStore } from "react";
import type { Watch, WatchState } from "@/lib/noc/watch";

export interface Noc {
  watch: Watch;
  /** Asks the badge now and reads what lags; for "try again" and for hints. */
  askNow: () => void;
  /** Holds the page still, or lets it follow again. */
  togglePause: () => void;
}

export const NocContext = createContext<Noc | null>(null);

export function useNoc(): Noc {
  const noc = use(NocContext);
  if (noc === null) throw new Error("this component belongs inside NocProvider");
  return noc;
}

/** A part of the connection's state; renders again only when that part changes identity. */
export function useWatch<T>(part: (state: WatchState) => T): T {
  const { watch } = useNoc();
  const read = () => part(watch.get());
  return useSyncExternalStore(watch.subscribe, read, read);
}
