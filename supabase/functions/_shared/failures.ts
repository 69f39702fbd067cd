const WINDOW_MS = 60_000;
const MAX_FAILURES = 10;
const MAX_REMEMBERED = 1_000;

/**
 * Slows down whoever tries keys: an address with 10 refused keys within a minute waits for that
 * minute's end. A key that once worked is exempt, so a neighbour behind the same address (or one who
 * forges it) cannot silence a working collector. Memory is bounded, in this process only: the keys'
 * 256 random bits are the defence, this saves the database the work.
 */
export class KeyFailures {
  readonly #byAddress = new Map<string, { count: number; until: number }>();
  readonly #goodKeys = new Set<string>();

  /** Seconds that this caller must wait; 0 when it may try. */
  waitS(address: string, keyDigest: string, nowMs: number): number {
    const failures = this.#byAddress.get(address);
    if (failures === undefined || failures.count < MAX_FAILURES) return 0;
    if (failures.until <= nowMs || this.#goodKeys.has(keyDigest)) return 0;
    return Math.ceil((failures.until - nowMs) / 1_000);
  }

  failed(address: string, keyDigest: string, nowMs: number): void {
    this.#goodKeys.delete(keyDigest);
    const known = this.#byAddress.get(address);
    if (known !== undefined && known.until > nowMs) {
      known.count += 1;
      return;
    }
    dropOldest(this.#byAddress);
    this.#byAddress.set(address, { count: 1, until: nowMs + WINDOW_MS });
  }

  worked(keyDigest: string): void {
    if (this.#goodKeys.has(keyDigest)) return;
    dropOldest(this.#goodKeys);
    this.#goodKeys.add(keyDigest);
  }
}

/** Maps and sets keep the order of insertion: the first is the oldest. */
function dropOldest(entries: Map<string, unknown> | Set<string>): void {
  if (entries.size < MAX_REMEMBERED) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}

/** What stands for a key in memory: never the key itself. */
export async function digestOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return new Uint8Array(digest).toHex();
}

/** The caller's address as the gateway tells it; a hint for slowing down, never for a right. */
export function addressOf(request: Request): string {
  const forwarded = request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? "";
  return forwarded.slice(0, 45) || "unknown";
}
