/**
 * How fresh the page's news is. Pure: every instant is given in local milliseconds.
 * The database's clock is carried as an offset, so a wrong clock in the browser ages nothing.
 */

/** A visible page asks every 10 to 12 s; this much silence means that the asking itself hangs. */
export const SILENCE_LIMIT_MS = 14_000;
/** A hidden tab asks every 30 s and browsers may hold that back to a minute. */
export const HIDDEN_SILENCE_LIMIT_MS = 90_000;
/** A tick or an answer older than this is no basis for a green page. */
export const STALE_LIMIT_MS = 90_000;
/** One failed call may be a blip; the second in a row, asked at once, is not. */
export const FAILURE_LIMIT = 2;

export interface Clock {
  server_at: number;
  received_at: number;
  /** Null before the first tick ever. */
  tick_at: number | null;
}

export interface Contact {
  clock: Clock | null;
  /** Since when the page has been asking: opened, or back from a hidden tab or sleep. */
  asking_since: number;
  /** Calls in a row that the database did not answer. */
  failures: number;
}

export type ContactEvent =
  | { kind: "answered"; at: number; server_time: string; tick_at: string | null }
  | { kind: "failed"; at: number }
  | { kind: "resumed"; at: number };

export function startContact(now: number): Contact {
  return { clock: null, asking_since: now, failures: 0 };
}

export function reduceContact(contact: Contact, event: ContactEvent): Contact {
  switch (event.kind) {
    case "answered": {
      const server_at = Date.parse(event.server_time);
      const tick_at = event.tick_at === null ? null : Date.parse(event.tick_at);
      const older = contact.clock !== null && server_at < contact.clock.server_at;
      const clock = older ? contact.clock : { server_at, received_at: event.at, tick_at };
      return { ...contact, failures: 0, clock };
    }
    case "failed":
      return { ...contact, failures: contact.failures + 1 };
    case "resumed":
      return { ...contact, failures: 0, asking_since: event.at };
  }
}

/**
 * waiting: nothing answered yet · live: news is fresh · lost: the database is out of reach ·
 * old: the last answer is old and the next is on its way · stopped: it answers, its tick does not run.
 */
export type Freshness = "waiting" | "live" | "lost" | "old" | "stopped";

/** The database's clock now, as far as the last answer tells; null before the first answer. */
export function serverNow(clock: Clock | null, now: number): number | null {
  return clock === null ? null : clock.server_at + Math.max(0, now - clock.received_at);
}

/** Milliseconds since the last committed tick, by the database's clock; null when unknown. */
export function tickAge(clock: Clock | null, now: number): number | null {
  const server = serverNow(clock, now);
  if (clock === null || server === null || clock.tick_at === null) return null;
  return Math.max(0, server - clock.tick_at);
}

export function freshnessOf(contact: Contact, now: number, hidden: boolean): Freshness {
  const heard = Math.max(contact.clock?.received_at ?? 0, contact.asking_since);
  const limit = hidden ? HIDDEN_SILENCE_LIMIT_MS : SILENCE_LIMIT_MS;
  if (contact.failures >= FAILURE_LIMIT || now - heard >= limit) return "lost";
  if (contact.clock === null) return "waiting";
  if (now - contact.clock.received_at > STALE_LIMIT_MS) return "old";
  const age = tickAge(contact.clock, now);
  return age === null || age > STALE_LIMIT_MS ? "stopped" : "live";
}

/** Local instant of the last committed tick; null when it never ran or nothing was answered. */
export function lastTick({ clock }: Contact): number | null {
  if (clock === null || clock.tick_at === null) return null;
  return clock.received_at - Math.max(0, clock.server_at - clock.tick_at);
}

/** Local instant of the last answer, or of the first question when none was ever answered. */
export function lastContact(contact: Contact): number {
  return contact.clock?.received_at ?? contact.asking_since;
}
