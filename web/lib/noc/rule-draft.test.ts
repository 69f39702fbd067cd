import { describe, expect, test } from "vitest";
import { draftOf, numberOf, trialOf, unitOf, wishOf, wrongGaps, type Draft, type Gap } from "./rule-draft";
import type { NocRule } from "./types-settings";

const rule = {
  rule_id: "r",
  code: "error_rate",
  service: null,
  company_cnpj: null,
  group_id: null,
  version: 7,
  unit: "ratio",
  enabled: true,
  degraded_threshold: 0.05,
  down_threshold: 0.1,
  degraded_clear: 0.03,
  down_clear: null,
  for_degraded_s: 180,
  for_down_s: 120,
  keep_firing_s: 45,
  over_s: 300,
  min_samples: 20,
} as NocRule;
const written = (text: Partial<Record<Gap, string>>, change: Partial<Draft> = {}): Draft => {
  const draft = draftOf(rule);
  return { ...draft, ...change, text: { ...draft.text, ...text } };
};

describe("a rule's gaps", () => {
  test("show a ratio as percent, whole minutes as minutes, and what is never as empty", () => {
    expect(draftOf(rule).text).toMatchObject({
      degraded_threshold: "5",
      down_clear: "",
      for_degraded_s: "3",
    });
  });

  test.each([
    ["degraded_threshold", "7,5", 0.075],
    ["degraded_threshold", "7.5", 0.075],
    ["degraded_threshold", "", null],
    ["for_down_s", "1", 60],
    ["for_down_s", "0,5", 30],
    ["keep_firing_s", "90", 90],
    ["min_samples", "20,4", 20],
    ["for_down_s", "", undefined],
    ["min_samples", "-1", undefined],
    ["over_s", "1e3", undefined],
    ["over_s", "dez", undefined],
  ] as const)("read %s %o as %o", (gap, text, number) => {
    expect(numberOf(gap, text, rule)).toBe(number);
  });
});

test("a gap says in what it is written", () => {
  const units = (["degraded_threshold", "for_down_s", "keep_firing_s", "min_samples"] as const).map(
    (gap) => unitOf(gap, rule),
  );
  expect(units).toEqual(["ratio", "minutes", "seconds", "count"]);
});

describe("what is sent", () => {
  test("is nothing while nothing differs", () => {
    expect(wishOf(rule, draftOf(rule))).toBeNull();
  });

  test("is what differs, of the version that was read", () => {
    expect(wishOf(rule, written({ degraded_threshold: "6" }, { enabled: false }))).toEqual({
      rule_id: "r",
      version: 7,
      degraded_threshold: 0.06,
      enabled: false,
    });
  });

  test("of an exception names its company and not the rule's id", () => {
    const exception = "11222333000181";
    expect(wishOf(rule, written({ degraded_threshold: "6" }, { exception }))).toEqual({
      code: "error_rate",
      service: null,
      company_cnpj: exception,
      degraded_threshold: 0.06,
    });
  });

  test("is nothing while a gap holds no number", () => {
    const draft = written({ min_samples: "" });
    expect(wrongGaps(rule, draft)).toEqual(["min_samples"]);
    expect(wishOf(rule, draft)).toBeNull();
    expect(trialOf(rule, draft)).toBeNull();
  });

  test("on trial never names a version", () => {
    expect(trialOf(rule, written({ degraded_threshold: "6" }))).toEqual({
      rule_id: "r",
      degraded_threshold: 0.06,
    });
    expect(trialOf(rule, draftOf(rule))).toMatchObject({ code: "error_rate", company_cnpj: null });
  });
});
