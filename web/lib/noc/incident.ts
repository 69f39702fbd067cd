/** An alert's events as the drawer tells them: newest on top, in lanes, with the silences. Pure. */
import type { AlertEvent, Incident } from "./types";

export type Lane = "alert" | "action" | "note" | "system";
export const lanes: readonly Lane[] = ["alert", "action", "note", "system"];

/** A silence longer than this is drawn. */
export const SILENCE_MS = 10 * 60_000;

export type Entry =
  /** How it stands, while it is not closed. */
  | { kind: "now"; lane: "alert"; at: string }
  | { kind: "event"; lane: Lane; at: string; event: AlertEvent; last: boolean }
  | { kind: "silence"; from: string; seconds: number };

export function laneOf({ kind, by_person }: AlertEvent): Lane {
  switch (kind) {
    case "acknowledged":
    case "assigned":
      return "action";
    case "commented":
      return "note";
    case "ack_expired":
    case "muted":
    case "unmuted":
    case "flapping":
    case "steady":
      return "system";
    case "closed":
      return by_person ? "action" : "alert";
    default:
      return "alert";
  }
}

function silenceBetween(older: string, newer: string): Entry[] {
  const ms = Date.parse(newer) - Date.parse(older);
  return ms > SILENCE_MS ? [{ kind: "silence", from: older, seconds: ms / 1000 }] : [];
}

/** Everything newest first; `now` is the database's clock, null when nobody gave one. */
export function entriesOf(
  alert: Pick<Incident, "state" | "last_seen_at">,
  events: readonly AlertEvent[],
  now: number | null,
): Entry[] {
  const newest = events.at(-1);
  const entries: Entry[] = [];
  if (alert.state !== "closed") {
    entries.push({ kind: "now", lane: "alert", at: alert.last_seen_at });
    const clock = now === null ? alert.last_seen_at : new Date(now).toISOString();
    if (newest !== undefined) entries.push(...silenceBetween(newest.at, clock));
  }
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events[index];
    if (event === undefined) continue;
    entries.push({
      kind: "event",
      lane: laneOf(event),
      at: event.at,
      event,
      last: index === events.length - 1,
    });
    const older = events[index - 1];
    if (older !== undefined) entries.push(...silenceBetween(older.at, event.at));
  }
  return entries;
}

/** Entries of the lanes that are on. With a lane off nothing is known about silence. */
export function shownEntries(entries: readonly Entry[], off: ReadonlySet<Lane>): Entry[] {
  if (off.size === 0) return [...entries];
  return entries.filter((entry) => entry.kind !== "silence" && !off.has(entry.lane));
}
