/** Shapes of actions (docs/rpc.md, "Actions" and noc_list_actions). */
import type { ActionKind } from "../types";

export type ActionStatus =
  | "awaiting_approval"
  | "running"
  | "succeeded"
  | "partial"
  | "failed"
  | "cancelled"
  | "expired"
  | "reverted";

export type WarningCode =
  | "in_flight"
  | "already_paused"
  | "not_paused"
  | "still_paused_elsewhere"
  | "stale_messages"
  | "already_mock"
  | "not_mock"
  | "locks_exports_and_writes"
  | "no_handler"
  | "already_retried"
  | "not_failed"
  | "already_running"
  | "sends"
  | "not_dead"
  | "reported_only"
  | "queue_paused"
  | "not_opted_in"
  | "unreachable"
  | "no_approver";

/** `until` and `action_id` of `already_paused`. */
export interface ActionWarning {
  code: WarningCode;
  count: number;
  until?: string | null;
  action_id?: string | null;
}

/** Numbers by name; which ones depends on the action. */
export type Counts = Record<string, unknown>;

/** One of up to five that the plan names. */
export interface Sample {
  company_cnpj: string;
  company_name: string;
  job_id?: string;
  job_type?: string;
  started_at?: string;
  attempt?: number;
  message_id?: string;
  external_id?: string;
  created_at?: string;
  error_class?: string | null;
}

/** What would be done, kept for two minutes. `confirm`: the number to type; null: none. */
export interface Plan {
  plan_id: string;
  action: ActionKind;
  company_cnpj: string | null;
  company_name: string | null;
  group_id: string | null;
  group_name: string | null;
  alert_id: string | null;
  payload: Record<string, unknown>;
  size: number;
  until: string | null;
  reversible: boolean;
  needs_reason: boolean;
  confirm: number | null;
  requires_approval: boolean;
  effect: { code: ActionKind; window_s: number };
  plan_hash: string;
  created_at: string;
  expires_at: string;
  counts: Counts;
  samples: Sample[];
  warnings: ActionWarning[];
}

export interface Progress {
  items: number;
  waiting: number;
  running: number;
  ok: number;
  skipped: number;
  failed: number;
}

/** `by`, `reason` and `decided_by` are null for who does not operate all that it reaches. */
export interface Action {
  action_id: string;
  action: ActionKind;
  status: ActionStatus;
  company_cnpj: string | null;
  company_name: string | null;
  group_id: string | null;
  group_name: string | null;
  everything: boolean;
  companies: number;
  alert_id: string | null;
  payload: Record<string, unknown>;
  size: number;
  created_at: string;
  by: string | null;
  mine: boolean;
  reason: string | null;
  decided_by: string | null;
  decided_at: string | null;
  approve_by: string | null;
  review: boolean;
  in_effect: boolean;
  expires_at: string | null;
  ended_at: string | null;
  progress: Progress | null;
  result: Record<string, unknown>;
  verify_at: string | null;
  /** Null: not looked at yet, or nothing to see. */
  verified: boolean | null;
  can: { revert: boolean; abort: boolean; approve: boolean };
}

/** `repeated`: the same key once more; `already_in_effect`: the first one was given. */
export interface Executed extends Action {
  repeated: boolean;
  already_in_effect: boolean;
}

export type ItemState = "waiting" | "running" | "ok" | "skipped" | "failed";

/** One job, message or notice of an action. `reason`: a code, why it waits or ended so. */
export interface ActionItem {
  kind: "job" | "message" | "notice";
  ref: string;
  company_cnpj: string | null;
  company_name: string | null;
  job_type: string | null;
  external_id: string | null;
  state: ItemState;
  reason: string | null;
  tries: number;
  /** The job's new attempt. */
  job_id: string | null;
  done_at: string | null;
}

/** What needs a look first: failed, skipped, under way, waiting, done; `left_off` are not listed. */
export interface ActionRecord {
  action: Action;
  items: ActionItem[];
  left_off: number;
}

/** `frozen`: since when an admin has stopped all actions. */
export interface ActionList {
  frozen: string | null;
  in_effect: Action[];
  awaiting: Action[];
  running: Action[];
  review: Action[];
  history: Action[];
  next: string | null;
}

export interface Difference {
  changed: ("size" | "companies" | "confirm" | "approval")[];
  was: { size: number; companies: number };
  is: { size: number; companies: number; counts: Counts };
}
