import { describe, expect, test } from "vitest";
import { bandsOf, figuresOf, highestOf, rowsOf } from "./rule-trial";
import type { Backtest } from "./types-settings";

const trial = (change: Partial<Backtest> = {}): Backtest => ({
  from: "2026-11-01T00:00:00Z",
  to: "2026-12-01T00:00:00Z",
  company_cnpj: "1",
  opened: 4,
  critical: 1,
  open_s: 2880,
  alerts: [],
  series: { step_s: 7200, services: [{ service: "omie", values: [1, null, 3, 4] }] },
  ...change,
});
const alert = (opened_at: string, closed_at: string | null, service = "omie") => ({
  service,
  severity_max: "warning" as const,
  started_at: opened_at,
  opened_at,
  closed_at,
  reopen_count: 0,
  peak_value: 5,
});

test("the figures are per stored day", () => {
  expect(figuresOf(trial())).toMatchObject({ days: 30, mean_s: 720 });
  expect(figuresOf(trial()).per_week).toBeCloseTo(0.93, 2);
  expect(figuresOf(trial({ from: "2026-11-24T00:00:00Z" }))).toMatchObject({ days: 7, per_week: 4 });
  expect(figuresOf(trial({ opened: 0, open_s: 0 }))).toMatchObject({ mean_s: null, per_week: 0 });
});

test("an hour that is stored is not told as a whole week of alerts", () => {
  expect(figuresOf(trial({ from: "2026-11-30T23:00:00Z" }))).toMatchObject({ days: 1, per_week: 28 });
});

describe("what is drawn", () => {
  test("stands in the middle of its step, and a lone measure is marked", () => {
    const rows = rowsOf(trial(), "omie");
    expect(rows.map((row) => row.main)).toEqual([1, null, 3, 4]);
    expect(new Date(rows[0]?.t ?? 0).toISOString()).toBe("2026-11-01T01:00:00.000Z");
    expect(rows.map((row) => row.lone)).toEqual([true, false, false, false]);
    expect(rowsOf(trial(), "f360")).toEqual([]);
  });

  test("has the alerts of its service alone, each wide enough to be seen", () => {
    const alerts = [
      alert("2026-11-10T00:00:00Z", "2026-11-10T00:10:00Z"),
      alert("2026-11-30T23:00:00Z", null),
      alert("2026-11-12T00:00:00Z", "2026-11-12T01:00:00Z", "f360"),
    ];
    const bands = bandsOf(trial({ alerts }), "omie");
    expect(bands).toHaveLength(2);
    expect((bands[0]?.to ?? 0) - (bands[0]?.from ?? 0)).toBe((30 * 86_400_000) / 200);
    expect(bands[1]?.to).toBe(Date.parse("2026-12-01T00:00:00Z"));
  });

  test("has a highest measure, or none", () => {
    expect(highestOf(trial())).toBe(4);
    expect(highestOf(trial({ series: { step_s: 300, services: [] } }))).toBeNull();
    expect(highestOf(null)).toBeNull();
  });
});
