import { describe, expect, test } from "vitest";
import type { Freshness } from "./contact";
import type { Badge, Banner, HealthStatus } from "./types";
import { badgeLook, isGrey, titleOf, verdictOf, type Evidence } from "./verdict";

const banner = (status: HealthStatus): Banner => ({
  status,
  since: "2026-11-23T11:40:00Z",
  kind: status === "UP" ? "calm" : "alert",
  title: status === "UP" ? null : "p95_latency",
  service: status === "UP" ? null : "omie",
  companies: null,
  company_name: null,
  value: null,
  threshold: null,
  unit: null,
  below: false,
  alert_id: null,
  until: null,
  windows: null,
  open_alerts: status === "UP" ? 0 : 3,
});
const badge = (status: HealthStatus): Badge => ({
  status,
  since: null,
  open_alerts: status === "UP" ? 0 : 3,
  critical_alerts: status === "DOWN" ? 1 : 0,
  worst: [],
});
const seen = <T,>(data: T, at = 1_000) => ({ data, at });

function evidence(freshness: Freshness, status: HealthStatus, more: Partial<Evidence> = {}): Evidence {
  return {
    freshness,
    last_contact: 900,
    last_tick: 800,
    overview: seen(banner(status)),
    badge: seen(badge(status)),
    refusal: null,
    paused: null,
    ...more,
  };
}

describe("one sentence at a time, the gravest", () => {
  test("no contact wins over everything", () => {
    expect(verdictOf(evidence("lost", "DOWN"))).toMatchObject({ kind: "no-contact", since: 900 });
  });

  test("a stopped clock wins over DOWN", () => {
    expect(verdictOf(evidence("stopped", "DOWN"))).toMatchObject({ kind: "stopped", since: 800 });
  });

  test.each(["DOWN", "DEGRADED"] as const)("%s is the problem", (status) => {
    const paused = { since: 5, waiting: 1 };
    expect(verdictOf(evidence("live", status, { paused }))).toMatchObject({ kind: "problem", status });
  });

  test("silence is never calm", () => {
    expect(verdictOf(evidence("live", "NO_DATA")).kind).toBe("no-data");
  });

  test("a held page says so only when nothing is wrong", () => {
    const paused = { since: 5, waiting: 12 };
    expect(verdictOf(evidence("live", "UP", { paused }))).toEqual({ kind: "paused", ...paused });
    expect(verdictOf(evidence("live", "UP")).kind).toBe("calm");
  });

  test("maintenance is said where nothing is wrong and the page is not held", () => {
    const maintained = { ...banner("UP"), kind: "maintenance" as const, service: "omie" };
    const overview = seen(maintained);
    expect(verdictOf(evidence("live", "UP", { overview }))).toMatchObject({ kind: "maintenance" });
    const paused = { since: 5, waiting: 0 };
    expect(verdictOf(evidence("live", "UP", { overview, paused })).kind).toBe("paused");
    expect(verdictOf(evidence("lost", "UP", { overview })).kind).toBe("no-contact");
  });

  test("a held page does not hide that things got worse", () => {
    const held = { paused: { since: 5, waiting: 1 }, badge: seen(badge("DOWN"), 2_000) };
    expect(verdictOf(evidence("live", "UP", held))).toMatchObject({ kind: "elsewhere", status: "DOWN" });
    expect(verdictOf(evidence("live", "DOWN", held)).kind).toBe("problem");
  });

  test("a page that could not be read says so, and still shows what the badge knows", () => {
    const refused = { overview: null, refusal: "57014" };
    expect(verdictOf(evidence("live", "UP", refused))).toEqual({ kind: "unread", code: "57014" });
    expect(verdictOf(evidence("live", "DOWN", refused))).toMatchObject({ kind: "elsewhere" });
  });

  test("nothing read yet is loading, not calm", () => {
    expect(verdictOf(evidence("live", "UP", { overview: null })).kind).toBe("loading");
  });
});

describe("a known red never disappears", () => {
  test.each(["lost", "stopped", "old"] as const)("it is kept with its time while %s", (freshness) => {
    expect(verdictOf(evidence(freshness, "DOWN"))).toMatchObject({ red: { at: 1_000 } });
    expect(verdictOf(evidence(freshness, "DEGRADED"))).toMatchObject({ red: null });
  });

  test("the button keeps it under a ring; green and yellow turn grey", () => {
    expect(badgeLook("lost", seen(badge("DOWN")))).toEqual({ status: "DOWN", count: 3, ring: true });
    expect(badgeLook("lost", seen(badge("UP"))).status).toBe("NO_DATA");
    expect(badgeLook("stopped", seen(badge("DEGRADED"))).status).toBe("NO_DATA");
  });
});

describe("the button", () => {
  test("has no colour before the first answer", () => {
    expect(badgeLook("waiting", null).status).toBeNull();
    expect(badgeLook("lost", null).status).toBe("NO_DATA");
  });

  test("healthy has no number", () => {
    expect(badgeLook("live", seen(badge("UP")))).toEqual({ status: "UP", count: 0, ring: false });
  });

  test("the title counts the open alerts", () => {
    expect(titleOf(badgeLook("live", seen(badge("DEGRADED"))), "Painel")).toBe("(3) NOC · Painel");
    expect(titleOf(badgeLook("live", seen(badge("UP"))), "Painel")).toBe("NOC · Painel");
  });
});

test("grey is drawn exactly when the news is not current", () => {
  const grey = (["live", "lost", "old", "stopped"] as const).map((f) => isGrey(verdictOf(evidence(f, "UP"))));
  expect(grey).toEqual([false, true, true, true]);
});
