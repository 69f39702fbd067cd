import { describe, expect, test } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import { eventSaid, nowSaid, ruleFacts, whySaid } from "./incident-said";
import type { AlertEvent, EventKind, Incident, Rule } from "./types";

const speaker = {
  t: createTranslate("pt-BR"),
  format: createFormat("pt-BR", "America/Sao_Paulo"),
  me: "eu@noc.local",
};
const alert = {
  title: "error_rate",
  service: "api",
  severity: "critical",
  value: 0.075,
  threshold: 0.1,
  unit: "ratio",
  close_reason: null,
} as Incident;
const rule: Rule = {
  rule_id: "r",
  version: 3,
  metric: "error_rate",
  degraded_threshold: 0.05,
  down_threshold: 0.1,
  degraded_clear: 0.03,
  down_clear: 0.07,
  for_degraded_s: 180,
  for_down_s: 120,
  keep_firing_s: 180,
  over_s: 300,
  min_samples: 20,
  changed_since: false,
  runbook_url: null,
  owner: null,
};
const plain = (text: string | null) => text?.replaceAll(/[\u00a0\u202f]/g, " ") ?? null;
const said = (kind: EventKind, change: Partial<AlertEvent> = {}, of: Incident = alert) => {
  const by_person = change.by_person ?? "actor" in change;
  const event: AlertEvent = {
    at: "2026-11-23T12:00:00Z",
    kind,
    severity: "warning",
    value: null,
    until: null,
    actor: null,
    note: null,
    redacted: false,
    cause: null,
    ...change,
    by_person,
  };
  const { title, more, note } = eventSaid(speaker, { alert: of, rule, event, last: true });
  return [title, more, note].filter((part) => part !== null).map(plain);
};

describe("an event", () => {
  test("of the engine names the state and the value with the limit of that state", () => {
    expect(said("opened", { value: 0.062 })).toEqual([
      "Alerta abriu",
      "Degradado",
      "6,2 % de erros, limite 5 %",
    ]);
    expect(said("severity_up", { value: 0.14, severity: "critical" })).toEqual([
      "Piorou para Fora",
      "14 % de erros, limite 10 %",
    ]);
  });

  test("of an action names what was done, by whom, and what came of it", () => {
    const cause = "pause_queue";
    expect(said("action_started", { actor: "ana@noc.local", cause, note: "banco fora do ar" })).toEqual([
      "ana@noc.local iniciou: Pausar fila",
      "banco fora do ar",
    ]);
    expect(said("action_awaiting", { actor: speaker.me, cause: "reprocess" })).toEqual([
      "Você pediu: Reprocessar",
      "Espera a aprovação de outra pessoa.",
    ]);
    expect(said("action_expired", { cause })).toEqual(["Pausar fila: terminou no prazo"]);
    expect(said("action_without_effect", { cause })).toEqual([
      "Pausar fila: não teve o efeito esperado",
    ]);
  });

  test("of a person names who, and the caller as you", () => {
    const until = "2026-11-23T12:30:00Z";
    const actor = "ana@noc.local";
    expect(said("acknowledged", { actor, until, note: "vendo" })).toEqual([
      "ana@noc.local reconheceu",
      "vale até 09:30",
      "vendo",
    ]);
    expect(said("commented", { actor: "eu@noc.local", note: "ok" })).toEqual(["Você anotou", "ok"]);
    expect(said("assigned", { actor, note: actor })).toEqual(["ana@noc.local assumiu"]);
    expect(said("assigned", { actor })).toEqual(["ana@noc.local liberou"]);
    expect(said("assigned", { actor, note: "eu@noc.local" })).toEqual([
      "ana@noc.local passou para Você",
    ]);
  });

  test("hides people and their words from those who only read", () => {
    expect(said("commented", { by_person: true })).toEqual([
      "Operador anotou",
      "O texto é visível para quem trata o alerta.",
    ]);
    expect(said("assigned", { by_person: true })).toEqual(["Operador mudou o responsável"]);
  });

  test("whose words were taken out of the trail says so", () => {
    const actor = "ana@noc.local";
    expect(said("commented", { actor, redacted: true })).toEqual([
      "ana@noc.local anotou",
      "Texto removido da trilha.",
    ]);
  });

  test("says when people stop being told, why, and when they are again", () => {
    expect(said("muted", { cause: "silence" })).toEqual(["Deixou de avisar", "silêncio"]);
    expect(said("unmuted", { cause: "maintenance" })).toEqual(["Voltou a avisar", "manutenção"]);
    expect(said("flapping")[0]).toBe("Ficou instável");
    expect(said("steady")[0]).toBe("Voltou a ficar estável");
  });

  test("tells how it ended", () => {
    expect(said("closed", {}, { ...alert, close_reason: "withdrawn" })).toEqual([
      "Alerta fechou",
      "regra ou alvo retirado",
    ]);
    const until = "2026-11-23T13:00:00Z";
    expect(said("closed", { actor: "ana@noc.local", until, note: "falso alarme" })).toEqual([
      "ana@noc.local fechou",
      "regra quieta até 10:00",
      "falso alarme",
    ]);
  });
});

describe("this moment", () => {
  test("is a recovery while the value is within the limit and the alert still waits", () => {
    expect(nowSaid(speaker, alert).title).toBe("Em recuperação");
    expect(nowSaid(speaker, { ...alert, value: 0.12 }).title).toBe("Ainda fora do limite");
  });

  test("a limit that must not be undercut recovers from below", () => {
    const partitions = { ...alert, title: "db_partitions", unit: "count", threshold: 2, below: true } as const;
    expect(nowSaid(speaker, { ...partitions, value: 2 }).title).toBe("Em recuperação");
    expect(nowSaid(speaker, { ...partitions, value: 1 }).title).toBe("Ainda fora do limite");
  });
});

describe("the rule", () => {
  test("is said with limits, duration, what lets go, window and samples", () => {
    const facts = ruleFacts(speaker, rule, "ratio").map(({ label, value, more }) =>
      plain([label, value, more].filter(Boolean).join(" ")),
    );
    expect(facts).toEqual([
      "Degradado acima de 5 % por 3 min",
      "Fora acima de 10 % por 2 min",
      "Deixa de ser Fora até 7 % por 3 min",
      "Fecha sozinho até 3 % por 3 min",
      "Janela 5 min",
      "Amostras ao menos 20",
    ]);
    expect(plain(whySaid(speaker, alert, rule))).toContain("erros 5xx dos últimos 5 min");
  });

  test("of a probe has a sentence and no figures", () => {
    const probe = { ...rule, metric: "probe_status", degraded_threshold: null, down_threshold: 1 };
    expect(ruleFacts(speaker, probe, "status")).toEqual([]);
    expect(whySaid(speaker, alert, probe)).toContain("a sonda falhou");
  });

  test("of a metric that the page does not know still has a sentence", () => {
    expect(whySaid(speaker, alert, { ...rule, metric: "brand_new" })).toContain("API");
  });
});
