/** A backtest as it is said and drawn. Pure. Instants in ms since the epoch. */
import type { ChartRow, Span } from "./chart";
import type { Severity } from "./types";
import type { Backtest } from "./types-settings";

const DAY_MS = 86_400_000;

/** The figures of the sentence: how often, how long, how often a week. */
export interface TrialFigures {
  /** Days that are stored, of those that were asked for. */
  days: number;
  opened: number;
  /** Null when nothing opened. */
  mean_s: number | null;
  per_week: number;
}

export function figuresOf(trial: Backtest): TrialFigures {
  const days = (Date.parse(trial.to) - Date.parse(trial.from)) / DAY_MS;
  return {
    days: Math.max(1, Math.round(days)),
    opened: trial.opened,
    mean_s: trial.opened === 0 ? null : trial.open_s / trial.opened,
    per_week: (trial.opened / Math.max(days, 1)) * 7,
  };
}

/** One service's values as rows of a chart; each stands in the middle of its step. */
export function rowsOf(trial: Backtest, service: string): ChartRow[] {
  const step = trial.series.step_s * 1000;
  const start = Date.parse(trial.from) + step / 2;
  const values = trial.series.services.find((each) => each.service === service)?.values ?? [];
  return values.map((main, index) => ({
    t: start + index * step,
    main,
    sub: null,
    main_open: null,
    sub_open: null,
    lone: main !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null,
    count: null,
    open: false,
  }));
}

/** A would-be alert on the chart. */
export interface Band extends Span {
  severity: Severity;
}

/** Each at least as wide as can be seen, a 200th of the whole. */
export function bandsOf(trial: Backtest, service: string): Band[] {
  const end = Date.parse(trial.to);
  const least = (end - Date.parse(trial.from)) / 200;
  return trial.alerts
    .filter((alert) => alert.service === service)
    .map((alert) => {
      const from = Date.parse(alert.opened_at);
      const to = alert.closed_at === null ? end : Date.parse(alert.closed_at);
      return { from, to: Math.min(Math.max(to, from + least), end), severity: alert.severity_max };
    });
}

/** The most that was measured in the whole answer; null: nothing was. */
export function highestOf(trial: Backtest | null): number | null {
  const values = trial?.series.services.flatMap((each) => each.values) ?? [];
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
