import { accept, type Refusal, refuse, type Result } from "../_shared/respond.ts";
import { type Parsed, parseLines, parseObject } from "./formats.ts";
import { faultOf, type RejectedRow } from "./rows.ts";

export const MAX_EVENTS = 1_000;
const KIND = /^[a-z][a-z0-9_]{0,39}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Events of one kind that the database can take, with their places in the caller's batch. */
export interface Batch {
  readonly batchId: string;
  readonly kind: string;
  readonly events: readonly unknown[];
  /** `places[i]` is where `events[i]` stood in the caller's batch. */
  readonly places: readonly number[];
  readonly rejected: readonly RejectedRow[];
}

/** Reads a body of either format. A fault of one row is that row's; others refuse the batch. */
export function readBatch(
  body: Uint8Array,
  headers: Headers,
  newBatchId: () => string,
): Result<Batch> {
  const type = mediaType(headers);
  if (type === null) return refuse(MEDIA_TYPE);
  const parsed = type === "json" ? parseObject(body) : parseLines(body, headers, MAX_EVENTS);
  return parsed.ok ? sorted(parsed.value, newBatchId) : parsed;
}

/** Which of the two formats the request declares; null when neither, or not UTF-8. */
export function mediaType(headers: Headers): "json" | "lines" | null {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "").toLowerCase().split(";");
  const foreign = parameters.map((parameter) => parameter.trim().replaceAll('"', ""))
    .some((parameter) => parameter.startsWith("charset=") && parameter !== "charset=utf-8");
  if (foreign) return null;
  if (type.trim() === "application/json") return "json";
  return type.trim() === "application/x-ndjson" ? "lines" : null;
}

function sorted(parsed: Parsed, newBatchId: () => string): Result<Batch> {
  const { kind, batchId, rows } = parsed;
  if (typeof kind !== "string" || !KIND.test(kind)) return refuse(KIND_FAULT);
  if (batchId !== null && (typeof batchId !== "string" || !UUID.test(batchId))) {
    return refuse(BATCH_ID);
  }
  if (rows.length < 1 || rows.length > MAX_EVENTS) return refuse(EVENTS);

  const events: unknown[] = [];
  const places: number[] = [];
  const rejected: RejectedRow[] = [];
  for (const [index, row] of rows.entries()) {
    const reason = row.fault ?? faultOf(row.event);
    if (reason !== null) {
      rejected.push({ index, reason });
      continue;
    }
    events.push(row.event);
    places.push(index);
  }
  return accept({
    batchId: batchId === null ? newBatchId() : batchId.toLowerCase(),
    kind,
    events,
    places,
    rejected,
  });
}

export const MEDIA_TYPE: Refusal = {
  status: 415,
  code: "content_type",
  message: "Content-Type must be application/json or application/x-ndjson, in UTF-8",
  field: "content-type",
};

const KIND_FAULT: Refusal = {
  status: 400,
  code: "kind",
  message: "kind: must be a word such as api_usage, of at most 40 of a-z, 0-9 and _",
  field: "kind",
};

const BATCH_ID: Refusal = {
  status: 400,
  code: "batch_id",
  message: "batch_id: must be a UUID, or left out",
  field: "batch_id",
};

const EVENTS: Refusal = {
  status: 400,
  code: "events",
  message: `events: must hold between 1 and ${MAX_EVENTS} events`,
  field: "events",
};
