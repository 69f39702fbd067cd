/** Shapes of what is kept about people and rules (docs/rpc.md), named as the database names them. */
import type { Role, Severity, Unit } from "./types";

export type Channel = "email" | "whatsapp";

/** Somebody who is told of alerts; `phone` is masked. */
export interface Contact {
  contact_id: string;
  name: string;
  email: string | null;
  phone: string | null;
  language: "pt-BR" | "en";
  role: Role;
  company_cnpj: string | null;
  group_id: string | null;
  user_id: string | null;
  /** The least severity told by that channel; null: never. */
  email_from: Severity | null;
  whatsapp_from: Severity | null;
  /** 0 is told first. */
  escalation_step: 0 | 1 | 2;
  opted_in: boolean;
  /** Brasília's time; warnings wait until they are over. */
  quiet_from: string | null;
  quiet_until: string | null;
  /** Why the provider refused the address for good; null: it works. */
  email_broken: string | null;
  whatsapp_broken: string | null;
}

export type ContactDraft = Omit<Contact, "contact_id" | "email_broken" | "whatsapp_broken"> & {
  contact_id: string | null;
};

export type NotificationState =
  | "queued"
  | "leased"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "unknown"
  | "dead"
  | "cancelled"
  | "bundled";

/** What a person says of a message that was cut off: it arrived, or it did not. */
export type UnknownOutcome = "arrived" | "resend" | "drop";

export interface Notification {
  notification_id: string;
  alert_id: string | null;
  event: string;
  channel: Channel;
  severity: Severity | null;
  company_cnpj: string | null;
  role: Role | null;
  /** Null for contacts of others. */
  name: string | null;
  recipient: string | null;
  state: NotificationState;
  reason: string | null;
  created_at: string;
  run_at: string | null;
  done_at: string | null;
  /** Of one that is told in another: how that one fares. */
  bundle_state: NotificationState | null;
}

/** The last day of a channel; `configured` null: no notifier was heard of in the last minute. */
export interface ChannelFacts {
  channel: Channel;
  configured: boolean | null;
  waiting: number;
  sent: number;
  unknown: number;
  dead: number;
  last_sent_at: string | null;
}

export interface Notifications {
  notifications: Notification[];
  channels: ChannelFacts[] | null;
}

/** For whom a rule holds; both null: everybody. */
export interface RuleScope {
  company_cnpj: string | null;
  group_id: string | null;
}

/** How the evaluation of a rule goes; `ms` is that of its whole family. */
export interface RuleHealth {
  evaluated_at: string | null;
  ms: number | null;
  failing_since: string | null;
  /** In a row. */
  failures: number;
  error: string | null;
}

/** A rule with what the caller may do with it. Ages and windows are seconds. */
export interface NocRule {
  rule_id: string;
  code: string;
  metric: string;
  scope_kind: string;
  comparator: "above" | "below";
  service: string | null;
  excluded_services: string[];
  company_cnpj: string | null;
  group_id: string | null;
  degraded_threshold: number | null;
  down_threshold: number | null;
  degraded_clear: number | null;
  down_clear: number | null;
  for_degraded_s: number;
  for_down_s: number;
  keep_firing_s: number;
  reopen_s: number;
  over_s: number;
  min_samples: number;
  no_data: string;
  /** By which its alerts are told, of those that a contact wants; null: as each contact says. */
  channels: Channel[] | null;
  runbook_url: string | null;
  /** Who answers for the rule itself. */
  owner: string | null;
  enabled: boolean;
  version: number;
  updated_at: string | null;
  unit: Unit;
  can_edit: boolean;
  in_force: boolean;
  /** For admins, of rules that are on. */
  health: RuleHealth | null;
}

export interface RuleMetric {
  metric: string;
  unit: Unit;
  scope_kind: string;
  comparator: "above" | "below";
  family: string;
  /** Of what a backtest is made; null: the metric's past is not kept. */
  history: "calls" | "samples" | null;
}

export interface Rules {
  rules: NocRule[];
  metrics: RuleMetric[];
  /** For whom the caller may make one. */
  scopes: { everybody: boolean; groups: string[]; companies: string[] };
}

/** Values of the worst of each step, oldest first; null: not measured. */
export interface TrialSeries {
  step_s: number;
  services: { service: string; values: (number | null)[] }[];
}

/** What a rule would have opened for one company or the platform (null); `open_s` in all. */
export interface Backtest {
  from: string;
  to: string;
  company_cnpj: string | null;
  opened: number;
  critical: number;
  open_s: number;
  alerts: {
    service: string | null;
    severity_max: Severity;
    started_at: string;
    opened_at: string;
    closed_at: string | null;
    reopen_count: number;
    peak_value: number;
  }[];
  series: TrialSeries;
}

/** What is sent to change or make a rule. */
export type RuleDraft = Partial<
  Omit<NocRule, "unit" | "can_edit" | "in_force" | "updated_at" | "health">
>;
