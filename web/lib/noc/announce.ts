/** What a screen reader is told about the badge, and how often. Pure. */
import type { Badge, BadgeAlert, HealthStatus } from "./types";

/** Changes of severity are told at most this often; the last one is never left out. */
export const SPEECH_SPACING_MS = 10_000;

export interface Speech {
  /** The status that was last told; null before the first badge. */
  told: HealthStatus | null;
  told_at: number;
  /** Critical alerts already known. */
  known: readonly string[];
  /** Said politely (role status); null says nothing. */
  polite: HealthStatus | null;
  /** Said at once (role alert), one time for each new critical alert. */
  urgent: BadgeAlert | null;
}

export const silent: Speech = { told: null, told_at: 0, known: [], polite: null, urgent: null };

export function hear(speech: Speech, badge: Badge, at: number): Speech {
  const critical = badge.worst.filter((alert) => alert.severity === "critical");
  const known = critical.map((alert) => alert.alert_id);
  if (speech.told === null) return { ...silent, told: badge.status, told_at: at, known };
  const urgent = critical.find((alert) => !speech.known.includes(alert.alert_id)) ?? speech.urgent;
  const next = { ...speech, known: [...new Set([...speech.known, ...known])], urgent };
  const soon = at - speech.told_at < SPEECH_SPACING_MS;
  if (badge.status === speech.told || soon) return next;
  return { ...next, told: badge.status, told_at: at, polite: badge.status };
}
