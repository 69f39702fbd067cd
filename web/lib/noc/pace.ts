/** When to ask and to read again. Pure; `random` is 0..1. */

export const HIDDEN_POLL_MS = 30_000;

interface Pace {
  hidden: boolean;
  /** Calls in a row without an answer. */
  failures: number;
}

/** Milliseconds until the next poll of the badge, counted from the last answer. */
export function nextPoll({ hidden, failures }: Pace, random: number): number {
  if (failures === 1) return 800 + random * 400;
  if (hidden) return HIDDEN_POLL_MS + random * 2_000;
  if (failures > 1) return 3_000 + random * 2_000;
  return 10_000 + random * 2_000;
}

/** Milliseconds before a closed channel is built anew; `attempt` starts at 0. */
export function nextChannel(attempt: number, random: number): number {
  const base = Math.min(30_000, 1_000 * 2 ** attempt);
  return base * (0.75 + random * 0.5);
}

/** Re-reads at most once in this time. */
export const READ_SPACING_MS = 1_000;

/** Milliseconds to wait before a re-read: spread over a moment, and never two within the spacing. */
export function nextRead(now: number, lastReadAt: number, random: number): number {
  return Math.max(random * 200, lastReadAt + READ_SPACING_MS - now);
}

/** A read that no version touched is still made again so that the window moves with the clock. */
export const SLIDE_MS = 30_000;
