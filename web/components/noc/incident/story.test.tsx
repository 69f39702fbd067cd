import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Timeline as Story } from "@/lib/noc/types";
import { ago, makeEvent, makeEvidence, makeNotice, makeRule, makeTimeline, plainText } from "../testing";
import { fakeDatabase, showWorking } from "../work-testing";
import { Timeline } from "./timeline";
import { Why } from "./why";

/** jsdom lays nothing out; the drawing needs a width to exist. */
beforeEach(() => {
  const size = new DOMRect(0, 0, 320, 152);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(size);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const { supabase } = fakeDatabase(() => ({ data: {} }));
const tell = (story: Story) => showWorking(<Timeline story={story} />, supabase);
const ask = (story: Story) => {
  showWorking(<Why story={story} />, supabase);
  return screen.getByRole("region", { name: "Por que disparou?" });
};
const lines = () =>
  [...(screen.getAllByRole("list")[0]?.children ?? [])].map(plainText);

describe("the notices in the timeline", () => {
  const opened = makeEvent("opened", { at: ago(27 * 60), value: 1640 });

  it("are one line for what was told at once, with each message below it", () => {
    const mail = makeNotice();
    const dead = makeNotice({
      notification_id: "notice-2",
      channel: "whatsapp",
      recipient: "•••••-0002",
      state: "dead",
      reason: "undeliverable",
      attempts: [mail.attempts, mail.attempts, mail.attempts].flat(),
    });
    tell(makeTimeline({ events: [opened], notifications: [mail, dead] }));
    expect(lines()[2]).toBe(
      "09:15Aviso de que abriu · 1 de 2 saiu" +
        "Francisco Ipê · WhatsApp •••••-0002 — não saiu: o número não recebe WhatsApp · 3 tentativas" +
        "Francisco Ipê · E-mail f•••@noc.local — enviado em 6 s",
    );
  });

  it("have a lane of their own, which turns off", () => {
    tell(makeTimeline({ events: [opened], notifications: [makeNotice()] }));
    fireEvent.click(screen.getByRole("button", { name: "Aviso" }));
    expect(lines().join()).not.toContain("Aviso de que abriu");
    expect(lines().join()).toContain("Alerta abriu");
  });

  it("beyond five unfold", () => {
    const many = [0, 1, 2, 3, 4, 5, 6].map((n) => makeNotice({ notification_id: `n${n}` }));
    tell(makeTimeline({ events: [opened], notifications: many }));
    expect(screen.getByText("mais 2 avisos")).toBeTruthy();
  });

  it("are no lane for who is not told of them", () => {
    tell(makeTimeline({ events: [opened], notifications: null }));
    expect(screen.queryByRole("button", { name: "Aviso" })).toBeNull();
    for (const name of ["Alerta", "Ação", "Nota", "Sistema"]) {
      fireEvent.click(screen.getByRole("button", { name }));
    }
    expect(screen.getByText("Todas as raias estão desligadas.")).toBeTruthy();
  });
});

describe("why it fired", () => {
  const minutes = [12, 11, 10, 9].map((back, index) => ({
    bucket: ago((27 + back - 9) * 60),
    count: 40,
    error_rate: 0.1,
    p95_ms: 600 + index * 400,
  }));
  const traffic = makeEvidence({
    window_from: ago(30 * 60),
    minutes,
    endpoints: [{ endpoint: "POST /titulos", count: 40, error_rate: 0.1, latency_max_ms: 2210 }],
    requests: [{ at: ago(27 * 60), endpoint: "POST /titulos", status: 0, latency_ms: 2210 }],
    deeds: [{ at: ago(40 * 60), action: "save_rule", target: "rule:1" }],
  });

  it("is drawn with its limits, and the same figures stand in a table", () => {
    const why = ask(makeTimeline({ evidence: traffic }));
    const name = within(why).getByRole("img", { name: /^Latência, Omie/ }).getAttribute("aria-label");
    expect(name?.replaceAll(/[\u00a0\u202f]/g, " ")).toContain("de 600 ms a 1.800 ms");
    expect([...why.querySelectorAll(".noc-chart-limit")].map(plainText)).toEqual([
      "Degradado > 1.200 ms",
      "Fora > 2.000 ms",
    ]);
    expect(within(why).getByRole("table", { name: "Tabela de Latência" })).toBeTruthy();
    expect(plainText(why)).toContain("janela que decidiu");
  });

  it("names the worst endpoints, the samples and what people changed before", () => {
    const why = plainText(ask(makeTimeline({ evidence: traffic })));
    expect(why).toContain("POST /titulos40 chamadas · 10 % de erros · até 2.210 ms");
    expect(why).toContain("09:14:07POST /titulossem resposta2.210 ms");
    expect(why).toContain("O que mudou antes09:01:07Regra publicada");
    expect(why).toContain("Provas guardadas em 23/11/2026 09:14:07 · Regra que disparou v1");
  });

  it("of a probe shows its last answers, and no chart", () => {
    const probes = [
      { checked_at: ago(60), status: "DOWN", outcome: "bad", reason: "timeout", latency_ms: 5000 } as const,
      { checked_at: ago(75), status: "UP", outcome: "good", reason: null, latency_ms: 90 } as const,
    ];
    const rule = makeRule({ metric: "probe_status", degraded_threshold: null, down_threshold: 1 });
    const why = ask(makeTimeline({ rule, evidence: makeEvidence({ probes }) }));
    expect(plainText(why)).toContain("09:40:07falhou: sem resposta a tempo5.000 ms");
    expect(plainText(why)).toContain("09:39:52respondeu90 ms");
    expect(within(why).queryByRole("table")).toBeNull();
    expect(plainText(why)).toContain("Ninguém mudou nada na hora anterior.");
  });

  it("of a queue counts what waited and for how long", () => {
    const queue = { statuses: { queued: 120, failed: 3 }, oldest_at: ago(33 * 60) };
    const why = plainText(ask(makeTimeline({ evidence: makeEvidence({ queue }) })));
    expect(why).toContain("Falharam3Na fila120Mais antiga6 min");
  });

  it("leads to the runbook and names the rule's owner, where the rule does", () => {
    const rule = makeRule({ runbook_url: "https://wiki.example/omie", owner: "Plantão ERP" });
    const why = ask(makeTimeline({ rule }));
    const link = within(why).getByRole("link", { name: "O que fazer: runbook" });
    expect(link.getAttribute("href")).toBe("https://wiki.example/omie");
    expect(plainText(why)).toContain("Dono da regra: Plantão ERP");
    cleanup();
    expect(within(ask(makeTimeline({}))).queryByRole("link")).toBeNull();
  });

  it("keeps what people did from who only reads", () => {
    const evidence = { ...traffic, deeds: null };
    const why = plainText(ask(makeTimeline({ can_work: false, evidence })));
    expect(why).toContain("POST /titulos");
    expect(why).not.toContain("O que mudou antes");
  });

  it("says when the rule has changed since", () => {
    const rule = makeRule({ changed_since: true, version: 3 });
    expect(plainText(ask(makeTimeline({ rule })))).toContain(
      "Regra que disparou v3A regra mudou depois deste alerta.",
    );
    cleanup();
    expect(plainText(ask(makeTimeline()))).not.toContain("A regra mudou");
  });

  it("says that the evidence is coming while it is, and that there is none when it is not", () => {
    const why = ask(makeTimeline({ alert: { opened_at: ago(8) } }));
    expect(within(why).getByRole("status").textContent).toBe("As provas chegam em segundos.");
    cleanup();
    expect(plainText(ask(makeTimeline()))).toContain("Nenhuma prova foi guardada");
  });
});
