/** Steps of the heatmap: one hue, luminance says the measure; null is never a step. */

import type { HeatmapRow, Thresholds } from "./types";

export const HEAT_STEPS = 9;

/** What the darkest step stands for: the limit of Fora, or the highest measure without limits. */
export function heatTop(rows: readonly HeatmapRow[], thresholds: Thresholds | null): number {
  const highest = Math.max(
    0,
    ...rows.map((row) => Math.max(0, ...row.p95_ms.filter((value) => value !== null))),
  );
  return thresholds?.down ?? thresholds?.degraded ?? (highest || 1);
}

/** 0 to 8, evenly from zero to the top; above the top stays 8. */
export function heatStep(value: number, top: number): number {
  return Math.min(HEAT_STEPS - 1, Math.max(0, Math.floor((value / top) * HEAT_STEPS)));
}

/** Places of about five instants to write under the columns, first and last included. */
export function axisPlaces(columns: number, wanted = 5): number[] {
  if (columns <= wanted) return Array.from({ length: columns }, (_, index) => index);
  return Array.from({ length: wanted }, (_, index) =>
    Math.round((index * (columns - 1)) / (wanted - 1)),
  );
}
