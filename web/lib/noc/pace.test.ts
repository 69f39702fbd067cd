import { describe, expect, test } from "vitest";
import { CALL_DEADLINE_MS } from "./api";
import { SILENCE_LIMIT_MS } from "./contact";
import { nextChannel, nextPoll, nextRead } from "./pace";

const ends = [0, 0.999];

describe("polling", () => {
  test.each(ends)("a visible page asks every 10 to 15 s (random %d)", (random) => {
    const wait = nextPoll({ hidden: false, failures: 0 }, random);
    expect(wait).toBeGreaterThanOrEqual(10_000);
    expect(wait).toBeLessThanOrEqual(15_000);
  });

  test("a hidden tab asks every 30 s", () => {
    expect(nextPoll({ hidden: true, failures: 0 }, 0)).toBe(30_000);
  });

  test("two refusals in a row are known within 15 s, whatever the jitter", () => {
    const first = nextPoll({ hidden: false, failures: 0 }, 1);
    const second = nextPoll({ hidden: false, failures: 1 }, 1);
    expect(first + second).toBeLessThan(15_000);
  });

  test("a hanging socket is called lost within 15 s, before the next question could be answered", () => {
    expect(SILENCE_LIMIT_MS).toBeLessThan(15_000);
    expect(nextPoll({ hidden: false, failures: 0 }, 1)).toBeLessThan(SILENCE_LIMIT_MS);
    expect(CALL_DEADLINE_MS).toBeLessThanOrEqual(6_000);
  });
});

describe("re-reading", () => {
  test("never twice within a second", () => {
    expect(nextRead(5_000, 4_700, 0)).toBe(700);
  });

  test("at once after a quiet time", () => {
    expect(nextRead(60_000, 4_700, 0)).toBe(0);
  });
});

test("a closed channel is built anew ever more slowly, at most every half minute or so", () => {
  expect(nextChannel(0, 0.5)).toBe(1_000);
  expect(nextChannel(3, 0.5)).toBe(8_000);
  expect(nextChannel(40, 1)).toBeLessThanOrEqual(37_500);
});
