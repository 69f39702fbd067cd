import { expect, test } from "vitest";
import { hear, silent, SPEECH_SPACING_MS } from "./announce";
import type { Badge, BadgeAlert, HealthStatus, Severity } from "./types";

const alert = (alert_id: string, severity: Severity): BadgeAlert => ({
  alert_id,
  severity,
  title: "p95_latency",
  service: "omie",
  company_cnpj: null,
  company_name: null,
  opened_at: "2026-11-23T12:00:00Z",
});
const badge = (status: HealthStatus, ...worst: BadgeAlert[]): Badge => ({
  status,
  since: null,
  open_alerts: worst.length,
  critical_alerts: 0,
  worst,
});

test("what was there when the page opened is not news", () => {
  const first = hear(silent, badge("DOWN", alert("a", "critical")), 0);
  expect(first).toMatchObject({ polite: null, urgent: null });
  expect(hear(first, badge("DOWN", alert("a", "critical")), 60_000)).toMatchObject({ urgent: null });
});

test("a change of severity is told politely, at most every 10 s, and never lost", () => {
  const first = hear(silent, badge("UP"), 0);
  const early = hear(first, badge("DEGRADED"), SPEECH_SPACING_MS - 1);
  expect(early.polite).toBeNull();
  expect(hear(early, badge("DEGRADED"), SPEECH_SPACING_MS).polite).toBe("DEGRADED");
});

test("a new critical alert is told at once, one time", () => {
  const first = hear(silent, badge("UP"), 0);
  const second = hear(first, badge("DOWN", alert("a", "critical")), 1);
  expect(second.urgent?.alert_id).toBe("a");
  const third = hear(second, badge("DOWN", alert("b", "critical"), alert("a", "critical")), 2);
  expect(third.urgent?.alert_id).toBe("b");
  expect(hear(third, badge("DOWN", alert("a", "critical")), 3).urgent?.alert_id).toBe("b");
});

test("a warning never interrupts", () => {
  const first = hear(silent, badge("UP"), 0);
  expect(hear(first, badge("DEGRADED", alert("w", "warning")), 1).urgent).toBeNull();
});
