/** The kept evidence as the drawer draws it. Pure. */
import type { Span } from "./chart";
import type { Incident, Rule, Series, SeriesPoint, Thresholds } from "./types";
import type { Evidence } from "./types-story";

const MINUTE_MS = 60_000;
/** The engine takes evidence only this long after an alert opened. */
const TAKEN_WITHIN_MS = 5 * MINUTE_MS;

export type Drawn = "p95_ms" | "error_rate" | "per_minute";

/** What the frozen chart draws of a rule's metric; null: nothing that was kept by the minute. */
export function drawnOf(metric: string): Drawn | null {
  if (metric === "p95_ms" || metric === "mean_ms") return "p95_ms";
  if (metric === "error_rate" || metric === "error_rate_all") return "error_rate";
  if (metric === "throughput_low" || metric === "throughput_high") return "per_minute";
  return null;
}

/** The rule's limits belong on the chart only where it draws what they judge. */
export function limitsOf(rule: Rule): Thresholds | null {
  if (rule.metric === "mean_ms" || rule.metric === "error_rate_all") return null;
  return { degraded: rule.degraded_threshold, down: rule.down_threshold };
}

const minuteOf = (at: string) => Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS;

/** The kept minutes as a series of closed buckets; a minute without a row is a gap. */
export function frozenSeries(
  { minutes, window_from, taken_at }: Evidence,
  alert: Incident,
): Series | null {
  if (minutes === null || minutes.length === 0) return null;
  const rows = new Map(minutes.map((row) => [minuteOf(row.bucket), row]));
  const known = [...rows.keys(), minuteOf(taken_at)];
  const from = Math.min(...known);
  const to = Math.max(...known, window_from === null ? from : minuteOf(window_from));
  const points: SeriesPoint[] = [];
  for (let at = from; at <= to; at += MINUTE_MS) {
    const row = rows.get(at);
    points.push({
      bucket: new Date(at).toISOString(),
      open: false,
      count: row?.count ?? null,
      p50_ms: null,
      p95_ms: row?.p95_ms ?? null,
      error_rate: row?.error_rate ?? null,
      error_rate_4xx: null,
      per_minute: row?.count ?? null,
    });
  }
  // The last minute had just begun: without a call in it nothing is missing yet.
  if (points.length > 1 && points.at(-1)?.count === null) points.pop();
  const { alert_id, opened_at, severity, title, service } = alert;
  const last = points.at(-1)?.bucket ?? taken_at;
  // It opened within the last minute, which is drawn as its beginning.
  const at = Date.parse(opened_at) < Date.parse(last) ? opened_at : last;
  return {
    resolution: "1m",
    from: points[0]?.bucket ?? taken_at,
    to: last,
    points,
    thresholds: { p95_ms: null, error_rate: null },
    annotations: [{ at, kind: "alert_opened", alert_id, severity, title, service }],
  };
}

/** The window that decided, within what is drawn; null for a rule without one. */
export function decidedIn({ window_from }: Evidence, series: Series): Span | null {
  if (window_from === null) return null;
  const [from, to] = [Date.parse(series.from), Date.parse(series.to)];
  const opened = Date.parse(series.annotations[0]?.at ?? series.to);
  const span = { from: Math.max(Date.parse(window_from), from), to: Math.min(opened, to) };
  return span.from < span.to ? span : null;
}

/** Why there is none: it is being taken, it is kept with the incident's parts, or it never was. */
export function missingEvidence(
  alert: Pick<Incident, "state" | "incident" | "opened_at">,
  now: number | null,
): "coming" | "inParts" | "none" {
  if (alert.incident) return "inParts";
  if (alert.state === "closed" || now === null) return "none";
  return now - Date.parse(alert.opened_at) < TAKEN_WITHIN_MS ? "coming" : "none";
}
