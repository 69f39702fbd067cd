import { describe, expect, test } from "vitest";
import { noFilter } from "./filters";
import { createTranslate } from "./i18n";
import { lengthOf, retryMany, retryOf, stateOf } from "./jobs-said";
import { makeJob } from "./tab-testing";
import type { Me } from "./types";

const t = createTranslate("pt-BR");
const NOW = Date.parse("2026-11-23T12:41:07Z");

test("a job that runs and is silent for too long is stalled", () => {
  expect(stateOf(makeJob({ status: "running" }))).toBe("running");
  expect(stateOf(makeJob({ status: "running", stalled_at: "2026-11-23T12:30:00Z" }))).toBe("stalled");
});

test("a job that runs is as long as until now", () => {
  expect(lengthOf(makeJob(), NOW)).toBe(120);
  expect(lengthOf(makeJob({ finished_at: null }), NOW)).toBe(720);
  expect(lengthOf(makeJob({ finished_at: null }), null)).toBeNull();
});

describe("starting a job again", () => {
  const retry = (change: Parameters<typeof makeJob>[0], operates = true) =>
    retryOf(t, makeJob(change), operates);

  test("is asked of that job alone", () => {
    expect(retry({})).toMatchObject({ locked: null, ask: { params: { job_ids: ["job-1"] } } });
  });

  test("is not offered for what went well", () => {
    expect(retry({ status: "success" })).toBeNull();
  });

  test.each([
    [{ effect: null }, true, /falta um handler/],
    [{ status: "running" }, true, /em execução/],
    [{}, true, /tentativa mais nova/],
    [{}, false, /só lê/],
    [{ status: "running" }, false, /só lê/],
  ] as const)("%j is locked with its reason (operator: %s)", (change, operates, reason) => {
    expect(retry({ ...change, can_reprocess: false }, operates)?.locked).toMatch(reason);
  });
});

describe("starting all that failed again", () => {
  const company = (company_cnpj: string, group_id: string | null) => ({
    company_cnpj,
    name: "A",
    group_id,
    active: true,
  });
  const makeMe = (change: Partial<Me> = {}): Me => ({
    user_id: "u",
    email: "e",
    role: "franqueado",
    topic: "t",
    can_operate: true,
    can_administer: false,
    groups: [],
    companies: [company("11222333000181", "g"), company("12ABC34501DE35", "g")],
    services: [],
    ...change,
  });
  const many = (me: Me | null, filter = noFilter) => retryMany(t, filter, "1h", "consolidacao", NOW, me);

  test("is of the list's type and of the page's range", () => {
    expect(many(makeMe(), { ...noFilter, company_cnpj: "11222333000181" }).ask).toMatchObject({
      company_cnpj: "11222333000181",
      params: {
        kind: "job",
        job_type: "consolidacao",
        from: "2026-11-23T11:42:00.000Z",
        to: "2026-11-23T12:42:00.000Z",
      },
    });
  });

  test("without a filter is of the one group or company that the caller has", () => {
    expect(many(makeMe()).ask).toMatchObject({ company_cnpj: null, group_id: "g" });
    const single = makeMe({ companies: [company("11222333000181", null)] });
    expect(many(single).ask.company_cnpj).toBe("11222333000181");
  });

  test("of companies that no group holds waits for a choice, but for an admin", () => {
    const companies = [company("11222333000181", "g"), company("12ABC34501DE35", null)];
    expect(many(makeMe({ companies })).locked).toMatch(/Escolha/);
    expect(many(makeMe({ companies, can_administer: true })).locked).toBeNull();
  });

  test("is not a reader's", () => {
    expect(many(makeMe({ can_operate: false })).locked).toMatch(/só lê/);
    expect(many(null).locked).toMatch(/só lê/);
  });
});
