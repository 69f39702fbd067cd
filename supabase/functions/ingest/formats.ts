import { parseJson } from "../_shared/json.ts";
import { accept, type Refusal, refuse, type Result } from "../_shared/respond.ts";

/** One event as sent, or why it could not be read. */
export interface Row {
  readonly event: unknown;
  readonly fault: string | null;
}

/** A body of either format, read but not judged. `batchId` null: the caller gave none. */
export interface Parsed {
  readonly kind: unknown;
  readonly batchId: unknown;
  readonly rows: readonly Row[];
}

const KEYS = new Set(["batch_id", "kind", "events"]);
const NEWLINE = 0x0a;

/** Reads `{"batch_id"?, "kind", "events": [...]}`. */
export function parseObject(body: Uint8Array): Result<Parsed> {
  const parsed = parseJson(body);
  if ("fault" in parsed) return refuse(bodyFault(parsed.fault));
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(bodyFault("must be a JSON object with kind and events"));
  }
  const given = new Map<string, unknown>(Object.entries(value));
  if ([...given.keys()].some((key) => !KEYS.has(key))) {
    return refuse(bodyFault("may have only batch_id, kind and events"));
  }
  const events = given.get("events");
  if (!Array.isArray(events)) return refuse(NO_EVENTS);
  return accept({
    kind: given.get("kind"),
    batchId: given.get("batch_id") ?? null,
    rows: events.map((event: unknown) => ({ event, fault: null })),
  });
}

/**
 * Reads one event per line; blank lines do not count. Lines are split as bytes, so one that is not
 * UTF-8 or not JSON costs only itself. Stops one past `maxRows`, which is enough to refuse.
 */
export function parseLines(body: Uint8Array, headers: Headers, maxRows: number): Result<Parsed> {
  const rows: Row[] = [];
  for (let start = 0; start < body.length && rows.length <= maxRows;) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    const line = body.subarray(start, end);
    if (!isBlank(line)) rows.push(rowOf(line));
    start = end + 1;
  }
  return accept({
    kind: headers.get("x-noc-kind"),
    batchId: headers.get("x-noc-batch")?.trim() || null,
    rows,
  });
}

function rowOf(line: Uint8Array): Row {
  const parsed = parseJson(line);
  return "fault" in parsed
    ? { event: null, fault: `event: ${parsed.fault}` }
    : { event: parsed.value, fault: null };
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function bodyFault(fault: string): Refusal {
  return { status: 400, code: "body", message: `body: ${fault}`, field: "body" };
}

const NO_EVENTS: Refusal = {
  status: 400,
  code: "events",
  message: "events: must be an array of objects",
  field: "events",
};
