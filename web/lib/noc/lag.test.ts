import { describe, expect, test } from "vitest";
import { lagsBehind } from "./lag";

const at = (seconds: number, versions: Record<string, number>) => ({
  server_time: new Date(Date.UTC(2026, 10, 23, 12, 0, seconds)).toISOString(),
  versions,
});

describe("a hint that was lost is found by the poll", () => {
  test("a newer version in the badge makes the read old", () => {
    expect(lagsBehind("overview", at(0, { noc_alerts: 1 }), at(5, { noc_alerts: 2 }))).toBe(true);
  });

  test("equal versions do not", () => {
    expect(lagsBehind("overview", at(0, { noc_alerts: 2 }), at(5, { noc_alerts: 2 }))).toBe(false);
  });

  test("a table that the read does not show is no reason", () => {
    expect(lagsBehind("series", at(0, { jobs: 1 }), at(5, { jobs: 2 }))).toBe(false);
    expect(lagsBehind("me", at(0, { metrics_agg: 1 }), at(59, { metrics_agg: 2 }))).toBe(false);
  });

  test("a badge that was asked before the read proves nothing", () => {
    expect(lagsBehind("overview", at(5, { noc_alerts: 2 }), at(0, { noc_alerts: 1 }))).toBe(false);
  });

  test("what was never read must be read", () => {
    expect(lagsBehind("overview", undefined, at(0, {}))).toBe(true);
  });

  test("the window moves with the clock even when nothing changed", () => {
    expect(lagsBehind("series", at(0, {}), at(30, {}))).toBe(false);
    expect(lagsBehind("series", at(0, {}), at(31, {}))).toBe(true);
  });

  test("rights are looked up again every minute", () => {
    expect(lagsBehind("me", at(0, {}), at(60, {}))).toBe(false);
    expect(lagsBehind("me", at(0, {}), at(61, {}))).toBe(true);
  });

  test("a list of pages that nothing touched is left alone for five minutes", () => {
    expect(lagsBehind("history", at(0, {}), at(300, {}))).toBe(false);
    expect(lagsBehind("history", at(0, {}), at(301, {}))).toBe(true);
    expect(lagsBehind("history", at(0, { noc_alerts: 1 }), at(1, { noc_alerts: 2 }))).toBe(true);
  });
});
