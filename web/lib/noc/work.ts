/** What people do with an alert, and how it looks before the database has answered. Pure. */
import type { Alert, Me, Severity } from "./types";

/** `minutes` null: as long as the severity asks for. */
export type Work =
  | { kind: "ack"; minutes: number | null; note: string | null }
  | { kind: "close"; reason: string }
  | { kind: "comment"; note: string }
  | { kind: "take" }
  | { kind: "release" };

export type WorkKind = Work["kind"];

/** Times that are offered for an acknowledgement, in minutes. */
export const ackChoices = [30, 60, 240, 1440] as const;
export const NOTE_LIMIT = 2000;
export const REASON_LIMIT = 500;

/** Minutes that the database takes when none are said. */
export function defaultMinutes(severity: Severity): number {
  return severity === "critical" ? 30 : 240;
}

/** Whether the caller works this alert; the database judges it again. */
export function mayWork(me: Me | null, { can_work }: Pick<Alert, "can_work">): boolean {
  return me !== null && me.can_operate && can_work;
}

export interface Pending {
  work: Work;
  /** The database's clock when it was sent; milliseconds. */
  at: number;
}

/** The alert as it will be when the database accepts what was sent. */
export function withPending<A extends Alert>(
  alert: A,
  pending: Pending | null,
  email: string | null,
): A {
  if (pending === null) return alert;
  const { work, at } = pending;
  switch (work.kind) {
    case "ack": {
      const minutes = work.minutes ?? defaultMinutes(alert.severity);
      const ack_until = new Date(at + minutes * 60_000).toISOString();
      return { ...alert, state: "ack", ack_until, owner: alert.owner ?? email };
    }
    case "take":
      return { ...alert, owner: email };
    case "release":
      return { ...alert, owner: null };
    default:
      return alert;
  }
}
