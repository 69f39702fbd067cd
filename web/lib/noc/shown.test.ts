import { describe, expect, test } from "vitest";
import { NocError } from "./error";
import { panelView, shownTick } from "./shown";

const T0 = Date.parse("2026-11-23T12:00:00Z");
const stamp = (second: number, tickSecond: number | null, alerts: number) => ({
  server_time: new Date(T0 + second * 1000).toISOString(),
  tick_at: tickSecond === null ? null : new Date(T0 + tickSecond * 1000).toISOString(),
  versions: { noc_alerts: alerts },
});

describe("the age of what is shown", () => {
  test("a badge with the same versions confirms the data up to its tick", () => {
    expect(shownTick(stamp(1, 0, 4), stamp(12, 10, 4))).toBe(T0 + 10_000);
  });

  test("a badge with other versions does not make the data younger", () => {
    expect(shownTick(stamp(1, 0, 4), stamp(12, 10, 5))).toBe(T0);
  });

  test("a badge that is older than the read says nothing", () => {
    expect(shownTick(stamp(11, 10, 4), stamp(1, 0, 4))).toBe(T0 + 10_000);
  });

  test("is unknown before the first tick", () => {
    expect(shownTick(stamp(1, null, 0), null)).toBeNull();
  });
});

describe("a panel", () => {
  const base = { freshness: "live", answer: null, error: null, last_contact: T0 } as const;
  const answer = stamp(1, 0, 1);

  test("without an answer it is loading, also while the database is out of reach", () => {
    expect(panelView(base)).toEqual({ kind: "loading" });
    const error = new NocError("no-contact", "", "NET");
    expect(panelView({ ...base, freshness: "lost", error })).toEqual({ kind: "loading" });
  });

  test("names the code of a refusal", () => {
    const error = new NocError("refused", "", "57014");
    expect(panelView({ ...base, error })).toEqual({ kind: "error", code: "57014" });
  });

  test("keeps its data and says that it is old", () => {
    const error = new NocError("refused", "", "57014");
    expect(panelView({ ...base, answer, error })).toEqual({ kind: "ready" });
    expect(panelView({ ...base, answer, freshness: "lost" }).kind).toBe("noContact");
    expect(panelView({ ...base, answer, freshness: "stopped" })).toEqual({
      kind: "stale",
      at: answer.tick_at,
    });
  });
});
