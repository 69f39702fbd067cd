/** What became of an action, in words. Pure. */
import { howSaid, ofSaid, scopeSaid } from "./action-said";
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { readable, untilSaid } from "./sentence";
import type { Status } from "./types";
import type { Action, Executed, Progress } from "./types/actions";

/** Undoing at once is offered for so long. */
export const UNDO_MS = 10_000;

/** Whether it is worked item by item, so that people follow it. */
export function isTracked({ action, status }: Action): boolean {
  return action === "reprocess" || action === "notify" || status === "awaiting_approval";
}

/** Said once it was done. */
export function didSaid(t: Translate, format: Format, done: Executed): string {
  if (done.already_in_effect) return t("action.did.already");
  const until = done.payload["until"];
  const end = typeof until === "string" ? until : null;
  const how = howSaid(t, format, { until: end, from: done.created_at });
  if (done.action === "pause_queue") return t("action.did.pause_queue", { of: ofSaid(t, done), how });
  if (done.action === "resume_queue") {
    return done.status === "failed"
      ? t("action.did.notPaused")
      : t("action.did.resume_queue", { of: ofSaid(t, done) });
  }
  const scope = scopeSaid(t, done);
  return end === null
    ? t("action.did.switch_real", { scope })
    : t("action.did.switch_mock", { scope, how });
}

export function statusSaid(t: Translate, { status, in_effect }: Action): string {
  return t(in_effect ? "action.status.inEffect" : `action.status.${status}`);
}

/** Code of the result in words. */
export function whySaid(t: Translate, code: string): string {
  return t.find("action.why", code) ?? readable(code);
}

/** Why it ended as it did; null where the state says it all. */
export function endSaid(t: Translate, { result }: Action): string | null {
  const { reason, ended, superseded_by } = result;
  if (typeof reason === "string") return whySaid(t, reason);
  if (typeof ended === "string") return t.find("action.ended", ended) ?? ended;
  return typeof superseded_by === "string" ? t("action.ended.superseded") : null;
}

/** Whether what was expected came true; null while there is nothing to say. */
export function verifiedSaid(
  t: Translate,
  format: Format,
  { verified, verify_at, status, ended_at }: Action,
): { text: string; status: Status | null } | null {
  if (verified === true) return { text: t("action.verified.yes"), status: "UP" };
  if (verified === false) return { text: t("action.verified.no"), status: "DEGRADED" };
  if (verify_at === null || status === "cancelled" || status === "expired") return null;
  const time = untilSaid(format, verify_at, ended_at ?? verify_at);
  return { text: t("action.verified.later", { time }), status: null };
}

/** How many of a tracked action's items ended. */
export function doneOf({ ok, skipped, failed }: Progress): number {
  return ok + skipped + failed;
}
