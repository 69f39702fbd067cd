/** What became of one message, as the database takes it. */
export interface Status {
  /** Meta's id of the message; null when it cannot be one. */
  readonly ref: string | null;
  /** Our own id, which Meta sends back; null when there is none of ours. */
  readonly callback: string | null;
  readonly status: string;
  /** Of the first error. */
  readonly code: number | null;
}

const STATUSES = new Set(["sent", "delivered", "read", "played", "failed"]);
const REF = /^[\x21-\x7e]{1,200}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const MAX_CODE = 2_147_483_647;

/**
 * The statuses of a webhook's body. Whatever else Meta tells (messages of people, other fields, a
 * status that is not known) is passed over: it is not a fault, and is not wanted again.
 */
export function statusesOf(body: unknown): Status[] {
  if (field(body, "object") !== "whatsapp_business_account") return [];
  return list(field(body, "entry"))
    .flatMap((entry) => list(field(entry, "changes")))
    .filter((change) => field(change, "field") === "messages")
    .flatMap((change) => list(field(field(change, "value"), "statuses")))
    .flatMap(statusOf);
}

function statusOf(given: unknown): Status[] {
  const status = field(given, "status");
  if (typeof status !== "string" || !STATUSES.has(status)) return [];
  const ref = matching(field(given, "id"), REF);
  const callback = matching(field(given, "biz_opaque_callback_data"), UUID);
  if (ref === null && callback === null) return [];
  const code = field(list(field(given, "errors"))[0], "code");
  return [{ ref, callback, status, code: isCode(code) ? code : null }];
}

function isCode(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_CODE;
}

function matching(value: unknown, pattern: RegExp): string | null {
  return typeof value === "string" && pattern.test(value) ? value : null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}
