import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { en } from "./words-en";
import { pt } from "./words-pt";

const sql = readFileSync(
  new URL("../../../supabase/migrations/20261201000700_rules.sql", import.meta.url),
  "utf8",
);

/** First value of each row that the migration puts into noc_rules. */
function ruleCodes(): string[] {
  const inserts = sql.matchAll(/insert into public\.noc_rules[\s\S]*?values([\s\S]*?);/g);
  return [...inserts].flatMap(([, rows]) =>
    [...(rows ?? "").matchAll(/^\('(\w+)'/gm)].flatMap(([, code]) => code ?? []),
  );
}

/** What rules can judge, `no_data_s` apart: that one is the engine's own. */
function metrics(): string[] {
  const [, rows = ""] = /insert into noc\.rule_metrics[\s\S]*?values([\s\S]*?);/.exec(sql) ?? [];
  return [...rows.matchAll(/^\('(\w+)'/gm)]
    .flatMap(([, metric]) => metric ?? [])
    .filter((metric) => metric !== "no_data_s");
}

it("names every metric in the rule's sentence and in the list of a new rule", () => {
  expect(metrics().length).toBeGreaterThan(20);
  const keys = metrics().flatMap((each) => [`ruleEdit.metric.${each}`, `ruleNew.metric.${each}`]);
  expect(keys.filter((key) => !Object.hasOwn(pt, key) || !Object.hasOwn(en, key))).toEqual([]);
});

it("says every rule that the database ships in both languages", () => {
  const codes = ruleCodes();
  expect(codes.length).toBeGreaterThan(5);
  const keys = codes.map((code) => `rule.${code}`);
  expect(keys.filter((key) => !Object.hasOwn(pt, key) || !Object.hasOwn(en, key))).toEqual([]);
});
