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

it("says every rule that the database ships in both languages", () => {
  const codes = ruleCodes();
  expect(codes.length).toBeGreaterThan(5);
  const keys = codes.map((code) => `rule.${code}`);
  expect(keys.filter((key) => !Object.hasOwn(pt, key) || !Object.hasOwn(en, key))).toEqual([]);
});
