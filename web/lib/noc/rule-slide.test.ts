import { describe, expect, test } from "vitest";
import { blankRule, draftOf } from "./rule-draft";
import { moved, slideOf } from "./rule-slide";
import type { NocRule, RuleMetric } from "./types-settings";

const metric: RuleMetric = {
  metric: "p95_ms",
  unit: "ms",
  scope_kind: "company_service",
  comparator: "above",
  family: "traffic",
  history: "calls",
};
const rule: NocRule = {
  ...blankRule(metric, "p95_latency", null),
  degraded_threshold: 1200,
  down_threshold: 2000,
  degraded_clear: 1000,
  down_clear: 1700,
};
const draft = draftOf(rule);

describe("a limit's slider", () => {
  test("reaches beyond the rule and beyond what was measured, in round steps", () => {
    expect(slideOf(rule, draft, "degraded_threshold", null)).toEqual({ max: 3000, step: 20, value: 1200 });
    expect(slideOf(rule, draft, "degraded_threshold", 9000)).toMatchObject({ max: 9000, step: 50 });
  });

  test("of a share is in percent and ends at all", () => {
    const share: NocRule = { ...rule, unit: "ratio", degraded_threshold: 0.5, down_threshold: 0.9 };
    expect(slideOf(share, draftOf(share), "degraded_threshold", 1)).toEqual({ max: 100, step: 0.5, value: 50 });
  });

  test("does not move its end with the draft", () => {
    const far = moved(rule, draft, "down_threshold", 3000);
    expect(slideOf(rule, far, "down_threshold", null).max).toBe(3000);
  });

  test("has a length even where the rule has no limit and nothing was measured", () => {
    const fresh = blankRule(metric, "new_rule", null);
    const slide = slideOf(fresh, draftOf(fresh), "down_threshold", null);
    expect(slide).toEqual({ max: 3000, step: 20, value: 0 });
  });
});

describe("a limit that is moved", () => {
  const text = (limit: Parameters<typeof moved>[2], to: number, from = rule) =>
    moved(from, draftOf(from), limit, to).text;

  test("takes the clear limit along as far as it must", () => {
    expect(text("degraded_threshold", 1100)).toMatchObject({ degraded_threshold: "1100", degraded_clear: "1000" });
    expect(text("degraded_threshold", 800)).toMatchObject({ degraded_threshold: "800", degraded_clear: "800" });
    expect(text("down_threshold", 1600)).toMatchObject({ down_threshold: "1600", down_clear: "1600" });
  });

  test("stops before the other threshold", () => {
    expect(text("degraded_threshold", 2500).degraded_threshold).toBe("1980");
    expect(text("down_threshold", 100).down_threshold).toBe("1220");
  });

  test("stops at its own threshold when it is the one that clears", () => {
    expect(text("degraded_clear", 1500).degraded_clear).toBe("1200");
    expect(text("down_clear", 900).down_clear).toBe("900");
  });

  test("turns round where trouble lies below", () => {
    const below: NocRule = {
      ...rule,
      comparator: "below",
      unit: "count",
      degraded_threshold: 5,
      down_threshold: 2,
      degraded_clear: 6,
      down_clear: null,
    };
    expect(Number(text("degraded_threshold", 1, below).degraded_threshold.replace(",", "."))).toBeGreaterThan(2);
    expect(text("degraded_threshold", 7, below)).toMatchObject({ degraded_threshold: "7", degraded_clear: "7" });
    expect(text("degraded_threshold", 7, below).down_clear).toBe("");
  });

  test("never falls below zero", () => {
    const alone: NocRule = { ...rule, degraded_threshold: 0, down_threshold: 0.01, degraded_clear: null, down_clear: null };
    expect(Number(text("degraded_threshold", 5, alone).degraded_threshold.replace(",", "."))).toBeGreaterThanOrEqual(0);
  });
});
