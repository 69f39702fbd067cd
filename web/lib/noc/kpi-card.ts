/** What a KPI card shows, every value already written, and the pieces that its writers share. */

import type { Format } from "./format";
import type { Translate } from "./i18n";
import type { HealthStatus, Spark, Thresholds } from "./types";

/** A card's content, every value already written. */
export interface KpiView {
  label: string;
  status: HealthStatus;
  /** Instead of the status word: "Sem tráfego", "Dado velho". */
  word?: string;
  value: string;
  unit: string;
  /** At the right of the number: the change against yesterday, or a second fact. */
  aside?: { text: string; trend: "up" | "down" | null; title?: string } | undefined;
  spark: Spark;
  thresholds?: Thresholds | null;
  look?: "line" | "bars";
  /** Worst item, at the left; loud when above the limit itself. Its figure is never cut. */
  worst: { text: string; figure?: string; status: HealthStatus; title?: string };
  /** Sample size or a second count, at the right. */
  sample: string;
  /** Nothing happened, which is known: neither healthy nor without data. */
  idle?: true;
}

export interface Writer {
  t: Translate;
  format: Format;
  /** The database's present, ISO 8601; null before the first answer. */
  now: string | null;
}

/** Which reading of the latency card is on. */
export type LatencyReading = "global" | "worst";

/** Not measured. */
export const DASH = "—";

/** A change against yesterday with its arrow; none when it cannot be told. */
export function asideOf(change: string | null, rose: boolean, t: Translate): KpiView["aside"] {
  if (change === null) return undefined;
  const flat = change.startsWith("0");
  const trend = flat ? null : rose ? "up" : "down";
  return { text: change, trend, title: t("kpi.change", { change }) };
}

/** A footer that has nothing to say in colour. */
export function calm(text: string): KpiView["worst"] {
  return { text, status: "UP" };
}
