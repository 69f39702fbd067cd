import type { Severity, Status } from "./types";

export interface StatusLook {
  /** Catalogue key of the word. */
  word: `status.${Status}`;
  /** Class that sets --s --f --t --e --o (solid, text, tint, edge, on) of the state. */
  scope: `st-${string}`;
  /** 0 is the worst; lists put the lowest first. */
  rank: number;
  /** Whether the state is drawn filled and tinted; healthy stays an outline. */
  loud: boolean;
}

export const looks: Record<Status, StatusLook> = {
  DOWN: { word: "status.DOWN", scope: "st-down", rank: 0, loud: true },
  DEGRADED: { word: "status.DEGRADED", scope: "st-degraded", rank: 1, loud: true },
  NO_DATA: { word: "status.NO_DATA", scope: "st-nodata", rank: 2, loud: true },
  PAUSED: { word: "status.PAUSED", scope: "st-paused", rank: 3, loud: true },
  MAINTENANCE: { word: "status.MAINTENANCE", scope: "st-maint", rank: 4, loud: true },
  UP: { word: "status.UP", scope: "st-up", rank: 5, loud: false },
};

/** What an open alert of this severity does to its target; info never degrades it. */
export const statusOfSeverity: Record<Severity, Status> = {
  critical: "DOWN",
  warning: "DEGRADED",
  info: "UP",
};

/** Every state in the order of a legend: health, then what people did. */
export const legend: readonly Status[] = [
  "UP",
  "DEGRADED",
  "DOWN",
  "NO_DATA",
  "MAINTENANCE",
  "PAUSED",
];

/** Negative when `a` is worse; for sorting worst first. */
export function compareStatus(a: Status, b: Status): number {
  return looks[a].rank - looks[b].rank;
}

export function worstStatus(all: readonly Status[]): Status | null {
  return [...all].sort(compareStatus)[0] ?? null;
}

/** Above which limit a value is; limits are exclusive, null when it was not measured. */
export function breach(
  value: number | null,
  limits: { degraded: number | null; down: number | null } | null,
): "DOWN" | "DEGRADED" | null {
  if (value === null || limits === null) return null;
  if (limits.down !== null && value > limits.down) return "DOWN";
  if (limits.degraded !== null && value > limits.degraded) return "DEGRADED";
  return null;
}
