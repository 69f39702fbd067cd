import { describe, expect, test } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import { drainSaid, messageWhy, paceSaid, queueOffer, queueStateSaid } from "./queue-said";
import { makePause, makeQueue, noNumbers } from "./tab-testing";
import type { Me } from "./types";
import type { CompanyQueue } from "./types/queue";

const NOW = "2026-11-23T12:41:07Z";
const t = createTranslate("pt-BR");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const plain = (text: string | null) => text?.replaceAll(/[\u00a0\u202f]/g, " ") ?? null;
const said = (change: Partial<CompanyQueue>) => {
  const { word, more, whole } = queueStateSaid(t, format, makeQueue(change), NOW, "me@noc.local");
  return [word, more, whole].map(plain);
};

describe("how a queue stands", () => {
  test("a pause says who made it and when it ends", () => {
    const [word, more, whole] = said({ pauses: [makePause()] });
    expect(word).toBe("Pausada por ana até 09:53");
    expect(more).toBeNull();
    expect(whole).toContain("Motivo: número em revisão");
  });

  test("one's own says you, one without an end says who ends it", () => {
    expect(said({ pauses: [makePause({ by: "me@noc.local", until: null })] })[0]).toBe(
      "Pausada por Você até alguém retomar",
    );
  });

  test("to those who may not know, nobody is named", () => {
    const pause = makePause({ by: null, reason: null, action_id: null });
    expect(said({ can_operate: false, pauses: [pause] })[0]).toBe("Pausada até 09:53");
  });

  test("what the provider refused is told apart from what a person did", () => {
    const pause = makePause({ by: null, action_id: null, reason: "spam_limit", until: null });
    expect(said({ pauses: [pause] })[0]).toBe("Retida: o provedor recusou até alguém retomar");
    expect(said({ pauses: [pause] })[2]).toContain("Motivo: limite contra spam");
    expect(said({ pauses: [{ ...pause, scope: "number" }] })[0]).toBe(
      "Número retido pelo provedor até alguém retomar",
    );
  });

  test("of several the nearest to the company is said, and how many more there are", () => {
    const group = makePause({ scope: "group", label: "Grupo Ipê" });
    expect(said({ pauses: [makePause({ scope: "everything" }), group] }).slice(0, 2)).toEqual([
      "Pausada por ana até 09:53",
      "grupo Grupo Ipê · mais 1 pausa",
    ]);
  });

  test("one that is over ramps, and is not called a pause", () => {
    const over = makePause({ ramp_until: "2026-11-23T12:45:00Z" });
    expect(said({ share: 0.4, pauses: [over] }).slice(0, 2)).toEqual([null, "Em rampa, 40 %, até 09:45"]);
  });

  test("a free queue has nothing to add to its status", () => {
    expect(said({})).toEqual([null, null, null]);
  });
});

describe("what may be asked of a queue", () => {
  const company = { company_cnpj: "11222333000181", name: "A", group_id: "g", active: true };
  const me: Me = {
    user_id: "u",
    email: "me@noc.local",
    role: "franqueado",
    topic: "t",
    can_operate: true,
    can_administer: false,
    groups: [],
    companies: [company],
    services: [],
  };
  const offer = (change: Partial<CompanyQueue>, who: Me | null = me) =>
    queueOffer(t, makeQueue(change), who);

  test("a free one is paused for half an hour", () => {
    expect(offer({})).toMatchObject({
      kind: "pause",
      locked: null,
      ask: { action: "pause_queue", company_cnpj: "11222333000181", params: { minutes: 30 } },
    });
  });

  test("a paused one is resumed in exactly the scope of its pause", () => {
    const own = offer({ pauses: [makePause()] });
    expect(own.ask).toMatchObject({ action: "resume_queue", company_cnpj: "11222333000181", group_id: null });
    const group = offer({ pauses: [makePause({ scope: "group" })] });
    expect(group.ask).toMatchObject({ company_cnpj: null, group_id: "g" });
    expect(group.locked).toBeNull();
  });

  test("a pause of everything is the admin's to end", () => {
    const pauses = [makePause({ scope: "everything" })];
    expect(offer({ pauses }).locked).toMatch(/só um admin/);
    const admin = offer({ pauses }, { ...me, can_administer: true });
    expect(admin.locked).toBeNull();
    expect(admin.ask).toMatchObject({ company_cnpj: null, group_id: null });
  });

  test("a number that the provider holds is nobody's to resume", () => {
    expect(offer({ pauses: [makePause({ scope: "number" })] }).locked).toMatch(/sozinho/);
  });

  test("who only reads is told who may", () => {
    expect(offer({ can_operate: false }).locked).toMatch(/só lê/);
    expect(offer({ can_operate: false, pauses: [makePause()] }).locked).toMatch(/só lê/);
  });
});

describe("how long it takes", () => {
  const drain = (change: Partial<typeof noNumbers>, paused = false) =>
    plain(drainSaid(t, format, { ...noNumbers, ...change }, paused));

  test("is told in minutes, as soon, as empty, or not at all", () => {
    expect(drain({ pending: 128, drain_s: 427 })).toBe("7 min");
    expect(drain({ pending: 12, drain_s: 59 })).toBe("< 1 min");
    expect(drain({ pending: 12, drain_s: 60 })).toBe("1 min");
    expect(drain({ pending: 0, drain_s: 0 })).toBe("vazia");
    expect(drain({ pending: 12, drain_s: null })).toBe("não sai nada");
    expect(drain({ pending: 12, drain_s: null }, true)).toBeNull();
  });

  test("a slow pace keeps its decimal, none is not a zero", () => {
    expect(paceSaid(t, format, { ...noNumbers, sent_last_10min: 180 })).toBe("18/min");
    expect(paceSaid(t, format, { ...noNumbers, sent_last_10min: 7 })).toBe("0,7/min");
    expect(paceSaid(t, format, noNumbers)).toBeNull();
  });
});

test("a code without words is made readable", () => {
  expect(messageWhy(t, "expired")).toBe("passou do prazo");
  expect(messageWhy(t, "template")).toBe("o modelo da mensagem foi recusado");
  expect(messageWhy(t, "new_code")).toBe("New code");
});
