import { describe, expect, test } from "vitest";
import { afterRemoval, exceptionsOf } from "./rule-scope";
import type { Me } from "./types";
import type { NocRule, Rules } from "./types-settings";

const me = {
  groups: [
    { group_id: "g", name: "Grupo Ipê", company_count: 2 },
    { group_id: "h", name: "Outro", company_count: 1 },
  ],
  companies: [
    { company_cnpj: "1", name: "Padaria", group_id: "g", active: true },
    { company_cnpj: "2", name: "Farmácia", group_id: "g", active: true },
    { company_cnpj: "3", name: "Ótica", group_id: "h", active: true },
    { company_cnpj: "4", name: "Fechada", group_id: "g", active: false },
  ],
} as Me;
const rule = (change: Partial<NocRule> = {}): NocRule =>
  ({
    rule_id: JSON.stringify(change),
    code: "p95_latency",
    scope_kind: "company_service",
    service: null,
    company_cnpj: null,
    group_id: null,
    enabled: true,
    ...change,
  }) as NocRule;
const data = (rules: NocRule[], groups = ["g"], companies = ["1", "2"]): Rules => ({
  rules,
  metrics: [],
  scopes: { everybody: false, groups, companies },
});

describe("an exception", () => {
  const names = (from: NocRule, of: Rules) => {
    const { groups, companies } = exceptionsOf(from, of, me);
    return [...groups, ...companies].map((each) => each.name);
  };

  test("may be made for whom the reader operates, and for nobody else", () => {
    expect(names(rule(), data([rule()]))).toEqual(["Grupo Ipê", "Padaria", "Farmácia"]);
    expect(names(rule(), data([rule()], [], ["1"]))).toEqual(["Padaria"]);
  });

  test("is made once for each, of one service", () => {
    const there = [rule(), rule({ company_cnpj: "1" }), rule({ group_id: "g" })];
    expect(names(rule(), data(there))).toEqual(["Farmácia"]);
    expect(names(rule({ service: "omie" }), data(there))).toEqual(["Grupo Ipê", "Padaria", "Farmácia"]);
  });

  test("of a group's rule is for its companies, of a company's or the platform's for none", () => {
    expect(names(rule({ group_id: "g" }), data([rule()], ["g", "h"], ["1", "2", "3"]))).toEqual([
      "Padaria",
      "Farmácia",
    ]);
    expect(names(rule({ company_cnpj: "1" }), data([]))).toEqual([]);
    expect(names(rule({ scope_kind: "platform" }), data([]))).toEqual([]);
  });
});

describe("once an exception is gone", () => {
  const everybody = rule();
  const ofGroup = rule({ group_id: "g" });
  const ofCompany = rule({ company_cnpj: "1" });

  test("its group's rule judges, else everybody's", () => {
    expect(afterRemoval(ofCompany, [everybody, ofGroup, ofCompany], me)).toBe(ofGroup);
    expect(afterRemoval(ofCompany, [everybody, ofCompany], me)).toBe(everybody);
    expect(afterRemoval(ofGroup, [everybody, ofGroup, ofCompany], me)).toBe(everybody);
  });

  test("a rule that is off, of another group, code or service does not", () => {
    const others = [
      rule({ group_id: "g", enabled: false }),
      rule({ group_id: "h" }),
      rule({ code: "error_rate" }),
      rule({ service: "omie" }),
    ];
    expect(afterRemoval(ofCompany, [...others, ofCompany], me)).toBeNull();
  });

  test("the rule that names the service comes first", () => {
    const narrow = rule({ service: "omie" });
    const gone = rule({ company_cnpj: "1", service: "omie" });
    expect(afterRemoval(gone, [everybody, narrow, gone], me)).toBe(narrow);
    expect(afterRemoval(gone, [everybody, narrow, rule({ company_cnpj: "1" }), gone], me)).toMatchObject({
      company_cnpj: "1",
      service: null,
    });
  });
});
