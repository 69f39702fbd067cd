import { readBody } from "../_shared/body.ts";
import { addressOf, digestOf, type KeyFailures } from "../_shared/failures.ts";
import { type Refusal, respond, respondRefusal } from "../_shared/respond.ts";
import { type Batch, MEDIA_TYPE, mediaType, readBatch } from "./batch.ts";
import { BAD_KEY, type Ingest, type Receipt } from "./database.ts";
import type { RejectedRow } from "./rows.ts";

export const MAX_BODY_BYTES = 1_048_576;
const KEY = /^Bearer +(noc_ik_[A-Za-z0-9_-]{16,200})$/i;

export interface Deps {
  readonly ingest: Ingest;
  readonly failures: KeyFailures;
  readonly newBatchId: () => string;
  readonly nowMs: () => number;
  readonly bodyTimeoutMs: number;
}

/** Answers one request. The path may come with any prefix that a gateway leaves on it. */
export function handle(request: Request, deps: Deps): Promise<Response> | Response {
  const path = new URL(request.url).pathname.replace(/\/+$/, "");
  if (path.endsWith("/ingest/health")) {
    return reads(request)
      ? respond(200, { status: "ok" })
      : respondRefusal(notAllowed("GET, HEAD"));
  }
  if (!path.endsWith("/ingest")) return respondRefusal(NOT_FOUND);
  return request.method === "POST" ? take(request, deps) : respondRefusal(notAllowed("POST"));
}

/** Cheapest checks first: who brings no key shaped like one costs neither memory nor a query. */
async function take(request: Request, deps: Deps): Promise<Response> {
  if (mediaType(request.headers) === null) return respondRefusal(MEDIA_TYPE);
  const key = KEY.exec(request.headers.get("authorization") ?? "")?.[1];
  if (key === undefined) return respondRefusal(BAD_KEY);
  const caller = { key, digest: await digestOf(key), address: addressOf(request) };
  if (deps.failures.isRefused(caller.digest, deps.nowMs())) return respondRefusal(BAD_KEY);
  const waitS = deps.failures.waitS(caller.address, caller.digest, deps.nowMs());
  if (waitS > 0) return respondRefusal(slowDown(waitS));

  const body = await readBody(request, {
    maxBytes: MAX_BODY_BYTES,
    timeoutMs: deps.bodyTimeoutMs,
  });
  if (!body.ok) return respondRefusal(body.refusal);
  const batch = readBatch(body.value, request.headers, deps.newBatchId);
  if (!batch.ok) return respondRefusal(batch.refusal);
  return await store(batch.value, caller, deps);
}

interface Caller {
  readonly key: string;
  readonly digest: string;
  readonly address: string;
}

/** 202 only with the database's receipt; otherwise the batch id comes back for the retry. */
async function store(batch: Batch, caller: Caller, deps: Deps): Promise<Response> {
  const { batchId, kind } = batch;
  // A batch of bad rows alone still asks, with one that is refused there: the key must be good.
  const events = batch.events.length > 0 ? batch.events : [null];
  const stored = await deps.ingest({ key: caller.key, batch_id: batchId, kind, events });
  if (!stored.ok) {
    if (stored.refusal.status === 401) {
      deps.failures.failed(caller.address, caller.digest, deps.nowMs());
    }
    return respondRefusal(stored.refusal, { batch_id: batchId });
  }
  deps.failures.worked(caller.digest);
  const { accepted, duplicate } = stored.value;
  const rejected = rejectedOf(batch, stored.value);
  return respond(202, { batch_id: batchId, accepted, duplicate, rejected });
}

/** Both layers' rejections by the caller's own indexes, in order. */
function rejectedOf(batch: Batch, receipt: Receipt): RejectedRow[] {
  const later = receipt.rejected.flatMap(({ index, reason }) => {
    const place = batch.places[index];
    return place === undefined ? [] : [{ index: place, reason }];
  });
  return [...batch.rejected, ...later].sort((a, b) => a.index - b.index);
}

function reads(request: Request): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

function notAllowed(allow: string): Refusal {
  return {
    status: 405,
    code: "method",
    message: `the method must be ${allow}`,
    headers: { allow },
  };
}

function slowDown(waitS: number): Refusal {
  return {
    status: 429,
    code: "rate",
    message: "too many refused keys from this address; wait and try again",
    retryAfterS: waitS,
  };
}

const NOT_FOUND: Refusal = { status: 404, code: "not_found", message: "no such path" };
