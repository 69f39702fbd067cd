import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChartLegend } from "./chart-legend";
import { ChartErrors, ChartLatency, ChartThroughput } from "./charts";
import { ago, emptyPoint, makeSeries, plainText, show } from "./testing";

/** jsdom lays nothing out; the drawing needs a width to exist. */
beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(0, 0, 460, 212),
  );
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(460);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(212);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const limits = () => [...document.querySelectorAll(".noc-chart-limit")].map(plainText);
const gaps = () => document.querySelectorAll(".recharts-reference-area path[fill*='hatch']");
const dashed = () =>
  [...document.querySelectorAll(".recharts-line-curve")].filter(
    (path) => path.getAttribute("stroke-dasharray") === "3 4",
  );

describe("a chart", () => {
  it("says itself in one sentence", () => {
    show(<ChartLatency series={makeSeries([{ p95_ms: 640 }, { p95_ms: 1912 }])} service="omie" />);
    const name = screen.getByRole("img").getAttribute("aria-label")?.replaceAll("\u00a0", " ");
    expect(name).toBe("Latência, Omie, de 23/11 09:40 a 23/11 09:41: de 640 ms a 1.912 ms");
  });

  it("has a table with the same figures, newest first, gaps said as such", () => {
    const series = makeSeries([{ p95_ms: 640, p50_ms: 200 }, emptyPoint, { p95_ms: 812 }]);
    show(<ChartLatency series={series} service={null} />);
    const rows = within(screen.getByRole("table")).getAllByRole("row").map(plainText);
    expect(rows).toEqual([
      "Horap95p50n",
      "23/11 09:41812 ms210 ms1.284",
      "23/11 09:40sem dadossem dadossem dados",
      "23/11 09:39640 ms200 ms1.284",
    ]);
  });

  it("writes the limits that its scale reaches, and no other", () => {
    show(<ChartLatency series={makeSeries([{ p95_ms: 600 }, { p95_ms: 640 }])} service={null} />);
    expect(limits()).toEqual(["Degradado > 1.200 ms"]);
    cleanup();
    show(<ChartLatency series={makeSeries([{ p95_ms: 600 }, { p95_ms: 1900 }])} service={null} />);
    expect(limits()).toEqual(["Degradado > 1.200 ms", "Fora > 2.000 ms"]);
  });

  it("hatches a gap and draws no line over it", () => {
    const series = makeSeries([{}, {}, emptyPoint, emptyPoint, {}, {}]);
    show(<ChartThroughput series={series} service={null} />);
    expect(gaps()).toHaveLength(1);
    const line = document.querySelector(
      ".recharts-line-curve[stroke-width='2']:not([stroke-dasharray])",
    );
    expect(line?.getAttribute("d")?.match(/M/g)).toHaveLength(2);
  });

  it("dashes the bucket that is still filling", () => {
    show(<ChartErrors series={makeSeries([{}, {}, {}])} service={null} />);
    expect(dashed()).toHaveLength(0);
    cleanup();
    show(<ChartErrors series={makeSeries([{}, {}, { open: true }])} service={null} />);
    expect(dashed()).toHaveLength(2);
  });

  it("paints the main line by height and only from the limit up", () => {
    show(<ChartLatency series={makeSeries([{ p95_ms: 600 }, { p95_ms: 1000 }])} service={null} />);
    const stops = [...document.querySelectorAll("linearGradient stop")].map((stop) => [
      Number(stop.getAttribute("offset")).toFixed(3),
      stop.getAttribute("stop-color"),
    ]);
    // Top of the scale 1440: the limit of 1200 stands at a sixth from the top.
    expect(stops).toEqual([
      ["0.000", "var(--degraded-solid)"],
      ["0.167", "var(--degraded-solid)"],
      ["0.167", "var(--series-main)"],
      ["1.000", "var(--series-main)"],
    ]);
  });

  it("says that nothing was called instead of an empty frame", () => {
    show(<ChartLatency series={makeSeries([emptyPoint, emptyPoint])} service={null} />);
    expect(screen.getByText("Nenhuma chamada na janela")).toBeTruthy();
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("keeps its title in every state", () => {
    for (const condition of [
      { kind: "loading" },
      { kind: "forbidden" },
      { kind: "error", code: "PT500" },
    ] as const) {
      show(<ChartLatency series={null} service={null} condition={condition} />);
      expect(screen.getByRole("heading", { name: "Latência" })).toBeTruthy();
      cleanup();
    }
  });
});

describe("the legend below the charts", () => {
  it("says in words what was marked, newest first", () => {
    const annotation = {
      alert_id: "a",
      severity: "warning",
      title: "p95_latency",
      service: "omie",
    } as const;
    const series = makeSeries([{}, emptyPoint, { open: true }], {
      annotations: [
        { ...annotation, kind: "alert_opened", at: ago(120) },
        { ...annotation, kind: "alert_closed", at: ago(60) },
      ],
    });
    show(<ChartLegend series={series} />);
    expect(screen.getAllByRole("listitem").map(plainText)).toEqual([
      "09:40 alerta fechou: Omie lento",
      "09:39 alerta abriu: Omie lento",
      "sem dados",
      "tracejado no fim = balde ainda aberto",
    ]);
  });
});
