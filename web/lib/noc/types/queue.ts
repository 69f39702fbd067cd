/** Shapes of the WhatsApp queue as it is read (docs/rpc.md, noc_list_queue and after). */
import type { HealthStatus } from "../types";

/** `failed` in the last hour, `dead` in the last day; `drain_s` null: nothing leaves. */
export interface QueueNumbers {
  pending: number;
  sending: number;
  failed: number;
  dead: number;
  /** Perhaps sent: nobody knows. */
  unknown: number;
  oldest_at: string | null;
  sent_last_10min: number;
  drain_s: number | null;
}

/** `until` null: until somebody resumes; `ramp_until`: it is over, and the pace still rises. */
export interface QueuePause {
  scope: "everything" | "group" | "company" | "number";
  /** The group's name. */
  label: string | null;
  since: string;
  until: string | null;
  ramp_until: string | null;
  /** Null for those who may not know, and where the NOC itself did it. */
  by: string | null;
  reason: string | null;
  action_id: string | null;
}

/** `share`: how much of its pace it may have, 0 (paused) to 1. */
export interface CompanyQueue extends QueueNumbers {
  company_cnpj: string;
  company_name: string;
  status: HealthStatus | "PAUSED";
  share: number;
  pauses: QueuePause[];
  can_operate: boolean;
}

/** Worst first; a company without a message in the last day and without a pause is not in it. */
export interface Queue {
  totals: QueueNumbers;
  companies: CompanyQueue[];
  at: string;
}

export type MessageState =
  | "queued"
  | "retry"
  | "leased"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "unknown"
  | "dead"
  | "cancelled";

/** `recipient` is masked. */
export interface Message {
  message_id: string;
  external_id: string;
  company_cnpj: string;
  company_name: string;
  state: MessageState;
  template: string | null;
  recipient: string | null;
  attempts: number;
  created_at: string;
  run_at: string | null;
  expires_at: string | null;
  updated_at: string;
  error_class: string | null;
  /** The provider's own. */
  error_code: number | null;
  /** A service's own report, not ours to send. */
  reported: boolean;
  can_retry: boolean;
  can_resolve: boolean;
}

export interface MessagePage {
  messages: Message[];
  next: string | null;
}

export interface MessageEvent {
  at: string;
  what:
    | "queued"
    | "leased"
    | "begun"
    | "sent"
    | "delivered"
    | "read"
    | "failed"
    | "dead"
    | "unknown"
    | "retry"
    | "resolved"
    | "cancelled";
  attempt: number | null;
  outcome: string | null;
  code: string | number | null;
}

/** `events` oldest first. */
export interface MessageStory extends Message {
  events: MessageEvent[];
}
