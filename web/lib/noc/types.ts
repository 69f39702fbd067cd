/**
 * Shapes of the read RPCs (docs/rpc.md), named as the database names them.
 * Times are ISO 8601 UTC, rates are ratios 0..1, `*_ms` are milliseconds.
 * Null means "not measured", never zero.
 */

import type { Evidence, Notice } from "./types-story";
import type { CutOff, WorkerCopy } from "./types/workers";

/** Words of the database for health; NO_DATA when nothing fresh is known. */
export type HealthStatus = "UP" | "DEGRADED" | "DOWN" | "NO_DATA";

/** Health plus the two states that people put a thing into on purpose. */
export type Status = HealthStatus | "MAINTENANCE" | "PAUSED";

export type Severity = "info" | "warning" | "critical";
export type AlertState = "open" | "ack" | "closed";
export type Role = "admin" | "franqueado" | "cliente";
export type Range = "15m" | "1h" | "6h" | "24h" | "7d";
export type Resolution = "1m" | "5m" | "1h";
export type Unit = "ms" | "ratio" | "count" | "seconds" | "status";
export type ServiceKind = "platform" | "erp" | "messaging" | "llm" | "bank" | "app";

/** Envelope of every read: the database's clock, the last committed tick, table versions. */
export interface Answer<T> {
  server_time: string;
  tick_at: string | null;
  versions: Partial<Record<string, number>>;
  data: T;
}

/** Arguments of the filtered reads; all null reads everything the caller may see for 1 h. */
export interface Filter {
  company_cnpj: string | null;
  group_id: string | null;
  service: string | null;
  range: Range | null;
}

/** What PostgREST answers to a refused call; `hint` is the stable code. */
export interface RpcFailure {
  code: string;
  message: string;
  details: string | null;
  hint: string | null;
}

export interface Group {
  group_id: string;
  name: string;
  company_count: number;
}

export interface Company {
  company_cnpj: string;
  name: string;
  group_id: string | null;
  active: boolean;
}

export interface ServiceName {
  service_name: string;
  kind: ServiceKind;
  shared: boolean;
}

/** `role` null: no membership, every list empty and `topic` null. */
export interface Me {
  user_id: string;
  email: string;
  role: Role | null;
  topic: string | null;
  can_operate: boolean;
  can_administer: boolean;
  groups: Group[];
  companies: Company[];
  services: ServiceName[];
}

export interface BadgeAlert {
  alert_id: string;
  severity: Severity;
  title: string;
  service: string | null;
  company_cnpj: string | null;
  company_name: string | null;
  opened_at: string;
}

/** `since` null: UP from the beginning. `worst` holds at most 3. */
export interface Badge {
  status: HealthStatus;
  since: string | null;
  open_alerts: number;
  critical_alerts: number;
  worst: BadgeAlert[];
}

export interface Scope {
  company_cnpj: string | null;
  group_id: string | null;
  service: string | null;
  range: Range;
  resolution: Resolution;
  from: string;
  to: string;
}

export type BannerKind = "calm" | "maintenance" | "alert" | "health" | "no_data";

/** The worst thing of the page; with kind `calm` everything from `title` to `windows` is null. */
export interface Banner {
  status: HealthStatus;
  since: string | null;
  kind: BannerKind;
  title: string | null;
  service: string | null;
  companies: number | null;
  company_name: string | null;
  value: number | null;
  threshold: number | null;
  unit: Unit | null;
  /** The trouble lies below the threshold. */
  below: boolean;
  alert_id: string | null;
  /** Of `maintenance`: when the last of its windows ends, and how many are open. */
  until: string | null;
  windows: number | null;
  open_alerts: number;
}

export interface Thresholds {
  degraded: number | null;
  down: number | null;
}

/** Up to 60 points, oldest first; null is a gap. */
export type Spark = (number | null)[];

export interface LatencyKpi {
  status: HealthStatus;
  p95_ms: number | null;
  p50_ms: number | null;
  previous_p95_ms: number | null;
  count: number;
  worst: { label: string; service: string; p95_ms: number } | null;
  thresholds: Thresholds | null;
  spark: Spark;
}

export interface ErrorsKpi {
  status: HealthStatus;
  error_rate: number | null;
  error_rate_4xx: number | null;
  previous_error_rate: number | null;
  count: number;
  worst: { label: string; service: string; error_rate: number } | null;
  thresholds: Thresholds | null;
  spark: Spark;
}

export interface ThroughputKpi {
  status: HealthStatus;
  per_minute: number | null;
  previous_per_minute: number | null;
  count: number;
  spark: Spark;
}

export interface QueueKpi {
  status: HealthStatus;
  pending: number | null;
  failed: number | null;
  /** Perhaps sent: nobody knows. */
  unknown: number | null;
  /** Given up in the last day. */
  dead: number | null;
  oldest_age_s: number | null;
  worst: { company_cnpj: string; label: string; pending: number } | null;
  thresholds: Thresholds | null;
  spark: Spark;
}

export interface LlmKpi {
  status: HealthStatus;
  since: string | null;
  checked_at: string | null;
  p95_ms: number | null;
  count: number;
  spark: Spark;
}

export interface JobsKpi {
  status: HealthStatus;
  running: number | null;
  failed: number | null;
  succeeded: number | null;
  worst: { label: string; failed: number } | null;
  spark: Spark;
}

export interface Kpis {
  latency: LatencyKpi;
  errors: ErrorsKpi;
  throughput: ThroughputKpi;
  queue: QueueKpi;
  llm: LlmKpi;
  jobs: JobsKpi;
}

export type KpiName = keyof Kpis;

export type ServiceReason = "probe" | "latency" | "errors" | "backlog" | "nodata";

/** A service of kind `platform` gives a non-admin its status and since alone. */
export interface Service {
  service_name: string;
  kind: ServiceKind;
  shared: boolean;
  status: HealthStatus | "MAINTENANCE";
  since: string | null;
  /** When the maintenance ends. */
  until: string | null;
  checked_at: string | null;
  reason: ServiceReason | null;
  p95_ms: number | null;
  error_rate: number | null;
  count: number | null;
}

export type MuteKind = "maintenance" | "silence" | "inhibition";

/** Why nobody is told; `id` and `reason` for those alone who may work the alert. */
export interface Mute {
  kind: MuteKind;
  until: string | null;
  id: string | null;
  reason: string | null;
  /** Rule and service of the alert that inhibits. */
  code: string | null;
  service: string | null;
}

export interface Alert {
  alert_id: string;
  rule_id: string;
  title: string;
  severity: Severity;
  state: AlertState;
  target: string;
  service: string | null;
  company_cnpj: string | null;
  company_name: string | null;
  value: number | null;
  threshold: number | null;
  unit: Unit | null;
  /** Where a status is measured, the code of the last answer's fault; null while it is good. */
  probe_reason: string | null;
  /** The trouble lies below the threshold. */
  below: boolean;
  opened_at: string;
  /** When the trouble began, before any waiting. */
  started_at: string;
  /** End of the acknowledgement in force. */
  ack_until: string | null;
  /** How often it recovered and was soon back. */
  reopen_count: number;
  /** It opens and closes too often to be told each time. */
  flapping: boolean;
  /** Null while people are told. */
  muted_by: Mute | null;
  can_work: boolean;
  /** The same trouble in several companies, for admin; `parts` counts its open alerts. */
  incident: boolean;
  parent_id: string | null;
  parts: number | null;
  /** E-mail of who is responsible; also null for those who only read. */
  owner: string | null;
}

export type CloseReason = "recovered" | "manual" | "withdrawn";

/** An alert of any time; `severity_max` is the worst that it ever was. */
export interface PastAlert extends Alert {
  severity_max: Severity;
  closed_at: string | null;
  close_reason: CloseReason | null;
  seconds_to_ack: number | null;
}

/** One page, latest opened first; `total` counts all pages, `next` is null on the last. */
export interface HistoryPage {
  total: number;
  /** Rules that ever opened an alert in the company or group. */
  codes: string[];
  alerts: PastAlert[];
  next: string | null;
}

/** An alert told from its beginning; `threshold` is that of the present severity. */
export interface Incident extends Alert {
  severity_max: Severity;
  first_value: number;
  last_seen_at: string;
  closed_at: string | null;
  close_reason: CloseReason | null;
  /** Of the time in which it fired; null where a status is measured. */
  worst_value: number | null;
  mean_value: number | null;
}

export type EventKind =
  | "opened"
  | "reopened"
  | "severity_up"
  | "severity_down"
  | "acknowledged"
  | "ack_expired"
  | "assigned"
  | "commented"
  | "muted"
  | "unmuted"
  | "flapping"
  | "steady"
  | "closed"
  | ActionEvent;

/** Where a company's figures are read from; `until` is null but for demonstration data. */
export interface DataSource {
  company_cnpj: string;
  company_name: string;
  source: "supabase" | "mock";
  version: number;
  since: string | null;
  until: string | null;
  banner: boolean;
  exports_locked: boolean;
  writes_locked: boolean;
}

/** What became of an action that was launched from the alert. */
export type ActionEvent =
  | "action_awaiting"
  | "action_started"
  | "action_done"
  | "action_partial"
  | "action_failed"
  | "action_cancelled"
  | "action_expired"
  | "action_reverted"
  | "action_worked"
  | "action_without_effect";

export type ActionKind = "pause_queue" | "resume_queue" | "reprocess" | "switch_source" | "notify";

/** `actor` and `note` are null for those who only read. */
export interface AlertEvent {
  at: string;
  kind: EventKind;
  severity: Severity;
  value: number | null;
  until: string | null;
  by_person: boolean;
  actor: string | null;
  note: string | null;
  /** The note was taken out of the trail. */
  redacted: boolean;
  /** Of `muted` and `unmuted` by what, of an action which. */
  cause: MuteKind | ActionKind | null;
}

/** The rule as it was when it fired. Ages and windows are seconds. */
export interface Rule {
  rule_id: string;
  version: number;
  metric: string;
  degraded_threshold: number | null;
  down_threshold: number | null;
  degraded_clear: number | null;
  down_clear: number | null;
  for_degraded_s: number;
  for_down_s: number;
  keep_firing_s: number;
  over_s: number;
  min_samples: number;
  /** It is another now. */
  changed_since: boolean;
  /** As they are now; null for those who only read. */
  runbook_url: string | null;
  owner: string | null;
}

/** An earlier alert of the same rule and target, with its last word. */
export interface Episode {
  alert_id: string;
  severity_max: Severity;
  opened_at: string;
  closed_at: string | null;
  close_reason: CloseReason | null;
  note: string | null;
}

/** `events` and `notifications` oldest first, `before` latest first. */
export interface Timeline {
  alert: Incident;
  can_work: boolean;
  rule: Rule | null;
  /** Null until the engine's next turn has taken it. */
  evidence: Evidence | null;
  events: AlertEvent[] | null;
  /** Null for those who only read. */
  notifications: Notice[] | null;
  seconds_to_ack: number | null;
  seconds_to_close: number | null;
  before: Episode[];
}

export type MatcherField =
  | "alert_id"
  | "company_cnpj"
  | "group_id"
  | "service"
  | "endpoint"
  | "code"
  | "severity"
  | "target";

/** What an alert must be like; `in` takes a list, `~` an expression for the whole text. */
export interface Matcher {
  field: MatcherField;
  op: "=" | "!=" | "in" | "~";
  value: string | string[];
}

/** What a silence would reach now; `alerts` names the 20 worst. */
export interface SilencePreview {
  matching: number;
  critical: number;
  alerts: {
    alert_id: string;
    code: string;
    service: string | null;
    company_name: string | null;
    severity: Severity;
    opened_at: string;
  }[];
}

interface Quiet {
  id: string;
  company_cnpj: string | null;
  company_name: string | null;
  group_id: string | null;
  group_name: string | null;
  /** Null for a window that has no time left. */
  starts_at: string | null;
  ends_at: string | null;
  active: boolean;
  reason: string | null;
  by: string | null;
  /** Open alerts of the reader's that it mutes now. */
  muting: number;
  /** Whether the reader operates all that it covers. */
  can_edit: boolean;
}

export interface Silence extends Quiet {
  kind: "silence";
  matchers: Matcher[];
  /** Critical alerts are silenced no longer than this. */
  critical_until: string;
  end_on_resolve: boolean;
}

/** `starts_at` and `ends_at` are of the present or next time; `reason` is the title. */
export interface Maintenance extends Quiet {
  kind: "maintenance";
  service: string | null;
  timezone: string;
  first_day: string;
  last_day: string | null;
  weekdays: number[] | null;
  starts: string;
  minutes: number;
}

/** What a window would do: its present or next time, null when it never opens. */
export interface MaintenancePreview extends SilencePreview {
  starts_at: string | null;
  ends_at: string | null;
  companies: number;
}

/** `next_at` null: it never opens again. */
export interface Maintained {
  window_id: string;
  next_at: string | null;
}

export interface Silenced {
  silence_id: string;
  starts_at: string;
  ends_at: string;
  critical_until: string;
}

export interface Acknowledged {
  alert_id: string;
  state: AlertState;
  ack_until: string;
}

/** `latched_until`: how long its rule stays quiet; null when it was not firing any more. */
export interface Closed {
  alert_id: string;
  state: AlertState;
  closed_at: string;
  latched_until: string | null;
}

export interface Database {
  sampled_at: string | null;
  connections: number | null;
  connections_limit: number | null;
  longest_transaction_s: number | null;
  blocked_sessions: number | null;
  cache_hit_ratio: number | null;
  deadlocks: number | null;
  size_bytes: number | null;
  growth_bytes_per_day: number | null;
  oldest_xid_age: number | null;
  partitions_ahead: number | null;
  ingest_backlog: number | null;
  limits: Record<DatabaseFigure, Thresholds>;
  status: Record<DatabaseFigure, HealthStatus>;
}

/** What the database judges of itself; below the limit for partitions and cache, else above. */
export type DatabaseFigure =
  | "connections_ratio"
  | "longest_transaction_s"
  | "partitions_ahead"
  | "blocked_sessions"
  | "cache_hit_ratio"
  | "deadlocks"
  | "oldest_xid_age"
  | "ingest_backlog";

export type TrafficState = "fresh" | "quiet" | "silent";

export interface Traffic {
  state: TrafficState;
  last_event_at: string | null;
  simulated: boolean;
}

/** `database` is null but for admin without a company or group filter. */
export interface Overview {
  scope: Scope;
  banner: Banner;
  kpis: Kpis;
  services: Service[];
  alerts: Alert[];
  database: Database | null;
  traffic: Traffic;
  /** Null but for admin without a filter. */
  workers: WorkerCopy[] | null;
  cut_off: CutOff[];
}

/** All measures null where nothing was received; `open` while the bucket still fills. */
export interface SeriesPoint {
  bucket: string;
  open: boolean;
  count: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  error_rate: number | null;
  error_rate_4xx: number | null;
  per_minute: number | null;
}

export interface Annotation {
  at: string;
  kind: "alert_opened" | "alert_closed";
  alert_id: string;
  severity: Severity;
  title: string;
  service: string | null;
}

export interface Series {
  resolution: Resolution;
  from: string;
  to: string;
  points: SeriesPoint[];
  thresholds: { p95_ms: Thresholds | null; error_rate: Thresholds | null };
  annotations: Annotation[];
}

/** `p95_ms` and `counts` run parallel to the buckets of the heatmap. */
export interface HeatmapRow {
  service: string;
  endpoint: string;
  worst_p95_ms: number | null;
  count: number;
  p95_ms: (number | null)[];
  counts: (number | null)[];
}

export interface Heatmap {
  resolution: Resolution;
  from: string;
  to: string;
  buckets: string[];
  rows: HeatmapRow[];
}

export interface MatrixCell {
  service: string;
  status: HealthStatus | "MAINTENANCE";
  value: number | null;
  unit: Unit | null;
  count: number | null;
  /** When the maintenance ends. */
  until: string | null;
}

/** A service that the company never used in the range has no cell. */
export interface MatrixCompany {
  company_cnpj: string;
  name: string;
  group_id: string | null;
  status: HealthStatus | "MAINTENANCE";
  cells: MatrixCell[];
}

export interface Matrix {
  services: string[];
  companies: MatrixCompany[];
}
