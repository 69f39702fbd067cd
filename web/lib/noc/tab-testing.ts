/** For tests only: queues, messages, jobs and sessions as the database answers them. */
import type { Answer } from "./types";
import type { Job } from "./types/jobs";
import type { CompanyQueue, Message, QueueNumbers, QueuePause } from "./types/queue";

/** 23/11/2026 09:41:07 in Brasília, as in the tests of components. */
const NOW = Date.parse("2026-11-23T12:41:07Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

export const noNumbers: QueueNumbers = {
  pending: 0,
  sending: 0,
  failed: 0,
  dead: 0,
  unknown: 0,
  oldest_at: null,
  sent_last_10min: 0,
  drain_s: 0,
};

export function makePause(change: Partial<QueuePause> = {}): QueuePause {
  return {
    scope: "company",
    label: null,
    since: ago(600),
    until: ago(-720),
    ramp_until: null,
    by: "ana@noc.local",
    reason: "número em revisão",
    action_id: "action-1",
    ...change,
  };
}

/** 128 wait, 18 leave each minute. */
export function makeQueue(change: Partial<CompanyQueue> = {}): CompanyQueue {
  return {
    ...noNumbers,
    company_cnpj: "11222333000181",
    company_name: "Padaria Três Marias",
    pending: 128,
    sending: 3,
    failed: 2,
    oldest_at: ago(360),
    sent_last_10min: 180,
    drain_s: 427,
    status: "DEGRADED",
    share: 1,
    pauses: [],
    can_operate: true,
    ...change,
  };
}

export function makeMessage(change: Partial<Message> = {}): Message {
  return {
    message_id: "message-1",
    external_id: "pedido-1",
    company_cnpj: "11222333000181",
    company_name: "Padaria Três Marias",
    state: "queued",
    template: "cobranca",
    recipient: "•••••-8888",
    attempts: 0,
    created_at: ago(360),
    run_at: ago(360),
    expires_at: ago(-86_400),
    updated_at: ago(360),
    error_class: null,
    error_code: null,
    reported: false,
    can_retry: false,
    can_resolve: false,
    ...change,
  };
}

/** Failed, and it can be started again. */
export function makeJob(change: Partial<Job> = {}): Job {
  return {
    job_id: "job-1",
    external_id: "4711",
    company_cnpj: "11222333000181",
    company_name: "Padaria Três Marias",
    job_type: "consolidacao",
    status: "failed",
    stalled_at: null,
    started_at: ago(720),
    finished_at: ago(600),
    heartbeat_at: null,
    attempt: 1,
    retry_of: null,
    error: "saldo divergente",
    effect: "read_sync",
    can_reprocess: true,
    ...change,
  };
}

/** In the envelope of every read. */
export function answer<T>(data: T): { data: Answer<T> } {
  return { data: { server_time: ago(0), tick_at: ago(1), versions: {}, data } };
}
