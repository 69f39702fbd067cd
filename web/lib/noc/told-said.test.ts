import { describe, expect, test } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import { noticeSaid, reasonSaid, tellingSaid } from "./told-said";
import type { Attempt, Notice } from "./types-story";

const t = createTranslate("pt-BR");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const attempt: Attempt = { begun_at: "", ended_at: null, outcome: "retry", reason: "timeout" };
const made = (change: Partial<Notice> = {}) =>
  ({
    event: "opened",
    channel: "whatsapp",
    name: "Francisco Ipê",
    recipient: "•••••-0002",
    state: "delivered",
    reason: null,
    created_at: "2026-11-23T12:00:00Z",
    done_at: "2026-11-23T12:00:06Z",
    bundle_state: null,
    instead_of: null,
    attempts: [attempt],
    ...change,
  }) as Notice;
const said = (change: Partial<Notice> = {}) => {
  const { to, became, bad } = noticeSaid(t, format, made(change));
  return [to, became.replaceAll(/[\u00a0\u202f]/g, " "), bad];
};

describe("a notice", () => {
  test("names who was told, by what, and how fast it arrived", () => {
    expect(said()).toEqual(["Francisco Ipê · WhatsApp •••••-0002", "entregue em 6 s", false]);
    expect(said({ state: "read" })[1]).toBe("lido em 6 s");
    expect(said({ state: "sent", channel: "email", recipient: "f•••@noc.local" })).toEqual([
      "Francisco Ipê · E-mail f•••@noc.local",
      "enviado em 6 s",
      false,
    ]);
  });

  test("names nobody whom another team looks after", () => {
    expect(said({ name: null, recipient: null })[0]).toBe("contato de outra equipe · WhatsApp");
  });

  test("counts several tries, and not the only one", () => {
    expect(said({ attempts: [attempt, attempt, attempt] })[1]).toBe("entregue em 6 s · 3 tentativas");
  });

  test("that did not go out says why, and asks for somebody", () => {
    expect(said({ state: "dead", reason: "undeliverable" })).toEqual([
      "Francisco Ipê · WhatsApp •••••-0002",
      "não saiu: o número não recebe WhatsApp",
      true,
    ]);
    expect(said({ state: "unknown", reason: "no_answer" })[2]).toBe(true);
    expect(said({ state: "cancelled", reason: "closed" }).slice(1)).toEqual([
      "cancelado: o alerta fechou antes",
      false,
    ]);
  });

  test("that still waits, is in a bundle, or stands in for another says so", () => {
    expect(said({ state: "queued", reason: null, done_at: null })[1]).toBe("na fila");
    expect(said({ state: "queued", reason: "not_configured", done_at: null })[1]).toBe(
      "na fila: canal não configurado",
    );
    expect(said({ state: "bundled", done_at: null })[1]).toBe("dentro de um resumo");
    expect(said({ state: "bundled", bundle_state: "sent", reason: "contact_limit" })[1]).toBe(
      "enviado junto com outros",
    );
    expect(said({ state: "bundled", bundle_state: "unknown" })[2]).toBe(true);
    expect(said({ channel: "email", instead_of: "other" })[1]).toBe(
      "entregue em 6 s · no lugar do WhatsApp",
    );
  });
});

describe("a reason", () => {
  test("keeps the number of a mail server, and an unknown code is made readable", () => {
    expect(reasonSaid(t, "smtp_550")).toBe("o servidor de e-mail respondeu 550");
    expect(reasonSaid(t, "brand_new")).toBe("Brand new");
  });
});

describe("what was told of one event", () => {
  test("counts what went out where there are several, the troubled first", () => {
    const { title, more, messages } = tellingSaid(t, format, "opened", [
      made(),
      made({ state: "dead", reason: "timeout" }),
    ]);
    expect(title).toBe("Aviso de que abriu");
    expect(more).toBe("1 de 2 saiu");
    expect(messages.map((one) => one.bad)).toEqual([true, false]);
  });

  test("of one message needs no count; an event that no catalogue knows is made readable", () => {
    expect(tellingSaid(t, format, "closed", [made()])).toMatchObject({
      title: "Aviso de resolvido",
      more: null,
    });
    expect(tellingSaid(t, format, "brand_new", [made()]).title).toBe("Brand new");
  });
});
