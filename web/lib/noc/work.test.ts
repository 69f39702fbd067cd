import { describe, expect, test } from "vitest";
import { createTranslate } from "./i18n";
import { createFormat } from "./format";
import { NocError } from "./error";
import type { Alert, Me } from "./types";
import { defaultMinutes, mayWork, withPending, type Work } from "./work";
import { doneSentence, failureSentence } from "./work-said";

const t = createTranslate("pt-BR");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const at = Date.parse("2026-11-23T12:00:00Z");
const alert = {
  severity: "critical",
  state: "open",
  owner: null,
  ack_until: null,
  can_work: true,
} as Alert;
const after = (work: Work, of: Alert = alert) => withPending(of, { work, at }, "eu@noc.local");

describe("who may work an alert", () => {
  const me = (role: Me["role"], can_operate: boolean) => ({ role, can_operate }) as Me;
  test("a franqueado and an admin may, a cliente may not, nobody may before it is known", () => {
    expect(mayWork(me("franqueado", true), alert)).toBe(true);
    expect(mayWork(me("admin", true), alert)).toBe(true);
    expect(mayWork(me("cliente", false), alert)).toBe(false);
    expect(mayWork(null, alert)).toBe(false);
  });

  test("one that the database keeps for others is not worked here", () => {
    expect(mayWork(me("franqueado", true), { can_work: false })).toBe(false);
  });
});

describe("an alert before the database has answered", () => {
  test("is acknowledged for as long as its severity asks, by the caller", () => {
    expect([defaultMinutes("critical"), defaultMinutes("warning")]).toEqual([30, 240]);
    expect(after({ kind: "ack", minutes: null, note: null })).toMatchObject({
      state: "ack",
      ack_until: "2026-11-23T12:30:00.000Z",
      owner: "eu@noc.local",
    });
  });

  test("keeps its owner when another one acknowledges", () => {
    const owned = { ...alert, owner: "ana@noc.local" };
    expect(after({ kind: "ack", minutes: 60, note: null }, owned)).toMatchObject({
      ack_until: "2026-11-23T13:00:00.000Z",
      owner: "ana@noc.local",
    });
  });

  test("is the caller's, or nobody's", () => {
    expect(after({ kind: "take" }).owner).toBe("eu@noc.local");
    expect(after({ kind: "release" }, { ...alert, owner: "eu@noc.local" }).owner).toBeNull();
  });

  test("stays as it is while it is being closed or commented", () => {
    expect(after({ kind: "close", reason: "x" })).toBe(alert);
    expect(withPending(alert, null, null)).toBe(alert);
  });
});

describe("what is said after it", () => {
  test("names the hour until which it holds", () => {
    const until = "2026-11-23T13:05:00Z";
    const now = "2026-11-23T12:00:00Z";
    const ack: Work = { kind: "ack", minutes: null, note: null };
    expect(doneSentence(t, format, { work: ack, until }, now)).toBe("Alerta reconhecido até 10:05.");
    const close: Work = { kind: "close", reason: "x" };
    expect(doneSentence(t, format, { work: close, until }, now)).toContain("fica quieta até 10:05");
    expect(doneSentence(t, format, { work: close, until: null }, now)).toBe("Alerta fechado.");
    const tomorrow = "2026-11-24T13:05:00Z";
    expect(doneSentence(t, format, { work: ack, until: tomorrow }, now)).toContain("24/11 10:05");
  });

  test.each([
    [new NocError("refused", "", "PT403", "not_operator"), /não o trata/],
    [new NocError("refused", "", "PT404", "alert_not_found"), /não existe mais/],
    [new NocError("refused", "", "PT409", "alert_closed"), /já foi fechado/],
    [new NocError("refused", "", "PT400", "reason"), /até 500 caracteres/],
    [new NocError("no-contact", "", "TIMEOUT"), /não respondeu em 6 s/],
    [new NocError("no-contact", "", "NET"), /não foi confirmado/],
    [new NocError("session", "", "PGRST301"), /Entre de novo/],
    [new NocError("refused", "", "XX000", "of_tomorrow"), /código XX000/],
  ])("a failure says what helps: %o", (error, sentence) => {
    expect(failureSentence(t, error)).toMatch(sentence);
  });
});
