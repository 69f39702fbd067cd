import type { ApiConfig } from "../_shared/env.ts";
import { accept, type Refusal, refuse, type Result, UNAVAILABLE } from "../_shared/respond.ts";
import type { RejectedRow } from "./rows.ts";

/** What the database says after it committed a batch. */
export interface Receipt {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: readonly RejectedRow[];
}

export interface IngestCall {
  readonly key: string;
  readonly batch_id: string;
  readonly kind: string;
  readonly events: readonly unknown[];
}

/** Stores one batch. A refusal means that nothing was stored, or that nobody knows yet. */
export type Ingest = (call: IngestCall) => Promise<Result<Receipt>>;

export type Log = (entry: Readonly<Record<string, string | number>>) => void;

const TIMEOUT_MS = 10_000;
const DEFAULT_RETRY_S = 5;
const MAX_RETRY_S = 3_600;

/** PostgreSQL could not read the text as JSON: the same bytes would fail for ever. */
const UNREADABLE_TEXT = new Set(["22021", "22P02", "22P05"]);

/** The RPC `noc_ingest` over PostgREST; one request, one transaction. */
export function ingestOver(config: ApiConfig, fetcher: typeof fetch, log: Log): Ingest {
  const headers = {
    "apikey": config.publishableKey,
    "authorization": `Bearer ${config.token}`,
    "content-type": "application/json",
    "accept": "application/json",
  };
  return async (call) => {
    try {
      const response = await fetcher(`${config.url}/rest/v1/rpc/noc_ingest`, {
        method: "POST",
        headers,
        body: JSON.stringify(call),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer: unknown = await response.json();
      return response.ok ? receiptOf(answer, log) : refusalOf(response, answer, log);
    } catch (error) {
      // The name alone: a message may carry addresses.
      log({ event: "ingest_unreachable", error: error instanceof Error ? error.name : "unknown" });
      return refuse(UNAVAILABLE);
    }
  };
}

function receiptOf(answer: unknown, log: Log): Result<Receipt> {
  if (isReceipt(answer)) return accept(answer);
  log({ event: "ingest_answer_unreadable" });
  return refuse(UNAVAILABLE);
}

function isReceipt(answer: unknown): answer is Receipt {
  return typeof answer === "object" && answer !== null &&
    "accepted" in answer && typeof answer.accepted === "number" &&
    "duplicate" in answer && typeof answer.duplicate === "number" &&
    "rejected" in answer && Array.isArray(answer.rejected) && answer.rejected.every(isRejectedRow);
}

function isRejectedRow(row: unknown): row is RejectedRow {
  return typeof row === "object" && row !== null &&
    "index" in row && Number.isInteger(row.index) &&
    "reason" in row && typeof row.reason === "string";
}

/**
 * Only our own codes (PTxyz, raised by the function for its callers) are passed on. All else is
 * the server's trouble, not the collector's: its token expired, the function is missing.
 */
function refusalOf(response: Response, answer: unknown, log: Log): Result<Receipt> {
  const code = textIn(answer, "code");
  const hint = textIn(answer, "hint");
  switch (code) {
    case "PT401":
      return refuse(BAD_KEY);
    case "PT403":
      return refuse(FORBIDDEN_KIND);
    case "PT400":
      return refuse(malformed(hint, textIn(answer, "message")));
    case "PT429":
      return refuse(tooMany(response.headers.get("retry-after") ?? textIn(answer, "details")));
  }
  log({ event: "ingest_refused_by_database", status: response.status, code: code.slice(0, 12) });
  return refuse(UNREADABLE_TEXT.has(code) ? malformed("events", "") : UNAVAILABLE);
}

function textIn(answer: unknown, name: string): string {
  if (typeof answer !== "object" || answer === null) return "";
  const value = new Map<string, unknown>(Object.entries(answer)).get(name);
  return typeof value === "string" ? value : "";
}

function malformed(hint: string, message: string): Refusal {
  const field = /^[a-z_]{1,40}$/.test(hint) ? hint : "events";
  return {
    status: 400,
    code: field,
    message: message.slice(0, 200) || `${field}: holds a value that cannot be stored`,
    field,
  };
}

function tooMany(retryAfter: string): Refusal {
  const seconds = /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : DEFAULT_RETRY_S;
  return {
    status: 429,
    code: "rate",
    message: "this key sends faster than it may; send the same batch again later",
    retryAfterS: Math.min(Math.max(seconds, 1), MAX_RETRY_S),
  };
}

/** One answer for a key that is unknown, revoked, expired or not a key at all. */
export const BAD_KEY: Refusal = {
  status: 401,
  code: "ingest_key",
  message: "authorization: a valid ingest key is needed",
  field: "authorization",
  headers: { "www-authenticate": "Bearer" },
};

const FORBIDDEN_KIND: Refusal = {
  status: 403,
  code: "kind",
  message: "kind: this key may not send events of this kind",
  field: "kind",
};
