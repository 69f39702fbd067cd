import { describe, expect, test } from "vitest";
import { differing, reduceFeed, startFeed, type Feed, type FeedEvent } from "./feed";
import { readsTouchedBy, versionsOfHint } from "./hint";

const after = (...events: FeedEvent[]): Feed => events.reduce(reduceFeed, startFeed);
const polled = (noc_alerts: number): FeedEvent => ({ kind: "polled", versions: { noc_alerts } });
const hinted = (noc_alerts: number): FeedEvent => ({ kind: "hinted", versions: { noc_alerts } });

describe("the channel's worth", () => {
  test("is live once joined", () => {
    expect(after({ kind: "joined" }).stream).toBe("live");
  });

  test("stays live while hints announce what the polls find", () => {
    const feed = after({ kind: "joined" }, polled(1), hinted(2), polled(2), polled(2));
    expect(feed.stream).toBe("live");
  });

  test("a hint may be later than the poll by less than a poll", () => {
    expect(after({ kind: "joined" }, polled(1), polled(2), hinted(2), polled(2)).stream).toBe("live");
  });

  test("a version that no hint announced within a poll means that hints are lost", () => {
    expect(after({ kind: "joined" }, polled(1), polled(2)).stream).toBe("live");
    expect(after({ kind: "joined" }, polled(1), polled(2), polled(2)).stream).toBe("lost");
  });

  test("the next hint proves that the stream runs again", () => {
    expect(after({ kind: "joined" }, polled(1), polled(2), polled(2), hinted(3)).stream).toBe("live");
  });

  test("what changed before joining was never promised", () => {
    expect(after(polled(1), polled(5), { kind: "joined" }, polled(9), polled(9)).stream).toBe("live");
  });

  test("a refusal is not the same as a loss", () => {
    expect(after({ kind: "denied" }).stream).toBe("denied");
    expect(after({ kind: "joined" }, { kind: "dropped" }).stream).toBe("lost");
  });
});

describe("versions", () => {
  test("any difference counts, a lower version and a table that is gone included", () => {
    expect(differing({ a: 2, b: 1 }, { a: 1, c: 1 }).sort()).toEqual(["a", "b", "c"]);
    expect(differing({ a: 2 }, { a: 2 })).toEqual([]);
  });

  test("a hint is read only in the shape that was agreed", () => {
    expect(versionsOfHint({ v: 1, tables: { noc_alerts: 4, bad: "x" } })).toEqual({ noc_alerts: 4 });
    expect(versionsOfHint({ v: 2, tables: {} })).toBeNull();
    expect(versionsOfHint(null)).toBeNull();
  });

  test("an unknown table may touch every read", () => {
    expect([...readsTouchedBy(["jobs"])]).toEqual(["overview", "jobs"]);
    expect([...readsTouchedBy(["something_new"])].sort()).toEqual([
      "actions",
      "contacts",
      "history",
      "jobs",
      "matrix",
      "me",
      "notifications",
      "overview",
      "queue",
      "rules",
      "series",
      "sessions",
      "silences",
      "sources",
      "timeline",
    ]);
  });
});
