/** Shapes of what was told of an alert and of what made it fire (docs/rpc.md, noc_timeline). */
import type { Notification } from "./types-settings";

export interface Attempt {
  begun_at: string;
  ended_at: string | null;
  outcome: string | null;
  reason: string | null;
}

/** A message about an alert; `bundle_id`: it was told by that one. */
export interface Notice extends Notification {
  bundle_id: string | null;
  /** The message of the other channel that this one stands in for. */
  instead_of: string | null;
  attempts: Attempt[];
}

/** Null: nothing was received in it. */
export interface EvidenceMinute {
  bucket: string;
  count: number;
  error_rate: number | null;
  p95_ms: number | null;
}

export interface EvidenceEndpoint {
  endpoint: string;
  count: number;
  error_rate: number;
  latency_max_ms: number | null;
}

/** `status` 0: no answer. */
export interface EvidenceRequest {
  at: string;
  endpoint: string;
  status: number;
  latency_ms: number | null;
}

/** `status` null: not judged yet. */
export interface EvidenceProbe {
  checked_at: string;
  status: string | null;
  outcome: "good" | "slow" | "bad";
  reason: string | null;
  latency_ms: number | null;
}

/** Messages by status; `oldest_at` is of those that wait. */
export interface EvidenceQueue {
  statuses: Partial<Record<string, number>>;
  oldest_at: string | null;
}

/** What a person changed in the hour before, without their words. */
export interface Deed {
  at: string;
  action: string;
  target: string | null;
}

/** As it was when the alert opened; what is not a matter of its rule is null. */
export interface Evidence {
  taken_at: string;
  window_from: string | null;
  minutes: EvidenceMinute[] | null;
  endpoints: EvidenceEndpoint[] | null;
  requests: EvidenceRequest[] | null;
  probes: EvidenceProbe[] | null;
  queue: EvidenceQueue | null;
  deeds: Deed[] | null;
}
