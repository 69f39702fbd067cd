import { describe, expect, it } from "vitest";
import { axisPlaces, heatStep, heatTop } from "./heat";
import type { HeatmapRow } from "./types";

const row = (...p95_ms: (number | null)[]): HeatmapRow => ({
  service: "omie",
  endpoint: "POST /titulos",
  worst_p95_ms: null,
  count: 1,
  p95_ms,
  counts: [],
});

describe("the heat of a cell", () => {
  it.each([
    [0, 0],
    [222, 0],
    [223, 1],
    [1999, 8],
    [2000, 8],
    [90_000, 8],
  ])("of %s ms in a scale to 2000 is step %s", (value, step) => {
    expect(heatStep(value, 2000)).toBe(step);
  });

  it("is scaled to the limit, else to the highest measure", () => {
    expect(heatTop([row(900, null)], { degraded: 1200, down: 2000 })).toBe(2000);
    expect(heatTop([row(900, null)], null)).toBe(900);
    expect(heatTop([row(null)], null)).toBe(1);
  });
});

describe("the axis", () => {
  it("writes the first and the last instant", () => {
    expect(axisPlaces(60)).toEqual([0, 15, 30, 44, 59]);
    expect(axisPlaces(3)).toEqual([0, 1, 2]);
    expect(axisPlaces(0)).toEqual([]);
  });
});
