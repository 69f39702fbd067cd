/** For tests only: rows as the database answers them, and the providers around a component. */

import { render, type RenderResult } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";
import { LanguageProvider } from "@/lib/noc/i18n";
import type {
  Alert,
  AlertEvent,
  Database,
  EventKind,
  Incident,
  Kpis,
  MatrixCell,
  MatrixCompany,
  Mute,
  MuteKind,
  Rule,
  Series,
  SeriesPoint,
  Service,
  Timeline,
  Traffic,
} from "@/lib/noc/types";
import type { Evidence, Notice } from "@/lib/noc/types-story";
import { TooltipProvider } from "../ui/tooltip";
import { NowProvider } from "./now";

/** 23/11/2026 09:41:07 in Brasília. */
export const NOW = Date.parse("2026-11-23T12:41:07Z");

/** ISO 8601, so many seconds before NOW. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

/** Unbreakable spaces as plain ones, so that a test reads as the page does. */
export function plainText(element: Element | null): string {
  return (element?.textContent ?? "").replaceAll(/[\u00a0\u202f]/g, " ");
}

/** The component as the page holds it: Portuguese, Brasília, a clock at NOW. */
export function show(ui: ReactElement): RenderResult {
  const page = (inner: ReactElement) => (
    <LanguageProvider>
      <TooltipProvider>
        <NowProvider now={NOW}>{inner}</NowProvider>
      </TooltipProvider>
    </LanguageProvider>
  );
  const result = render(page(ui));
  const rerender = (next: ReactNode) => result.rerender(page(<>{next}</>));
  return { ...result, rerender };
}

export function makeAlert(change: Partial<Alert> = {}): Alert {
  return {
    alert_id: "alert-1",
    rule_id: "rule-1",
    title: "p95_latency",
    severity: "warning",
    state: "open",
    target: "service:omie",
    service: "omie",
    company_cnpj: "11222333000181",
    company_name: "Padaria Três Marias",
    value: 1840,
    threshold: 1200,
    unit: "ms",
    probe_reason: null,
    below: false,
    opened_at: ago(27 * 60),
    started_at: ago(30 * 60),
    ack_until: null,
    reopen_count: 0,
    flapping: false,
    muted_by: null,
    can_work: true,
    incident: false,
    parent_id: null,
    parts: null,
    owner: null,
    ...change,
  };
}

export function makeMute(kind: MuteKind, change: Partial<Mute> = {}): Mute {
  return { kind, until: null, id: null, reason: null, code: null, service: null, ...change };
}

export function makeEvent(kind: EventKind, change: Partial<AlertEvent> = {}): AlertEvent {
  const by_person = change.actor !== undefined;
  const empty = { value: null, until: null, actor: null, note: null, redacted: false, cause: null };
  return { at: ago(0), kind, severity: "warning", by_person, ...empty, ...change };
}

export function makeRule(change: Partial<Rule> = {}): Rule {
  return {
    rule_id: "rule-1",
    version: 1,
    metric: "p95_ms",
    degraded_threshold: 1200,
    down_threshold: 2000,
    degraded_clear: 1000,
    down_clear: 1700,
    for_degraded_s: 180,
    for_down_s: 120,
    keep_firing_s: 180,
    over_s: 300,
    min_samples: 20,
    changed_since: false,
    runbook_url: null,
    owner: null,
    ...change,
  };
}

export function makeNotice(change: Partial<Notice> = {}): Notice {
  return {
    notification_id: "notice-1",
    alert_id: "alert-1",
    event: "opened",
    channel: "email",
    severity: "warning",
    company_cnpj: "11222333000181",
    role: "franqueado",
    name: "Francisco Ipê",
    recipient: "f•••@noc.local",
    state: "sent",
    reason: null,
    created_at: ago(26 * 60),
    run_at: ago(26 * 60),
    done_at: ago(26 * 60 - 6),
    bundle_id: null,
    bundle_state: null,
    instead_of: null,
    attempts: [{ begun_at: ago(26 * 60), ended_at: ago(26 * 60), outcome: "sent", reason: null }],
    ...change,
  };
}

/** Of a rule without minutes, probes and queue. */
export function makeEvidence(change: Partial<Evidence> = {}): Evidence {
  const nothing = { minutes: null, endpoints: null, requests: null, probes: null, queue: null };
  return { taken_at: ago(27 * 60), window_from: null, ...nothing, deeds: null, ...change };
}

type TimelineChange = Partial<Omit<Timeline, "alert">> & { alert?: Partial<Incident> };

/** Open for 27 minutes, untouched. */
export function makeTimeline({ alert, ...change }: TimelineChange = {}): Timeline {
  return {
    alert: {
      ...makeAlert(),
      severity_max: "warning",
      first_value: 1640,
      last_seen_at: ago(5),
      closed_at: null,
      close_reason: null,
      worst_value: 2210,
      mean_value: 1702.4,
      ...alert,
    },
    can_work: true,
    rule: makeRule(),
    evidence: null,
    notifications: [],
    events: [makeEvent("opened", { at: ago(27 * 60), value: 1640 })],
    seconds_to_ack: null,
    seconds_to_close: null,
    before: [],
    ...change,
  };
}

export function makeService(change: Partial<Service> = {}): Service {
  return {
    service_name: "omie",
    kind: "erp",
    shared: true,
    status: "UP",
    since: ago(3600),
    until: null,
    checked_at: ago(30),
    reason: null,
    p95_ms: 640,
    error_rate: 0.01,
    count: 5120,
    ...change,
  };
}

export const freshTraffic: Traffic = { state: "fresh", last_event_at: ago(1), simulated: false };

export function makeKpis(change: Partial<Kpis> = {}): Kpis {
  const spark = [1, 2, 3];
  return {
    latency: {
      status: "UP",
      p95_ms: 812,
      p50_ms: 210,
      previous_p95_ms: 690,
      count: 77_040,
      worst: { label: "POST /titulos", service: "omie", p95_ms: 1840 },
      thresholds: { degraded: 1200, down: 2000 },
      spark,
    },
    errors: {
      status: "UP",
      error_rate: 0.006,
      error_rate_4xx: 0.021,
      previous_error_rate: 0.008,
      count: 77_040,
      worst: { label: "omie", service: "omie", error_rate: 0.02 },
      thresholds: { degraded: 0.05, down: 0.1 },
      spark,
    },
    throughput: {
      status: "UP",
      per_minute: 1284,
      previous_per_minute: 1235,
      count: 77_040,
      spark,
    },
    queue: {
      status: "DEGRADED",
      pending: 236,
      failed: 3,
      unknown: 0,
      dead: 0,
      oldest_age_s: 360,
      worst: { company_cnpj: "12ABC34501DE35", label: "Farmácia Ipê Amarelo", pending: 128 },
      thresholds: { degraded: 100, down: 500 },
      spark,
    },
    llm: {
      status: "UP",
      since: ago(3600),
      checked_at: ago(30),
      p95_ms: 2100,
      count: 1912,
      spark,
    },
    jobs: {
      status: "UP",
      running: 14,
      failed: 0,
      succeeded: 312,
      worst: null,
      spark,
    },
    ...change,
  };
}

export function makePoint(bucket: string, change: Partial<SeriesPoint> = {}): SeriesPoint {
  return {
    bucket,
    open: false,
    count: 1284,
    p50_ms: 210,
    p95_ms: 812,
    error_rate: 0.006,
    error_rate_4xx: 0.021,
    per_minute: 1284,
    ...change,
  };
}

export const emptyPoint: Partial<SeriesPoint> = {
  count: null,
  p50_ms: null,
  p95_ms: null,
  error_rate: null,
  error_rate_4xx: null,
  per_minute: null,
};

/** One minute apart, the last at NOW. */
export function makeSeries(points: Partial<SeriesPoint>[], change: Partial<Series> = {}): Series {
  const bucket = (index: number) => ago((points.length - 1 - index) * 60);
  return {
    resolution: "1m",
    from: bucket(0),
    to: bucket(points.length - 1),
    points: points.map((point, index) => makePoint(bucket(index), point)),
    thresholds: {
      p95_ms: { degraded: 1200, down: 2000 },
      error_rate: { degraded: 0.05, down: 0.1 },
    },
    annotations: [],
    ...change,
  };
}

type DatabaseChange = Partial<Omit<Database, "status">> & { status?: Partial<Database["status"]> };

export function makeDatabase(change: DatabaseChange = {}): Database {
  return {
    sampled_at: ago(8),
    connections: 18,
    connections_limit: 100,
    longest_transaction_s: 0.4,
    blocked_sessions: 0,
    cache_hit_ratio: 0.998,
    deadlocks: 0,
    size_bytes: 88_123_456,
    growth_bytes_per_day: 1_200_345,
    oldest_xid_age: 12_000,
    partitions_ahead: 3,
    ingest_backlog: 0,
    limits: {
      connections_ratio: { degraded: 0.8, down: 0.95 },
      longest_transaction_s: { degraded: 300, down: null },
      partitions_ahead: { degraded: null, down: 2 },
      blocked_sessions: { degraded: 0, down: 5 },
      cache_hit_ratio: { degraded: 0.9, down: 0.8 },
      deadlocks: { degraded: 0, down: null },
      oldest_xid_age: { degraded: 200_000_000, down: 1_500_000_000 },
      ingest_backlog: { degraded: 1000, down: 10_000 },
    },
    ...change,
    status: {
      connections_ratio: "UP",
      longest_transaction_s: "UP",
      partitions_ahead: "UP",
      blocked_sessions: "UP",
      cache_hit_ratio: "UP",
      deadlocks: "UP",
      oldest_xid_age: "UP",
      ingest_backlog: "UP",
      ...change.status,
    },
  };
}

export function makeCell(service: string, change: Partial<MatrixCell> = {}): MatrixCell {
  return { service, status: "UP", value: 300, unit: "ms", count: 512, until: null, ...change };
}

export function makeCompany(name: string, change: Partial<MatrixCompany> = {}): MatrixCompany {
  return {
    company_cnpj: "12ABC34501DE35",
    name,
    group_id: null,
    status: "UP",
    cells: [makeCell("omie"), makeCell("f360")],
    ...change,
  };
}
