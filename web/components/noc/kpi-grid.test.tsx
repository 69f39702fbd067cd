import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { LatencyKpi } from "@/lib/noc/types";
import { KpiGrid } from "./kpi-grid";
import { ago, freshTraffic, makeKpis, plainText, show } from "./testing";

afterEach(cleanup);

const cards = () => [...document.querySelectorAll(".noc-kpi")].map(plainText);
const card = (label: string) => cards().find((text) => text.startsWith(label)) ?? "";
const silent: Partial<LatencyKpi> = { status: "NO_DATA", p95_ms: null, count: 0, spark: [null] };
const silentKpis = () => makeKpis({ latency: { ...makeKpis().latency, ...silent } });

describe("the indicators", () => {
  it("are six, in the order of the page", () => {
    show(<KpiGrid kpis={makeKpis()} traffic={freshTraffic} />);
    const labels = ["Latência p95", "Erros 5xx", "Requisições", "Fila WhatsApp", "LLM", "Jobs"];
    expect(cards().map((text) => labels.find((label) => text.startsWith(label)))).toEqual(labels);
  });

  it("say value, unit, signed change against yesterday, worst item and sample size", () => {
    show(<KpiGrid kpis={makeKpis()} traffic={freshTraffic} />);
    expect(card("Latência")).toBe("Latência p95Normal812ms+18 %pior agora: Omie1.840 msn 77.040");
    expect(card("Erros")).toContain("0,6%−0,2 pp4xx 2,1 % · à parte");
    expect(card("Requisições")).toContain("1.284/min+4 %ontem, mesma hora: 1.235");
    expect(card("Fila")).toContain(
      "236pendentes3 falharamPausarFarmácia Ipê Amarelo128mais antiga 6 min",
    );
  });

  it("have the edge of their state only when something is wrong", () => {
    show(<KpiGrid kpis={makeKpis()} traffic={freshTraffic} />);
    const loud = [...document.querySelectorAll(".noc-kpi-loud")].map(plainText);
    expect(loud).toHaveLength(1);
    expect(loud[0]).toContain("Fila WhatsApp");
  });

  it("tell no traffic, which is known, from no data, which is not", () => {
    show(<KpiGrid kpis={silentKpis()} traffic={{ ...freshTraffic, state: "quiet" }} />);
    expect(card("Latência")).toBe(
      "Latência p95Sem tráfego—0 chamadas na janelacoletor vivo, último às 09:41n 0",
    );
    cleanup();
    show(
      <KpiGrid
        kpis={silentKpis()}
        traffic={{ ...freshTraffic, state: "silent", last_event_at: ago(240) }}
      />,
    );
    expect(card("Latência")).toBe("Latência p95Sem dados—último dado às 09:37");
    expect(document.querySelector(".noc-hatch")).not.toBeNull();
  });

  it("say of jobs that failed and then ran well that the last run was good", () => {
    const jobs = { ...makeKpis().jobs, status: "UP" as const, failed: 2, worst: null };
    show(<KpiGrid kpis={makeKpis({ jobs })} traffic={freshTraffic} />);
    expect(card("Jobs")).toContain("última execução certa");
    expect(card("Jobs")).not.toContain("nenhuma falha");
  });

  it("write an em dash, never zero, for what was not measured", () => {
    const kpis = makeKpis({
      queue: {
        ...makeKpis().queue,
        ...{ pending: null, failed: null, unknown: null, dead: null, oldest_age_s: null, worst: null },
      },
    });
    show(<KpiGrid kpis={kpis} traffic={freshTraffic} />);
    expect(card("Fila")).toBe("Fila WhatsAppDegradado——");
  });

  it("say of the queue what needs a person before what failed", () => {
    show(<KpiGrid kpis={makeKpis()} traffic={freshTraffic} />);
    expect(card("Fila")).toContain("3 falharam");
    cleanup();
    const queue = { ...makeKpis().queue, dead: 2, unknown: 1 };
    show(<KpiGrid kpis={makeKpis({ queue })} traffic={freshTraffic} />);
    expect(card("Fila")).toContain("2 não saíram");
    expect(card("Fila")).not.toContain("falharam");
    cleanup();
    show(<KpiGrid kpis={makeKpis({ queue: { ...queue, dead: 0 } })} traffic={freshTraffic} />);
    expect(card("Fila")).toContain("1 talvez enviada");
  });

  it("switch the latency card between all endpoints and the worst one", () => {
    show(<KpiGrid kpis={makeKpis()} traffic={freshTraffic} />);
    const button = screen.getByRole("button", { pressed: false });
    fireEvent.click(button);
    expect(plainText(button)).toContain("POST /titulosDegradado1.840ms");
    expect(button.getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(button);
    expect(plainText(button)).toContain("812ms");
  });

  it("keep old numbers, without their state and with their age", () => {
    show(
      <KpiGrid
        kpis={makeKpis()}
        traffic={freshTraffic}
        condition={{ kind: "stale", at: ago(161) }}
      />,
    );
    expect(card("Fila")).toContain("Dado velho");
    expect(card("Fila")).toContain("236");
    expect(card("Fila")).toContain("de 09:38:26 · há 2 min 41 s");
    expect(document.querySelector(".noc-kpi-loud")).toBeNull();
  });

  it("have six outlines while they load", () => {
    show(<KpiGrid kpis={null} traffic={null} />);
    expect(document.querySelectorAll(".noc-kpi")).toHaveLength(6);
    expect(screen.getByRole("status").textContent).toBe("Carregando Indicadores");
  });
});
