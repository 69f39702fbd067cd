/** An alert's story as the drawer tells it: newest on top, in lanes, with the silences. Pure. */
import type { AlertEvent, Incident } from "./types";
import type { Notice } from "./types-story";

export type Lane = "alert" | "action" | "notice" | "note" | "system";
export const lanes: readonly Lane[] = ["alert", "action", "notice", "note", "system"];

/** A silence longer than this is drawn. */
export const SILENCE_MS = 10 * 60_000;

export type Entry =
  /** How it stands, while it is not closed. */
  | { kind: "now"; lane: "alert"; at: string }
  | { kind: "event"; lane: Lane; at: string; event: AlertEvent; last: boolean }
  /** What people were told of one event, all at once. */
  | { kind: "notice"; lane: "notice"; at: string; event: string; messages: Notice[] }
  | { kind: "silence"; from: string; seconds: number };

export function laneOf({ kind, by_person }: AlertEvent): Lane {
  switch (kind) {
    case "acknowledged":
    case "assigned":
    case "action_awaiting":
    case "action_started":
    case "action_done":
    case "action_partial":
    case "action_failed":
    case "action_cancelled":
    case "action_reverted":
      return "action";
    case "commented":
      return "note";
    case "ack_expired":
    case "action_expired":
    case "action_worked":
    case "action_without_effect":
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

type Told = Extract<Entry, { kind: "notice" }>;

/** Messages of one event that were planned at the same moment are one entry, oldest first. */
export function tellingsOf(messages: readonly Notice[]): Told[] {
  const tellings: Told[] = [];
  for (const message of messages) {
    const { event, created_at: at } = message;
    const same = tellings.find((one) => one.event === event && one.at === at);
    if (same) same.messages.push(message);
    else tellings.push({ kind: "notice", lane: "notice", at, event, messages: [message] });
  }
  return tellings;
}

/** Everything newest first; `now` is the database's clock, null when nobody gave one. */
export function entriesOf(
  alert: Pick<Incident, "state" | "last_seen_at">,
  events: readonly AlertEvent[],
  notices: readonly Notice[],
  now: number | null,
): Entry[] {
  const happened = events.map<Told | Extract<Entry, { kind: "event" }>>((event, index) => ({
    kind: "event",
    lane: laneOf(event),
    at: event.at,
    event,
    last: index === events.length - 1,
  }));
  // Stable: of one moment, what happened comes before what was told of it.
  const story = [...happened, ...tellingsOf(notices)].toSorted(
    (one, other) => Date.parse(one.at) - Date.parse(other.at),
  );
  const entries: Entry[] = [];
  const newest = story.at(-1);
  if (alert.state !== "closed") {
    entries.push({ kind: "now", lane: "alert", at: alert.last_seen_at });
    const clock = now === null ? alert.last_seen_at : new Date(now).toISOString();
    if (newest !== undefined) entries.push(...silenceBetween(newest.at, clock));
  }
  story.toReversed().forEach((entry, index, reversed) => {
    entries.push(entry);
    const older = reversed[index + 1];
    if (older !== undefined) entries.push(...silenceBetween(older.at, entry.at));
  });
  return entries;
}

/** Entries of the lanes that are on. With a lane off nothing is known about silence. */
export function shownEntries(entries: readonly Entry[], off: ReadonlySet<Lane>): Entry[] {
  if (off.size === 0) return [...entries];
  return entries.filter((entry) => entry.kind !== "silence" && !off.has(entry.lane));
}
