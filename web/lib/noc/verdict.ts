/**
 * What the page claims at this moment, decided in one place. Pure.
 * Precedence: no contact > stopped clock > DOWN > DEGRADED > no data > paused > maintenance > normal.
 * A known red never disappears: where the news is old it is kept with the time it was seen.
 */
import type { Freshness } from "./contact";
import { compareStatus } from "./status";
import type { Badge, Banner, HealthStatus } from "./types";

/** An answer with the local instant at which it arrived. */
export interface Seen<T> {
  data: T;
  at: number;
}

export interface KnownRed {
  banner: Banner | null;
  badge: Badge | null;
  at: number;
}

export type Verdict =
  | { kind: "loading" }
  /** The database answers, but refuses what the page reads. */
  | { kind: "unread"; code: string }
  | { kind: "no-contact"; since: number; red: KnownRed | null }
  /** `since` null: the clock never ran. */
  | { kind: "stopped"; since: number | null; red: KnownRed | null }
  | { kind: "old"; since: number; red: KnownRed | null }
  | { kind: "problem"; status: "DOWN" | "DEGRADED"; banner: Banner }
  /** Something outside of the frozen or filtered page is worse than what it shows. */
  | { kind: "elsewhere"; status: "DOWN" | "DEGRADED"; badge: Badge }
  | { kind: "no-data"; banner: Banner }
  | { kind: "paused"; since: number; waiting: number }
  | { kind: "maintenance"; banner: Banner }
  | { kind: "calm"; since: string | null };

export interface Evidence {
  freshness: Freshness;
  /** Local instant of the last answer. */
  last_contact: number;
  /** Local instant of the last tick; null when it never ran. */
  last_tick: number | null;
  overview: Seen<Banner> | null;
  badge: Seen<Badge> | null;
  /** Code of the refusal of the first read; null when it was not refused. */
  refusal: string | null;
  /** Since when the reader holds the page still, and how many changes wait; null when live. */
  paused: { since: number; waiting: number } | null;
}

function knownRed({ overview, badge }: Evidence): KnownRed | null {
  const banner = overview?.data.status === "DOWN" ? overview : null;
  const small = badge?.data.status === "DOWN" ? badge : null;
  if (banner === null && small === null) return null;
  return {
    banner: banner?.data ?? null,
    badge: small?.data ?? null,
    at: Math.max(banner?.at ?? 0, small?.at ?? 0),
  };
}

export function isProblem(status: HealthStatus): status is "DOWN" | "DEGRADED" {
  return status === "DOWN" || status === "DEGRADED";
}

/** A page that is held or could not be read must not hide what the badge knows. */
function worseElsewhere({ paused, badge, overview, refusal }: Evidence): Verdict | null {
  if (badge === null || (paused === null && refusal === null)) return null;
  const { status } = badge.data;
  if (!isProblem(status) || badge.at < (overview?.at ?? 0)) return null;
  if (overview !== null && compareStatus(status, overview.data.status) >= 0) return null;
  return { kind: "elsewhere", status, badge: badge.data };
}

export function verdictOf(evidence: Evidence): Verdict {
  const { freshness, last_contact, last_tick, overview, paused } = evidence;
  const red = knownRed(evidence);
  if (freshness === "lost") return { kind: "no-contact", since: last_contact, red };
  if (freshness === "stopped") return { kind: "stopped", since: last_tick, red };
  if (freshness === "old") return { kind: "old", since: last_contact, red };
  const elsewhere = worseElsewhere(evidence);
  if (elsewhere !== null) return elsewhere;
  if (overview === null) {
    return evidence.refusal === null ? { kind: "loading" } : { kind: "unread", code: evidence.refusal };
  }
  const banner = overview.data;
  if (isProblem(banner.status)) return { kind: "problem", status: banner.status, banner };
  if (banner.status === "NO_DATA") return { kind: "no-data", banner };
  if (paused !== null) return { kind: "paused", ...paused };
  if (banner.kind === "maintenance") return { kind: "maintenance", banner };
  return { kind: "calm", since: banner.since };
}

/** Whether everything below the banner is drawn without colour. */
export function isGrey(verdict: Verdict): boolean {
  return verdict.kind === "no-contact" || verdict.kind === "stopped" || verdict.kind === "old";
}

export interface BadgeLook {
  status: HealthStatus | null;
  /** Open alerts; 0 shows no number. */
  count: number;
  /** The state is remembered, not current: drawn with a dashed ring. */
  ring: boolean;
}

/** The navigation bar's button: grey wins over green and yellow, never over a known red. */
export function badgeLook(freshness: Freshness, badge: Seen<Badge> | null): BadgeLook {
  if (badge === null) {
    return { status: freshness === "waiting" ? null : "NO_DATA", count: 0, ring: false };
  }
  const { status, open_alerts: count } = badge.data;
  const current = freshness === "live" || freshness === "waiting";
  if (current) return { status, count: status === "UP" ? 0 : count, ring: false };
  if (status === "DOWN") return { status, count, ring: true };
  return { status: "NO_DATA", count: 0, ring: false };
}

/** Title of the browser tab: "(3) NOC · …" while alerts are open. */
export function titleOf(look: BadgeLook, name: string): string {
  return look.count > 0 ? `(${look.count}) NOC · ${name}` : `NOC · ${name}`;
}
