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

/** Far above what an event may nest: it only keeps the JSON parser's memory small. */
const MAX_NESTING = 64;
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

function parseJson(bytes: Uint8Array): { value: unknown } | { fault: string } {
  if (nestsDeeperThan(MAX_NESTING, bytes)) {
    return { fault: `must nest at most ${MAX_NESTING} levels` };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { fault: "must be valid UTF-8" };
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: "must be valid JSON" };
  }
}

/**
 * Counts brackets outside strings. Exact as far as the text is valid JSON, and the parser stops
 * where it is not, so what passes here never nests deeper in the parser either.
 */
export function nestsDeeperThan(limit: number, bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c) i += 1; // backslash: whatever follows is not the closing quote
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
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
