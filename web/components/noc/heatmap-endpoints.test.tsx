import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Heatmap } from "@/lib/noc/types";
import { HeatmapEndpoints } from "./heatmap-endpoints";
import { ago, plainText, show } from "./testing";

afterEach(cleanup);

const thresholds = { degraded: 1200, down: 2000 };
const heatmap: Heatmap = {
  resolution: "1m",
  from: ago(120),
  to: ago(0),
  buckets: [ago(120), ago(60), ago(0)],
  rows: [
    {
      service: "omie",
      endpoint: "POST /titulos",
      worst_p95_ms: 1840,
      count: 428,
      p95_ms: [812, null, 1840],
      counts: [214, null, 214],
    },
    {
      service: "api",
      endpoint: "GET /boletos",
      worst_p95_ms: 200,
      count: 10,
      p95_ms: [200, 150, 2100],
      counts: [4, 3, 3],
    },
  ],
};
const cell = (row: number, column: number) => {
  const found = document.querySelector<HTMLElement>(`[data-place="${row}:${column}"]`);
  if (!found) throw new Error(`no cell at ${row}:${column}`);
  return found;
};
const label = (row: number, column: number) =>
  cell(row, column).getAttribute("aria-label")?.replaceAll("\u00a0", " ");

describe("the heatmap of endpoints", () => {
  it("says each cell: endpoint, time, measure, and the state above a limit", () => {
    show(<HeatmapEndpoints heatmap={heatmap} thresholds={thresholds} />);
    expect(label(0, 0)).toBe("POST /titulos, 09:39: 812 ms");
    expect(label(0, 1)).toBe("POST /titulos, 09:40: sem dados");
    expect(label(0, 2)).toBe("POST /titulos, 09:41: 1.840 ms, Degradado");
    expect(label(1, 2)).toBe("GET /boletos, 09:41: 2.100 ms, Fora");
  });

  it("hatches what was not measured and gives luminance to the rest", () => {
    show(<HeatmapEndpoints heatmap={heatmap} thresholds={thresholds} />);
    expect(cell(0, 1).className).toContain("noc-heat-none");
    expect(cell(1, 0).className).toContain("noc-heat-0");
    expect(cell(0, 2).className).toContain("noc-heat-8");
    expect(cell(0, 2).className).toContain("noc-heat-above st-degraded");
    expect(cell(0, 0).className).not.toContain("noc-heat-above");
  });

  it("walks by arrows and shows the measure of the cell in focus", () => {
    show(<HeatmapEndpoints heatmap={heatmap} thresholds={thresholds} />);
    fireEvent.focus(cell(0, 0));
    fireEvent.keyDown(cell(0, 0), { key: "ArrowRight" });
    fireEvent.keyDown(cell(0, 1), { key: "ArrowRight" });
    expect(document.activeElement).toBe(cell(0, 2));
    expect(plainText(document.querySelector(".noc-tip"))).toBe(
      "POST /titulos · 23/11 09:41Degradado1.840 msn 214",
    );
  });

  it("is also a table", () => {
    show(<HeatmapEndpoints heatmap={heatmap} thresholds={thresholds} />);
    fireEvent.click(screen.getByRole("radio", { name: "Tabela" }));
    expect(screen.getAllByRole("row").map(plainText)).toEqual([
      "EndpointServiçopior p95p95 mais novon",
      "POST/titulosOmie1.840 ms1.840 ms428",
      "GET/boletosAPI200 ms2.100 ms10",
    ]);
  });

  it("says when nothing was called", () => {
    show(<HeatmapEndpoints heatmap={{ ...heatmap, rows: [] }} thresholds={null} />);
    expect(screen.getByText("Nenhum endpoint chamado")).toBeTruthy();
  });
});
