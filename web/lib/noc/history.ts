/** What the history of alerts asks for, as the address bar holds it; null asks for nothing. Pure. */
import type { AlertState, Severity } from "./types";

export const periods = ["24h", "7d", "30d", "90d", "all"] as const;
export type Period = (typeof periods)[number];
export const DEFAULT_PERIOD: Period = "7d";
export const severities: readonly Severity[] = ["critical", "warning", "info"];
export const alertStates: readonly AlertState[] = ["open", "ack", "closed"];

/** Rows of one page, and the most that one file holds. */
export const PAGE_ROWS = 50;
export const FILE_ROWS = 50_000;

export interface HistoryFilter {
  /** The worst that an alert ever was. */
  severity: Severity | null;
  state: AlertState | null;
  /** Stable code of a rule. */
  code: string | null;
  period: Period | null;
}

export const wholeHistory: HistoryFilter = {
  severity: null,
  state: null,
  code: null,
  period: null,
};

const CODE = /^[a-z][a-z0-9_]{1,39}$/;

function oneOf<T extends string>(known: readonly T[], text: string | null): T | null {
  return known.find((each) => each === text) ?? null;
}

/** Reads a query string; what does not look like a filter is dropped, never sent. */
export function historyOf(query: URLSearchParams): HistoryFilter {
  const code = query.get("rule");
  return {
    severity: oneOf(severities, query.get("severity")),
    state: oneOf(alertStates, query.get("state")),
    code: code !== null && CODE.test(code) ? code : null,
    period: oneOf(periods, query.get("period")),
  };
}

/** Writes the filter into a query string, shortest form. */
export function putHistory(query: URLSearchParams, asked: HistoryFilter): void {
  if (asked.severity !== null) query.set("severity", asked.severity);
  if (asked.state !== null) query.set("state", asked.state);
  if (asked.code !== null) query.set("rule", asked.code);
  if (asked.period !== null && asked.period !== DEFAULT_PERIOD) query.set("period", asked.period);
}

/** Whether anything but the period narrows the list. */
export function isNarrowed({ severity, state, code }: HistoryFilter): boolean {
  return severity !== null || state !== null || code !== null;
}

const HOUR = 3_600_000;
const lengths: Record<Exclude<Period, "all">, number> = {
  "24h": 24 * HOUR,
  "7d": 7 * 24 * HOUR,
  "30d": 30 * 24 * HOUR,
  "90d": 90 * 24 * HOUR,
};

/** Start of the period before `now` (milliseconds), ISO 8601; null: from the beginning. */
export function startOf(period: Period | null, now: number): string | null {
  const chosen = period ?? DEFAULT_PERIOD;
  return chosen === "all" ? null : new Date(now - lengths[chosen]).toISOString();
}

/** The period that shows more; null when this one already shows everything. */
export function widerThan(period: Period | null): Period | null {
  return periods[periods.indexOf(period ?? DEFAULT_PERIOD) + 1] ?? null;
}
