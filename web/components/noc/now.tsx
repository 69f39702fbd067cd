"use client";

import { createContext, use, type ReactNode } from "react";

const NowContext = createContext<number | null>(null);

export interface NowProviderProps {
  /** The database's clock in milliseconds since the epoch; null before the first answer. */
  now: number | null;
  children: ReactNode;
}

/** Gives every age below it one clock, so that a test needs none and a page has one timer. */
export function NowProvider({ now, children }: NowProviderProps) {
  return <NowContext value={now}>{children}</NowContext>;
}

/** Milliseconds since the epoch; null when nobody gave a clock. */
export function useNow(): number | null {
  return use(NowContext);
}

/** Seconds since an instant, never negative; null without a clock. */
export function useAgeOf(iso: string | null): number | null {
  const now = useNow();
  if (iso === null || now === null) return null;
  return Math.max(0, (now - Date.parse(iso)) / 1000);
}
