import { describe, expect, test } from "vitest";
import { addressOf, filterOf, mayPickScope, noFilter, placeOf, queryOf } from "./filters";
import type { Me } from "./types";

const group = "0b6f1c1e-7a52-4c53-9a55-1b1f0e6d2a11";
const parse = (query: string) => filterOf(new URLSearchParams(query));

describe("filters in the address bar", () => {
  test("an empty query means everything", () => {
    expect(parse("")).toEqual(noFilter);
  });

  test.each(["company=12ABC34501DE35&service=omie&range=6h", `group=${group}&range=7d`])(
    "%s survives a reload",
    (query) => {
      expect(queryOf(parse(query))).toBe(`?${query}`);
    },
  );

  test("a company wins over a group, since a company is inside at most one", () => {
    expect(parse(`group=${group}&company=11222333000181`)).toMatchObject({
      company_cnpj: "11222333000181",
      group_id: null,
    });
  });

  test.each(["company=1%27or+1=1", "company=11.222.333/0001-81", "group=x", "service=%3Cb%3E", "range=2h"])(
    "%s is not a filter and is dropped",
    (query) => {
      expect(parse(query)).toEqual(noFilter);
    },
  );

  test("the default range is left out of the link", () => {
    expect(queryOf({ ...noFilter, range: "1h" })).toBe("");
    expect(queryOf({ ...noFilter, range: "15m" })).toBe("?range=15m");
  });
});

describe("the place that an address names", () => {
  const place = (query: string) => placeOf(new URLSearchParams(query));

  test.each([
    `alert=${group}`,
    `service=omie&alert=${group}`,
    "view=history",
    "service=omie&view=history&severity=critical&state=closed&rule=p95_latency&period=30d",
    `view=history&period=all&alert=${group}`,
    "view=silences",
  ])("%s survives a reload", (query) => {
    expect(addressOf(place(query))).toBe(`?${query}`);
  });

  test.each(["alert=%3Cb%3E", "view=secrets", "view=live"])("%s is dropped", (query) => {
    expect(addressOf(place(query))).toBe("");
  });

  test("what the history was asked for is forgotten on the way out of it", () => {
    expect(addressOf({ ...place("view=history&state=open"), view: "live" })).toBe("");
  });
});

describe("the company picker", () => {
  const company = { company_cnpj: "11222333000181", name: "A", group_id: null, active: true };
  const other = { ...company, company_cnpj: "12ABC34501DE35", name: "B" };
  const me = (role: Me["role"], companies: Me["companies"]): Me => ({
    user_id: "u",
    email: "e",
    role,
    topic: "t",
    can_operate: false,
    can_administer: false,
    groups: [],
    companies,
    services: [],
  });

  test("a cliente never has one", () => {
    expect(mayPickScope(me("cliente", [company]))).toBe(false);
    expect(mayPickScope(me("cliente", [company, other]))).toBe(false);
  });

  test("a franqueado has one from the second company on", () => {
    expect(mayPickScope(me("franqueado", [company]))).toBe(false);
    expect(mayPickScope(me("franqueado", [company, other]))).toBe(true);
  });
});
