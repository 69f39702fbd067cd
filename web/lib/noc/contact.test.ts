import { describe, expect, test } from "vitest";
import { freshnessOf, lastContact, lastTick, reduceContact, startContact, tickAge, type Contact } from "./contact";

const T0 = Date.parse("2026-11-23T12:00:00Z");
const iso = (ms: number) => new Date(ms).toISOString();

function answered(contact: Contact, at: number, tickAgoMs: number | null, skewMs = 0): Contact {
  const server = at + skewMs;
  return reduceContact(contact, {
    kind: "answered",
    at,
    server_time: iso(server),
    tick_at: tickAgoMs === null ? null : iso(server - tickAgoMs),
  });
}
const failed = (contact: Contact, at: number) => reduceContact(contact, { kind: "failed", at });

describe("freshness", () => {
  const live = answered(startContact(T0), T0, 2_000);

  test("waits before the first answer", () => {
    expect(freshnessOf(startContact(T0), T0 + 3_000, false)).toBe("waiting");
  });

  test("is live with a young tick", () => {
    expect(freshnessOf(live, T0 + 1_000, false)).toBe("live");
  });

  test("one failed call is a blip, the second means no contact", () => {
    const once = failed(live, T0 + 10_000);
    expect(freshnessOf(once, T0 + 10_000, false)).toBe("live");
    expect(freshnessOf(failed(once, T0 + 11_000), T0 + 11_000, false)).toBe("lost");
  });

  test("silence alone means no contact within 15 s", () => {
    expect(freshnessOf(live, T0 + 13_999, false)).toBe("live");
    expect(freshnessOf(live, T0 + 14_000, false)).toBe("lost");
  });

  test("a page that never got an answer is lost within 15 s too", () => {
    expect(freshnessOf(startContact(T0), T0 + 14_000, false)).toBe("lost");
  });

  test("a hidden tab, which asks less, is not called lost after 60 s but after 90 s", () => {
    expect(freshnessOf(live, T0 + 60_000, true)).toBe("live");
    expect(freshnessOf(live, T0 + 90_000, true)).toBe("lost");
  });

  test("back from a long sleep the page is old, not lost, until it had the time to ask", () => {
    const back = reduceContact(live, { kind: "resumed", at: T0 + 3_600_000 });
    expect(freshnessOf(back, T0 + 3_600_100, false)).toBe("old");
    expect(freshnessOf(back, T0 + 3_614_000, false)).toBe("lost");
  });

  test.each([
    [90_000, "live"],
    [90_001, "stopped"],
  ])("a tick %d ms old is %s", (age, freshness) => {
    expect(freshnessOf(answered(startContact(T0), T0, age), T0, false)).toBe(freshness);
  });

  test("a clock that never ticked is stopped", () => {
    expect(freshnessOf(answered(startContact(T0), T0, null), T0, false)).toBe("stopped");
  });

  test("an answer ends the loss by itself", () => {
    const lost = failed(failed(live, T0 + 10_000), T0 + 11_000);
    expect(freshnessOf(answered(lost, T0 + 30_000, 3_000), T0 + 30_000, false)).toBe("live");
  });

  test("no contact wins over a stopped clock", () => {
    const both = failed(failed(answered(startContact(T0), T0, 200_000), T0), T0);
    expect(freshnessOf(both, T0, false)).toBe("lost");
  });
});

describe("clocks", () => {
  test("a wrong clock in the browser does not age the data", () => {
    const skewed = answered(startContact(T0), T0, 5_000, 3_600_000);
    expect(tickAge(skewed.clock, T0 + 1_000)).toBe(6_000);
    expect(freshnessOf(skewed, T0 + 1_000, false)).toBe("live");
  });

  test("an answer that overtook a newer one does not turn the clock back", () => {
    const newer = answered(startContact(T0), T0 + 2_000, 1_000);
    expect(answered(newer, T0 + 2_500, 1_000, -4_000).clock).toEqual(newer.clock);
  });

  test("the last tick is told in the reader's own clock", () => {
    expect(lastTick(answered(startContact(T0), T0, 5_000, 3_600_000))).toBe(T0 - 5_000);
    expect(lastTick(startContact(T0))).toBeNull();
  });

  test("the last contact is the last answer, or the opening of the page", () => {
    expect(lastContact(startContact(T0))).toBe(T0);
    expect(lastContact(failed(answered(startContact(T0), T0 + 5_000, 0), T0 + 9_000))).toBe(T0 + 5_000);
  });
});
