import { describe, expect, it } from "vitest";
import { chartRows, extent, gapsOf, limitsWithin, stopsOf, timeTicks, yScale } from "./chart";
import type { SeriesPoint } from "./types";

const START = Date.parse("2026-11-23T11:41:00Z");
const MINUTE = 60_000;

function points(...p95: (number | null | "open")[]): SeriesPoint[] {
  return p95.map((value, index) => {
    const open = value === "open";
    const ms = open ? 500 : value;
    return {
      bucket: new Date(START + index * MINUTE).toISOString(),
      open,
      count: ms === null ? null : 10,
      p50_ms: ms === null ? null : ms / 2,
      p95_ms: ms,
      error_rate: ms === null ? null : 0,
      error_rate_4xx: ms === null ? null : 0,
      per_minute: ms === null ? null : 10,
    };
  });
}

const limits = { degraded: 1200, down: 2000 };

describe("the rows of a chart", () => {
  it("put the open bucket in its own series, joined to the last closed one", () => {
    const rows = chartRows(points(100, 200, "open"), "p95_ms", "p50_ms");
    expect(rows.map((row) => row.main)).toEqual([100, 200, null]);
    expect(rows.map((row) => row.main_open)).toEqual([null, 200, 500]);
    expect(rows.map((row) => row.sub_open)).toEqual([null, 100, 250]);
  });

  it("mark a measure with a gap on both sides", () => {
    const rows = chartRows(points(1, null, 2, null, 3, 4), "p95_ms", null);
    expect(rows.map((row) => row.lone)).toEqual([true, false, true, false, false, false]);
  });
});

describe("gaps", () => {
  it("join neighbouring empty buckets and reach half a bucket around them", () => {
    expect(gapsOf(points(1, null, null, 2, null), "p95_ms", MINUTE)).toEqual([
      { from: START + 0.5 * MINUTE, to: START + 2.5 * MINUTE },
      { from: START + 3.5 * MINUTE, to: START + 4.5 * MINUTE },
    ]);
  });

  it("are not made of a bucket that is still filling", () => {
    const filling = points(1, null).map((point, index) => ({ ...point, open: index === 1 }));
    expect(gapsOf(filling, "p95_ms", MINUTE)).toEqual([]);
  });
});

describe("the height of a chart", () => {
  it("ends a fifth above the first limit when the data are below it", () => {
    expect(yScale([600, null], limits).top).toBeCloseTo(1440);
  });

  it("ends a fifth above the data when they are higher", () => {
    expect(yScale([2000], limits).top).toBeCloseTo(2400);
  });

  it("has four or five lines at round values from zero", () => {
    expect(yScale([2000], limits).ticks).toEqual([0, 500, 1000, 1500, 2000]);
    expect(yScale([1284], null).ticks).toEqual([0, 400, 800, 1200]);
    expect(yScale([0.02], { degraded: 0.05, down: 0.1 }).ticks).toHaveLength(4);
  });

  it("exists without any measure", () => {
    expect(yScale([null], null)).toMatchObject({ top: 1 });
  });

  it("leaves out a limit beyond it", () => {
    expect(limitsWithin(limits, 1440)).toEqual({ degraded: 1200, down: null });
    expect(limitsWithin(limits, 2400)).toEqual(limits);
    expect(limitsWithin(null, 2400)).toEqual({ degraded: null, down: null });
  });
});

describe("the colour of a line", () => {
  it("changes exactly at its limits", () => {
    expect(stopsOf({ degraded: 1200, down: 1800 }, 2400)).toEqual([
      { offset: 0, state: "DOWN" },
      { offset: 0.25, state: "DOWN" },
      { offset: 0.25, state: "DEGRADED" },
      { offset: 0.5, state: "DEGRADED" },
      { offset: 0.5, state: "UP" },
      { offset: 1, state: "UP" },
    ]);
  });

  it("is one without limits", () => {
    expect(new Set(stopsOf({ degraded: null, down: null }, 10).map((stop) => stop.state))).toEqual(
      new Set(["UP"]),
    );
  });
});

describe("the ticks of time", () => {
  it("stand at round instants, at most six", () => {
    const ticks = timeTicks(START, START + 60 * MINUTE, 0);
    expect(ticks.map((tick) => new Date(tick).toISOString().slice(11, 16))).toEqual([
      "11:45",
      "12:00",
      "12:15",
      "12:30",
    ]);
  });

  it("are midnights of the reader over a week", () => {
    const offset = -3 * 60 * MINUTE;
    const week = timeTicks(START, START + 7 * 24 * 60 * MINUTE, offset);
    expect(week.every((tick) => new Date(tick).getUTCHours() === 3)).toBe(true);
    expect(week.length).toBeLessThanOrEqual(6);
  });
});

describe("the extent", () => {
  it("is null when nothing was measured", () => {
    expect(extent([null, null])).toBeNull();
    expect(extent([null, 3, 1])).toEqual({ min: 1, max: 3 });
  });
});
