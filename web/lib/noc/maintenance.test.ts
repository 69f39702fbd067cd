import { describe, expect, it } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import {
  asOften,
  beginningAt,
  draftOf,
  newWindow,
  wallClock,
  whenOf,
  wishOf,
  wrongTime,
  type WindowDraft,
} from "./maintenance";
import { previewSaid, timesSaid, whenSaid } from "./maintenance-said";
import type { Maintenance, MaintenancePreview, Me } from "./types";

const NOW = Date.parse("2026-11-23T12:41:07Z"); // 09:41 in Brasília, a Monday
const t = createTranslate("pt-BR");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

const admin = { role: "admin", groups: [{ group_id: "g" }], companies: [] } as unknown as Me;
const draft = (change: Partial<WindowDraft> = {}): WindowDraft => ({
  ...newWindow(NOW, admin),
  title: "Virada do ERP",
  ...change,
});
const weekly = (change: Partial<WindowDraft> = {}) =>
  draft({ often: "weekly", weekdays: [3, 1], minutes: 120, starts: "22:00", ...change });
const window = (change: Partial<Maintenance> = {}): Maintenance => ({
  kind: "maintenance",
  id: "w1",
  company_cnpj: null,
  company_name: null,
  group_id: "g",
  group_name: "Grupo Ipê",
  starts_at: "2026-11-24T01:00:00Z",
  ends_at: "2026-11-24T03:00:00Z",
  active: false,
  reason: "Virada do ERP",
  by: null,
  muting: 0,
  can_edit: true,
  service: "omie",
  timezone: "America/Sao_Paulo",
  first_day: "2026-11-23",
  last_day: null,
  weekdays: [1, 3],
  starts: "22:00",
  minutes: 120,
  ...change,
});

describe("a new window", () => {
  it("begins at the next full hour of Brasília and lasts an hour", () => {
    expect(newWindow(NOW, admin)).toMatchObject({
      often: "once",
      timezone: "America/Sao_Paulo",
      first_day: "2026-11-23",
      starts: "10:00",
      end_day: "2026-11-23",
      ends: "11:00",
    });
  });

  it.each([
    [{ role: "admin", groups: [{ group_id: "g" }], companies: [] }, null, null],
    [{ role: "franqueado", groups: [{ group_id: "g" }], companies: [] }, "g", null],
    [{ role: "franqueado", groups: [], companies: [{ company_cnpj: "1" }] }, null, "1"],
  ])("is of all that the caller operates", (me, group_id, company_cnpj) => {
    expect(newWindow(NOW, me as unknown as Me)).toMatchObject({ group_id, company_cnpj });
  });
});

describe("what is sent", () => {
  it("of one that opens once is its day and how long it is, over midnight too", () => {
    const late = draft({ first_day: "2026-11-26", starts: "22:00", end_day: "2026-11-27", ends: "02:00" });
    expect(wishOf(late)).toEqual({
      company_cnpj: null,
      group_id: null,
      service: null,
      title: "Virada do ERP",
      timezone: "America/Sao_Paulo",
      first_day: "2026-11-26",
      last_day: "2026-11-26",
      weekdays: null,
      starts: "22:00",
      minutes: 240,
    });
  });

  it("of a weekly one is its days in order, and no end unless one is written", () => {
    expect(wishOf(weekly())).toMatchObject({ weekdays: [1, 3], last_day: null, minutes: 120 });
    expect(wishOf(weekly({ last_day: "2026-12-24" }))).toMatchObject({ last_day: "2026-12-24" });
  });

  it("names the window that it changes", () => {
    expect(wishOf(draftOf(window()))).toMatchObject({ window_id: "w1", weekdays: [1, 3] });
    expect(wishOf(draft())).not.toHaveProperty("window_id");
  });

  it.each([
    ["first_day", { first_day: "" }],
    ["starts", { starts: "" }],
    ["minutes", { ends: "" }],
    ["minutes", { starts: "10:00", ends: "10:04" }],
    ["minutes", { starts: "10:00", ends: "09:00" }],
    ["minutes", { starts: "10:00", end_day: "2026-11-24", ends: "10:01" }],
    [null, { starts: "10:00", ends: "10:05" }],
    [null, { starts: "10:00", end_day: "2026-11-24", ends: "10:00" }],
    ["weekdays", { often: "weekly", weekdays: [] }],
    ["last_day", { often: "weekly", weekdays: [1], last_day: "2026-11-22" }],
    [null, { often: "weekly", weekdays: [1], last_day: "2026-11-23" }],
  ] as const)("%s is what is wrong with %j", (field, change) => {
    const written = draft(change as Partial<WindowDraft>);
    expect(wrongTime(written)).toBe(field);
    expect(wishOf(written) === null).toBe(field !== null);
  });
});

describe("while it is written", () => {
  it("another beginning keeps how long it is", () => {
    const moved = beginningAt(draft(), { first_day: "2026-11-30", starts: "23:30" });
    expect(moved).toMatchObject({ end_day: "2026-12-01", ends: "00:30" });
    expect(beginningAt(moved, { starts: "" })).toMatchObject({ end_day: "2026-12-01", ends: "00:30" });
  });

  it("becomes weekly on its own day, and once again, with its length", () => {
    const asWeekly = asOften(draft({ ends: "12:00" }), "weekly");
    expect(asWeekly).toMatchObject({ weekdays: [1], minutes: 120 });
    expect(asOften(asWeekly, "once")).toMatchObject({ end_day: "2026-11-23", ends: "12:00" });
  });

  it("is read back as it was kept", () => {
    expect(draftOf(window({ weekdays: null }))).toMatchObject({
      often: "weekly",
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      last_day: "",
    });
    const once = window({ weekdays: null, last_day: "2026-11-23", minutes: 240 });
    expect(draftOf(once)).toMatchObject({ often: "once", end_day: "2026-11-24", ends: "02:00" });
  });

  it("reads the clock of its zone", () => {
    expect(wallClock(NOW, "America/Manaus")).toEqual({ day: "2026-11-23", time: "08:41" });
    expect(wallClock(Date.parse("2026-11-24T02:00:00Z"), "America/Sao_Paulo")).toEqual({
      day: "2026-11-23",
      time: "23:00",
    });
  });
});

describe("the words", () => {
  const preview = (change: Partial<MaintenancePreview> = {}): MaintenancePreview => ({
    starts_at: "2026-11-24T01:00:00Z",
    ends_at: "2026-11-24T05:00:00Z",
    companies: 3,
    matching: 3,
    critical: 1,
    alerts: [],
    ...change,
  });
  const said = (change: Partial<MaintenancePreview> = {}, often = false) => {
    const { span, facts } = previewSaid(t, format, preview(change), often, NOW);
    return plain([span, facts].filter(Boolean).join(" | "));
  };

  it("say from when to when nothing opens, for whom, and what falls silent", () => {
    expect(said()).toBe(
      "Nada abre de 22:00 a 24/11 02:00 BRT | vale para 3 empresas · 3 alertas abertos ficam mudos se durarem até lá",
    );
    expect(said({ starts_at: "2026-11-23T12:00:00Z", ends_at: "2026-11-23T14:00:00Z", matching: 1 })).toBe(
      "Nada abre de 09:00 a 11:00 BRT | vale para 3 empresas · 1 alerta aberto fica mudo",
    );
    expect(said({ matching: 0, companies: 1 }, true)).toBe(
      "Próxima vez: nada abre de 22:00 a 24/11 02:00 BRT | vale para 1 empresa · nenhum alerta aberto agora",
    );
    expect(said({ starts_at: null, ends_at: null })).toBe("Com estes dias ela não abre mais.");
  });

  it("say when a window is, with its zone where it is another, and its last day", () => {
    expect(plain(timesSaid(t, format, window()))).toBe("seg, qua às 22:00, por 2 h");
    const far = window({ timezone: "America/Manaus", last_day: "2026-12-24" });
    expect(plain(timesSaid(t, format, far))).toBe(
      "seg, qua às 22:00, por 2 h · hora de Manaus · até 24/12",
    );
    const once = window({ weekdays: null, last_day: "2026-11-23" });
    expect(plain(timesSaid(t, format, once))).toBe("às 22:00, por 2 h");
  });

  it.each([
    ["weekly", {}, "começa 22:00"],
    ["coming", { weekdays: null, last_day: "2026-11-23" }, "começa 22:00"],
    ["now", { starts_at: "2026-11-23T12:00:00Z", ends_at: "2026-11-23T14:00:00Z" }, "até 11:00"],
    ["over", { starts_at: "2026-11-23T10:00:00Z", ends_at: "2026-11-23T12:00:00Z" }, "terminou 09:00"],
    ["over", { starts_at: null, ends_at: null }, "sem próxima vez"],
  ] as const)("%s is where %j stands", (when, change, words) => {
    const entry = window(change as Partial<Maintenance>);
    expect(whenOf(entry, NOW)).toBe(when);
    expect(whenSaid(t, format, entry, when, new Date(NOW).toISOString())).toBe(words);
  });
});
