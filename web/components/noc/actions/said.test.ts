import { describe, expect, test } from "vitest";
import { choicesOf, nextTime, paramsOf, type ActionAsk } from "@/lib/noc/action";
import { isInDoubt, reasonsOf } from "@/lib/noc/action-error";
import { differenceSaid } from "@/lib/noc/action-notes";
import { endSaid, verifiedSaid } from "@/lib/noc/action-result";
import { actionSaid, buttonSaid, ofSaid } from "@/lib/noc/action-said";
import { NocError } from "@/lib/noc/error";
import { createFormat } from "@/lib/noc/format";
import { createTranslate } from "@/lib/noc/i18n";
import { actionFor, alertOffer, companyOffers } from "@/lib/noc/quick";
import type { ActionKind } from "@/lib/noc/types";
import { pt } from "@/lib/noc/words-pt";
import { makeAction, makePlan } from "./testing";

const t = createTranslate("pt-BR");
const en = createTranslate("en");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");
const BRT = -3 * 3_600_000;
const NOON = Date.parse("2026-11-23T15:00:00Z"); // 12:00 in Brasília
const ask = (action: ActionKind, params: ActionAsk["params"] = {}): ActionAsk => ({
  action,
  company_cnpj: "11222333000181",
  group_id: null,
  params,
  alert_id: null,
});

describe("what is chosen", () => {
  test.each([
    ["18:00", "2026-11-23T21:00:00.000Z"],
    ["12:01", "2026-11-23T15:01:00.000Z"],
    ["12:00", "2026-11-24T15:00:00.000Z"],
    ["09:30", "2026-11-24T12:30:00.000Z"],
    ["", null],
    ["25:00", null],
  ])("an hour of the clock is its next time: %s", (clock, next) => {
    expect(nextTime(clock, NOON, BRT)).toBe(next);
  });

  test("becomes the parameters of each action", () => {
    const of = (action: ActionKind, change = {}, params = {}) => {
      const asked = ask(action, params);
      return paramsOf(asked, { ...choicesOf(asked), ...change }, NOON, BRT);
    };
    expect(of("pause_queue")).toEqual({ minutes: 30 });
    expect(of("pause_queue", { span: "until" })).toBeNull();
    expect(of("pause_queue", { span: "until", until: "18:00" })).toEqual({ until: "2026-11-23T21:00:00.000Z" });
    expect(of("pause_queue", { span: "open" })).toEqual({ until_resumed: true });
    expect(of("resume_queue")).toEqual({ ramp_s: 300, stale: "send" });
    expect(of("resume_queue", { stale: "drop" })).toEqual({ ramp_s: 300, stale: "drop" });
    expect(of("switch_source", {}, { source: "mock" })).toEqual({ source: "mock", minutes: 30 });
    expect(of("switch_source", { source: "supabase" })).toEqual({ source: "supabase" });
    expect(of("notify")).toEqual({ template: "under_investigation" });
    expect(of("reprocess", {}, { job_ids: ["a"] })).toEqual({ job_ids: ["a"] });
    expect(of("reprocess", { period: "1" })).toEqual({
      kind: "job",
      job_type: null,
      from: "2026-11-23T14:00:00.000Z",
      to: "2026-11-23T15:00:00.000Z",
    });
  });
});

describe("the button", () => {
  const button = (change: Parameters<typeof makePlan>[0]) => plain(buttonSaid(t, format, makePlan(change)));

  test("says verb, number, target and length of each action", () => {
    expect(button({})).toBe("Pausar 128 mensagens da Farmácia Ipê Amarelo por 30 min");
    expect(button({ until: null })).toBe("Pausar 128 mensagens da Farmácia Ipê Amarelo até alguém retomar");
    expect(button({ counts: { pending: 0 }, company_name: "Hotel Serra" })).toBe("Pausar a fila do Hotel Serra por 30 min");
    expect(
      button({ action: "resume_queue", payload: { ramp_s: 300 }, counts: { pending: 1 }, company_name: "Transportes Caiçara" }),
    ).toBe("Retomar 1 mensagem de Transportes Caiçara em rampa de 5 min");
    expect(
      button({ action: "reprocess", payload: { kind: "job" }, size: 3, company_cnpj: null, company_name: null, counts: { companies: 2 } }),
    ).toBe("Reprocessar 3 jobs de 2 empresas");
    expect(button({ action: "reprocess", payload: { kind: "message" }, size: 1 })).toBe(
      "Reenviar 1 mensagem da Farmácia Ipê Amarelo",
    );
    expect(
      button({ action: "switch_source", payload: { source: "mock" }, company_cnpj: null, company_name: null, counts: { companies: 4 } }),
    ).toBe("Mostrar demonstração em 4 empresas por 30 min");
    expect(button({ action: "notify", size: 2 })).toBe("Avisar 2 contatos da Farmácia Ipê Amarelo");
    expect(button({ requires_approval: true })).toMatch(/^Pedir aprovação: Pausar/);
    expect(buttonSaid(en, format, makePlan())).toMatch(/^Pause 128 messages of Farmácia Ipê Amarelo for/);
  });

  test("of everything says so", () => {
    expect(ofSaid(t, { company_name: null, group_name: null, everything: true, companies: 5 })).toBe("de todas as empresas");
  });
});

describe("what became of it", () => {
  test("an action is told in one line", () => {
    expect(plain(actionSaid(t, format, makeAction({ payload: { until: null } })))).toBe(
      "Pausar a fila da Farmácia Ipê Amarelo até alguém retomar",
    );
  });

  test("its end says why", () => {
    expect(endSaid(t, makeAction({ result: { ended: "expired" } }))).toBe("voltou sozinha");
    expect(endSaid(t, makeAction({ result: { superseded_by: "x" } }))).toBe("outra tomou o lugar");
    expect(endSaid(t, makeAction({ result: { reason: "unknown_type" } }))).toBe("Unknown type");
    expect(endSaid(t, makeAction())).toBeNull();
  });

  test("its effect is checked, was checked, or is not a matter of it", () => {
    expect(verifiedSaid(t, format, makeAction({ verified: true }))?.status).toBe("UP");
    expect(verifiedSaid(t, format, makeAction({ verified: false }))?.status).toBe("DEGRADED");
    expect(verifiedSaid(t, format, makeAction())?.text).toBe("efeito conferido às 09:42");
    expect(verifiedSaid(t, format, makeAction({ verify_at: null }))).toBeNull();
  });

  test("a plan that is as the one before differs in nothing", () => {
    expect(differenceSaid(t, format, makePlan(), makePlan({ plan_id: "2" }))).toEqual([]);
  });
});

describe("errors", () => {
  // docs/rpc.md, "Actions".
  const codes = `action params reason confirm idempotency_key note too_many right_lost not_approver
    scope_not_found plan_not_found action_not_found nothing_to_do plan_stale plan_expired plan_used
    idempotency_conflict actions_frozen cooldown own_action not_awaiting not_running not_in_effect
    not_reversible not_for_review action_limit`.split(/\s+/);

  test.each(codes)("%s has words", (code) => {
    expect(Object.hasOwn(pt, `action.error.${code}`)).toBe(true);
  });

  test("an answer that was lost leaves it in doubt, a refusal does not", () => {
    expect(isInDoubt(new NocError("no-contact", "", "TIMEOUT"))).toBe(true);
    expect(isInDoubt(new NocError("refused", "", "PT409", "cooldown"))).toBe(false);
  });

  test("what is said besides is read only where it is a list", () => {
    const error = (details: string | null) => new NocError("refused", "", "PT409", "nothing_to_do", details);
    expect(reasonsOf(error('[{"code":"no_handler","count":1}]'))).toHaveLength(1);
    for (const details of [null, "{", "{}"]) expect(reasonsOf(error(details))).toEqual([]);
  });
});

describe("quick actions", () => {
  const services = [{ service_name: "omie", kind: "erp" as const, shared: true }];
  test.each([
    ["whatsapp_queue_pending", "whatsapp", "pause_queue"],
    ["whatsapp_queue_dead", "whatsapp", "reprocess"],
    ["jobs_failed", "jobs", "reprocess"],
    ["p95_latency", "omie", "switch_source"],
    ["llm_down", "llm", null],
  ])("%s of %s asks for %s", (title, service, action) => {
    expect(actionFor({ title, service }, services)).toBe(action);
  });

  test("what is paused is resumed; several companies are acted on one by one", () => {
    const alert = { title: "whatsapp_queue_pending", service: "whatsapp", alert_id: "a", company_cnpj: "1" };
    expect(alertOffer(t, alert, services, makeAction())?.ask.action).toBe("resume_queue");
    expect(alertOffer(t, { ...alert, company_cnpj: null }, services, null)?.locked).toMatch(/várias empresas/);
    expect(companyOffers(t, "1", null).map(({ ask: { action } }) => action)).toEqual([
      "pause_queue",
      "switch_source",
      "notify",
    ]);
  });
});
