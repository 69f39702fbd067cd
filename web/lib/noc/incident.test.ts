import { describe, expect, test } from "vitest";
import { entriesOf, laneOf, shownEntries, type Entry } from "./incident";
import type { AlertEvent, EventKind } from "./types";
import type { Notice } from "./types-story";

const START = Date.parse("2026-11-23T12:00:00Z");
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const event = (kind: EventKind, minutes: number, by_person = false): AlertEvent => ({
  at: at(minutes),
  kind,
  severity: "warning",
  value: null,
  until: null,
  by_person,
  actor: null,
  note: null,
  redacted: false,
  cause: null,
});
const notice = (of: string, minutes: number) => ({ event: of, created_at: at(minutes) }) as Notice;
const said = (entries: Entry[]) =>
  entries.map((entry) => {
    if (entry.kind === "silence") return `${entry.seconds / 60} min`;
    if (entry.kind === "notice") return `told ${entry.event} ×${entry.messages.length}`;
    return entry.kind === "now" ? "now" : entry.event.kind;
  });

describe("the timeline", () => {
  const events = [event("opened", 0), event("acknowledged", 11, true), event("commented", 13, true)];
  const open = { state: "ack", last_seen_at: at(14) } as const;

  test("stands newest on top, with silences over ten minutes between", () => {
    const entries = entriesOf(open, events, [], START + 14 * 60_000);
    expect(said(entries)).toEqual(["now", "commented", "acknowledged", "11 min", "opened"]);
  });

  test("counts the silence up to now while it is open", () => {
    expect(said(entriesOf(open, events, [], START + 40 * 60_000)).slice(0, 3)).toEqual([
      "now",
      "27 min",
      "commented",
    ]);
  });

  test("ends with the closing, and says nothing of now", () => {
    const closed = [...events, event("closed", 15)];
    const entries = entriesOf({ state: "closed", last_seen_at: at(15) }, closed, [], START + 9e6);
    expect(said(entries)[0]).toBe("closed");
    expect(entries[0]).toMatchObject({ last: true });
  });

  test("puts what was told of one event at once in one line, after the event", () => {
    const notices = [
      notice("opened", 0),
      notice("opened", 0),
      notice("reminder", 8),
      notice("opened", 9),
    ];
    const entries = entriesOf({ state: "closed", last_seen_at: at(9) }, events, notices, null);
    expect(said(entries)).toEqual([
      "commented",
      "acknowledged",
      "told opened ×1",
      "told reminder ×1",
      "told opened ×2",
      "opened",
    ]);
    expect(said(shownEntries(entries, new Set(["notice"])))).toEqual([
      "commented",
      "acknowledged",
      "opened",
    ]);
  });

  test("claims no silence while a lane is off", () => {
    const entries = entriesOf(open, events, [], START + 14 * 60_000);
    expect(said(shownEntries(entries, new Set(["note"])))).toEqual(["now", "acknowledged", "opened"]);
    expect(shownEntries(entries, new Set())).toEqual(entries);
  });

  test.each([
    ["opened", false, "alert"],
    ["severity_up", false, "alert"],
    ["acknowledged", true, "action"],
    ["assigned", true, "action"],
    ["commented", true, "note"],
    ["ack_expired", false, "system"],
    ["closed", true, "action"],
    ["closed", false, "alert"],
  ] as const)("%s (by a person: %s) is in the lane %s", (kind, by_person, lane) => {
    expect(laneOf(event(kind, 0, by_person))).toBe(lane);
  });
});
