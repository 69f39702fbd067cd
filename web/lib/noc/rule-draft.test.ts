import { describe, expect, test } from "vitest";
import {
  blankRule,
  codeOf,
  draftOf,
  numberOf,
  trialOf,
  unitOf,
  wishOf,
  wrongCode,
  wrongGaps,
  type Draft,
  type Gap,
} from "./rule-draft";
import type { NocRule, RuleMetric } from "./types-settings";

const rule = {
  rule_id: "r",
  code: "error_rate",
  service: null,
  excluded_services: ["llm"],
  channels: null,
  runbook_url: null,
  owner: null,
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

  const exception = { company_cnpj: "11222333000181", group_id: null };

  test("of an exception is all that is seen, for its scope, and must be new", () => {
    expect(wishOf(rule, written({ degraded_threshold: "6" }, { exception }))).toEqual({
      code: "error_rate",
      service: null,
      ...exception,
      version: 0,
      degraded_threshold: 0.06,
      down_threshold: 0.1,
      degraded_clear: 0.03,
      down_clear: null,
      for_degraded_s: 180,
      for_down_s: 120,
      keep_firing_s: 45,
      over_s: 300,
      min_samples: 20,
      enabled: true,
      excluded_services: ["llm"],
      channels: null,
      runbook_url: null,
      owner: null,
    });
  });

  test("names channels only where the rule narrows, and never none", () => {
    expect(wishOf(rule, written({}, { channels: ["email"] }))).toMatchObject({ channels: ["email"] });
    expect(wishOf(rule, written({}, { channels: ["whatsapp", "email"] }))).toBeNull();
    expect(wishOf(rule, written({}, { channels: [] }))).toBeNull();
    const narrow = { ...rule, channels: ["email" as const] };
    expect(wishOf(narrow, { ...draftOf(narrow), channels: ["email", "whatsapp"] })).toMatchObject({
      channels: null,
    });
  });

  test("takes a runbook and an owner without the space around them, and takes them back", () => {
    const draft = written({}, { runbook_url: " https://wiki.example/5xx ", owner: "ERP" });
    expect(wishOf(rule, draft)).toMatchObject({ runbook_url: "https://wiki.example/5xx", owner: "ERP" });
    const owned = { ...rule, owner: "ERP" };
    expect(wishOf(owned, { ...draftOf(owned), owner: " " })).toMatchObject({ owner: null });
  });

  test("leaves services out in any order, and none where the rule names its service", () => {
    expect(wishOf(rule, written({}, { excluded: ["llm", "f360"] }))).toMatchObject({
      excluded_services: ["f360", "llm"],
    });
    const narrow = { ...rule, service: "omie", excluded_services: [] };
    expect(wishOf(narrow, { ...draftOf(narrow), excluded: ["llm"] })).toBeNull();
  });

  test("is nothing without any limit", () => {
    const draft = written({ degraded_threshold: "", down_threshold: "", degraded_clear: "" });
    expect(wishOf(rule, draft)).toBeNull();
    expect(trialOf(rule, draft)).toBeNull();
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
    expect(trialOf(rule, written({}, { exception }))).not.toHaveProperty("version");
  });

  test("on trial is the same question whoever is told, by what", () => {
    const asked = trialOf(rule, draftOf(rule));
    expect(trialOf(rule, written({}, { channels: ["email"], owner: "ERP", enabled: false }))).toEqual(asked);
    expect(trialOf(rule, written({}, { channels: [] }))).toEqual(asked);
  });
});

describe("a new rule", () => {
  const metric: RuleMetric = {
    metric: "throughput_low",
    unit: "count",
    scope_kind: "company_service",
    comparator: "below",
    family: "traffic",
    history: "calls",
  };

  test.each([
    ["Omie lento à noite", "omie_lento_a_noite"],
    ["  5xx: Bancos!", "xx_bancos"],
    ["___", ""],
    ["É", "e"],
    ["x".repeat(50), "x".repeat(40)],
  ])("called %o has the code %o", (name, code) => {
    expect(codeOf(name)).toBe(code);
  });

  test("needs a code of its own", () => {
    expect(wrongCode("e", [])).toBe("short");
    expect(wrongCode("error_rate", [rule])).toBe("taken");
    expect(wrongCode("error_rate_night", [rule])).toBeNull();
  });

  test("is sent whole, with its metric, and must be new", () => {
    const fresh = blankRule(metric, "poucas_chamadas", "omie");
    const draft = { ...draftOf(fresh), text: { ...draftOf(fresh).text, degraded_threshold: "2" } };
    expect(wishOf(fresh, draftOf(fresh))).toBeNull();
    expect(wishOf(fresh, draft)).toMatchObject({
      code: "poucas_chamadas",
      metric: "throughput_low",
      service: "omie",
      version: 0,
      degraded_threshold: 2,
      down_threshold: null,
      excluded_services: [],
    });
    expect(trialOf({ ...fresh, code: "" }, draft)).toMatchObject({ metric: "throughput_low" });
  });
});
