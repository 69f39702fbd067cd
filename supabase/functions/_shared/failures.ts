const MEMORY_MS = 60_000;
const MAX_GUESSES = 10;
const MAX_REMEMBERED = 1_000;

/**
 * Slows down whoever tries keys, and spares the database keys that it has just refused.
 *
 * An address with 10 different refused keys within a minute waits for that minute's end. One wrong
 * key, however often it comes, counts once: a forgotten collector is answered from memory and never
 * locks out a neighbour behind the same address. A key that once worked is exempt altogether.
 * Memory is bounded and this process's own; the keys' 256 random bits are the real defence.
 */
export class KeyFailures {
  readonly #guesses = new Map<string, { count: number; until: number }>();
  readonly #refused = new Map<string, number>();
  readonly #good = new Set<string>();

  /** Whether this very key was refused within the last minute; a refused key never turns good. */
  isRefused(keyDigest: string, nowMs: number): boolean {
    return (this.#refused.get(keyDigest) ?? 0) > nowMs;
  }

  /** Seconds that this caller must wait; 0 when its key may be tried. */
  waitS(address: string, keyDigest: string, nowMs: number): number {
    const guesses = this.#guesses.get(address);
    if (guesses === undefined || guesses.count < MAX_GUESSES) return 0;
    if (guesses.until <= nowMs || this.#good.has(keyDigest)) return 0;
    return Math.ceil((guesses.until - nowMs) / 1_000);
  }

  failed(address: string, keyDigest: string, nowMs: number): void {
    this.#good.delete(keyDigest);
    remember(this.#refused, keyDigest, nowMs + MEMORY_MS);
    const known = this.#guesses.get(address);
    if (known !== undefined && known.until > nowMs) known.count += 1;
    else remember(this.#guesses, address, { count: 1, until: nowMs + MEMORY_MS });
  }

  worked(keyDigest: string): void {
    if (this.#good.has(keyDigest)) return;
    makeRoom(this.#good);
    this.#good.add(keyDigest);
  }
}

function remember<T>(memory: Map<string, T>, name: string, value: T): void {
  memory.delete(name);
  makeRoom(memory);
  memory.set(name, value);
}

/** Maps and sets keep the order of insertion: the first is the oldest. */
function makeRoom(memory: Map<string, unknown> | Set<string>): void {
  if (memory.size < MAX_REMEMBERED) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    return;
  }
}

/** What stands for a key in memory: never the key itself. */
export async function digestOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The caller's address as the gateway tells it; a hint for slowing down, never for a right. */
export function addressOf(request: Request): string {
  const forwarded = request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? "";
  return forwarded.slice(0, 45) || "unknown";
}
