/** Geometry of the time series, apart from any drawing library. Instants in ms since the epoch. */

import type { Resolution, SeriesPoint, Thresholds } from "./types";

export const STEP_MS: Record<Resolution, number> = {
  "1m": 60_000,
  "5m": 300_000,
  "1h": 3_600_000,
};

/** The measures of a point that can be drawn. */
export type Measured = "p50_ms" | "p95_ms" | "error_rate" | "error_rate_4xx" | "per_minute";

/** One bucket; `*_open` repeats the last closed point so that the dashed segment joins it. */
export interface ChartRow {
  t: number;
  main: number | null;
  sub: number | null;
  main_open: number | null;
  sub_open: number | null;
  /** Measured with a gap on both sides: a line cannot show it. */
  lone: boolean;
  count: number | null;
  open: boolean;
}

export interface Span {
  from: number;
  to: number;
}

export interface Scale {
  top: number;
  ticks: number[];
}

/** A change of colour along the height, 0 at the top of the scale and 1 at zero. */
export interface Stop {
  offset: number;
  state: "DOWN" | "DEGRADED" | "UP";
}

export function chartRows(
  points: readonly SeriesPoint[],
  main: Measured,
  sub: Measured | null,
): ChartRow[] {
  const closed = (point: SeriesPoint | undefined, key: Measured | null) =>
    point === undefined || key === null || point.open ? null : point[key];
  return points.map((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    const joins = point.open || after?.open === true;
    const alone = (near: SeriesPoint | undefined) => near === undefined || near[main] === null;
    return {
      t: Date.parse(point.bucket),
      main: closed(point, main),
      sub: closed(point, sub),
      main_open: joins ? point[main] : null,
      sub_open: joins && sub !== null ? point[sub] : null,
      lone: point[main] !== null && alone(before) && alone(after),
      count: point.count,
      open: point.open,
    };
  });
}

/** Stretches where nothing was received. An open bucket without data is not a gap yet. */
export function gapsOf(points: readonly SeriesPoint[], main: Measured, step: number): Span[] {
  const gaps: Span[] = [];
  let running = false;
  for (const point of points) {
    const missing = point[main] === null && !point.open;
    const t = Date.parse(point.bucket);
    const last = gaps.at(-1);
    if (missing && running && last) last.to = t + step / 2;
    else if (missing) gaps.push({ from: t - step / 2, to: t + step / 2 });
    running = missing;
  }
  return gaps;
}

const NICE = [1, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** A round step of which three or four reach the top. */
function niceStep(top: number): number {
  const rough = top / 4.99;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (NICE.find((factor) => factor * power >= rough) ?? 10) * power;
}

/** From zero to a fifth above the data or the first limit, whichever is higher. */
export function yScale(values: readonly (number | null)[], thresholds: Thresholds | null): Scale {
  const measured = values.filter((value) => value !== null);
  const top = Math.max(0, ...measured, thresholds?.degraded ?? 0) * 1.2 || 1;
  const step = niceStep(top);
  const count = Math.floor(top / step + 1e-9);
  return { top, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** Limits that the scale reaches; one beyond it is not drawn. */
export function limitsWithin(thresholds: Thresholds | null, top: number): Thresholds {
  const within = (limit: number | null | undefined) =>
    limit !== null && limit !== undefined && limit < top ? limit : null;
  return { degraded: within(thresholds?.degraded), down: within(thresholds?.down) };
}

/** Where the line changes colour, from the top down, so that only what is above a limit has it. */
export function stopsOf(limits: Thresholds, top: number): Stop[] {
  const place = (limit: number) => 1 - limit / top;
  const stops: Stop[] = [];
  const band = (state: Stop["state"], end: number) => {
    stops.push({ offset: stops.at(-1)?.offset ?? 0, state }, { offset: end, state });
  };
  if (limits.down !== null) band("DOWN", place(limits.down));
  if (limits.degraded !== null) band("DEGRADED", place(limits.degraded));
  band("UP", 1);
  return stops;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 5760, 10_080].map((step) => step * MINUTE);

/** Round instants of the reader's clock, at most five; `offset` is the zone's, in ms. */
export function timeTicks(from: number, to: number, offset: number): number[] {
  const step = TIME_STEPS.find((each) => (to - from) / each <= 5) ?? 24 * HOUR;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** Lowest and highest measure; null when nothing was measured. */
export function extent(values: readonly (number | null)[]): { min: number; max: number } | null {
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  return { min: Math.min(...measured), max: Math.max(...measured) };
}
