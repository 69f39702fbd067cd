import { historyOf, putHistory, type HistoryFilter } from "./history";
import type { Filter, Me, Range } from "./types";

/** The page's filters as the address bar holds them; null means "all" (or 1 h for the range). */
export const ranges: readonly Range[] = ["15m", "1h", "6h", "24h", "7d"];
export const DEFAULT_RANGE: Range = "1h";

export const noFilter: Filter = { company_cnpj: null, group_id: null, service: null, range: null };

const CNPJ = /^[0-9A-Z]{12}[0-9]{2}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SERVICE = /^[a-z0-9][a-z0-9:_-]{0,62}$/;

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null;
}

function rangeOf(text: string | null): Range | null {
  return ranges.find((range) => range === text) ?? null;
}

/** Reads a query string; what does not look like a filter is dropped, never sent. */
export function filterOf(query: URLSearchParams): Filter {
  const company_cnpj = matching(query.get("company"), CNPJ);
  return {
    company_cnpj,
    group_id: company_cnpj === null ? matching(query.get("group"), UUID) : null,
    service: matching(query.get("service"), SERVICE),
    range: rangeOf(query.get("range")),
  };
}

/** The query string of a filter, "" or "?…", shortest form. */
export function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.company_cnpj !== null) query.set("company", filter.company_cnpj);
  else if (filter.group_id !== null) query.set("group", filter.group_id);
  if (filter.service !== null) query.set("service", filter.service);
  if (filter.range !== null && filter.range !== DEFAULT_RANGE) query.set("range", filter.range);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The part of the page that fills it: the live panels, or one list about alerts. */
export type View = "live" | "history" | "silences";
const views: readonly View[] = ["live", "history", "silences"];

/** What stands below the live panels, one at a time. */
export const tabs = ["queues", "jobs", "sessions", "actions"] as const;
export type Tab = (typeof tabs)[number];

/** What is open beside the page, at most one of them. */
export interface Beside {
  /** The alert whose drawer is open. */
  alert_id: string | null;
  /** The company whose messages are. */
  queue: string | null;
  /** The job whose attempts are. */
  job_id: string | null;
}

export const nothingBeside: Beside = { alert_id: null, queue: null, job_id: null };

/** Everything that the address bar says. */
export interface Place extends Beside {
  filter: Filter;
  view: View;
  history: HistoryFilter;
  tab: Tab;
}

function besideOf(query: URLSearchParams): Beside {
  const alert_id = matching(query.get("alert"), UUID);
  if (alert_id !== null) return { ...nothingBeside, alert_id };
  const queue = matching(query.get("queue"), CNPJ);
  if (queue !== null) return { ...nothingBeside, queue };
  return { ...nothingBeside, job_id: matching(query.get("job"), UUID) };
}

export function placeOf(query: URLSearchParams): Place {
  return {
    filter: filterOf(query),
    view: views.find((view) => view === query.get("view")) ?? "live",
    history: historyOf(query),
    tab: tabs.find((tab) => tab === query.get("tab")) ?? "queues",
    ...besideOf(query),
  };
}

/** The query string of a place, "" or "?…", shortest form. */
export function addressOf({ filter, view, history, tab, alert_id, queue, job_id }: Place): string {
  const query = new URLSearchParams(queryOf(filter));
  if (view !== "live") query.set("view", view);
  if (view === "history") putHistory(query, history);
  if (tab !== "queues") query.set("tab", tab);
  if (alert_id !== null) query.set("alert", alert_id);
  if (queue !== null) query.set("queue", queue);
  if (job_id !== null) query.set("job", job_id);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Whether the caller has anything to choose between; a single company needs no picker. */
export function mayPickScope(me: Me): boolean {
  return me.role !== "cliente" && me.companies.length > 1;
}
