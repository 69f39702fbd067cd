import type { Versions } from "./feed";

/** Reads that a table feeds; the poll of the badge covers what is not named here. */
export type Read =
  | "me"
  | "sources"
  | "overview"
  | "matrix"
  | "series"
  | "timeline"
  | "history"
  | "silences"
  | "contacts"
  | "notifications"
  | "rules"
  | "queue"
  | "jobs"
  | "sessions"
  | "actions";

const readsOf: Record<string, readonly Read[]> = {
  metrics_agg: ["overview", "matrix", "series"],
  noc_alerts: ["overview", "matrix", "series", "timeline", "history", "silences"],
  noc_silences: ["overview", "matrix", "timeline", "silences"],
  service_health: ["overview", "matrix"],
  queue_whatsapp: ["overview", "queue"],
  jobs: ["overview", "jobs"],
  sessions: ["sessions"],
  companies: ["me", "sources", "overview", "matrix", "history", "queue", "jobs", "sessions"],
  company_groups: ["me", "overview"],
  memberships: ["me", "sources", "overview", "matrix", "timeline", "history", "silences", "contacts", "notifications", "rules", "queue", "jobs", "sessions", "actions"],
  noc_rules: ["overview", "series", "timeline", "rules", "queue"],
  noc_contacts: ["contacts"],
  noc_notifications: ["notifications", "contacts", "timeline"],
  noc_actions: ["timeline", "queue", "jobs", "actions"],
  data_sources: ["sources"],
};
const everyRead: readonly Read[] = [
  "me",
  "sources",
  "overview",
  "matrix",
  "series",
  "timeline",
  "history",
  "silences",
  "contacts",
  "notifications",
  "rules",
  "queue",
  "jobs",
  "sessions",
  "actions",
];

/** Which reads a change of these tables makes old; a table unknown to this page may touch all. */
export function readsTouchedBy(tables: readonly string[]): Set<Read> {
  return new Set(tables.flatMap((name) => readsOf[name] ?? everyRead));
}

/** The versions of a hint `{"v":1,"tables":{…}}`; null for anything else. */
export function versionsOfHint(payload: unknown): Versions | null {
  if (typeof payload !== "object" || payload === null) return null;
  const { v, tables } = payload as Record<string, unknown>;
  if (v !== 1 || typeof tables !== "object" || tables === null) return null;
  const pairs = Object.entries(tables).filter(
    (pair): pair is [string, number] => typeof pair[1] === "number",
  );
  return Object.fromEntries(pairs);
}
