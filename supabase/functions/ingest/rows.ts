/** A row that is not stored, by its place in the caller's batch, and why. */
export interface RejectedRow {
  readonly index: number;
  readonly reason: string;
}

export const MAX_DEPTH = 8;
export const MAX_KEYS = 64;
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/** Fields that name things: a control or direction character there can only mislead a reader. */
const NAMES = new Set([
  "endpoint",
  "service",
  "method",
  "level",
  "job_id",
  "job_type",
  "status",
  "state",
  "external_id",
]);
// Controls, format characters (zero-width, direction marks) and line separators.
const MISLEADING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Why the database could not carry this event as sent, or null when it could. The meaning of the
 * fields is the database's business; here stands only what would break the whole batch there, be
 * changed silently on the way, or mislead whoever reads it.
 */
export function faultOf(event: unknown): string | null {
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    return "event: must be a JSON object";
  }
  for (const [name, value] of Object.entries(event)) {
    if (NAMES.has(name) && typeof value === "string" && MISLEADING.test(value)) {
      return `${name}: must not contain control, zero-width or direction characters`;
    }
  }
  return new Walk().faultIn("event", event, 1);
}

/** One pass over an event; stops at the first fault, so its cost is bounded by the limits. */
class Walk {
  #keys = 0;

  faultIn(field: string, value: unknown, depth: number): string | null {
    if (typeof value === "string") return faultOfText(field, value);
    if (typeof value === "number") return faultOfNumber(field, value);
    if (typeof value !== "object" || value === null) return null;
    if (depth > MAX_DEPTH) return `${field}: must nest at most ${MAX_DEPTH} levels`;
    return Array.isArray(value)
      ? this.#faultOfList(field, value, depth)
      : this.#faultOfObject(field, value, depth);
  }

  #faultOfList(field: string, list: readonly unknown[], depth: number): string | null {
    for (const item of list) {
      const fault = this.faultIn(field, item, depth + 1);
      if (fault !== null) return fault;
    }
    return null;
  }

  #faultOfObject(field: string, object: object, depth: number): string | null {
    for (const [key, value] of Object.entries(object)) {
      this.#keys += 1;
      if (this.#keys > MAX_KEYS) return `event: must have at most ${MAX_KEYS} keys`;
      if (faultOfText("key", key) !== null) return "event: has a key that is not plain text";
      // The caller knows its own field by the top-level name.
      const fault = this.faultIn(depth === 1 ? shown(key) : field, value, depth + 1);
      if (fault !== null) return fault;
    }
    return null;
  }
}

function faultOfText(field: string, text: string): string | null {
  if (text.includes("\u0000")) return `${field}: must not contain the character U+0000`;
  if (!text.isWellFormed()) return `${field}: must not contain half of a surrogate pair`;
  return null;
}

function faultOfNumber(field: string, value: number): string | null {
  if (Math.abs(value) <= MAX_NUMBER) return null;
  return `${field}: must be a number between -${MAX_NUMBER} and ${MAX_NUMBER}`;
}

/** A field's name as it may appear in an answer. */
function shown(key: string): string {
  return /^[\w.-]{1,64}$/.test(key) ? key : "event";
}
