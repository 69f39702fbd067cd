/** What is said after work on an alert: that it is done, or why it is not. Pure. */
import type { NocError } from "./error";
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { untilSaid } from "./sentence";
import type { Work } from "./work";

/** What the database answered to a piece of work; `until` is null where it has no end. */
export interface Done {
  work: Work;
  until: string | null;
}

/** `now`, ISO 8601, tells whether an hour needs its day. */
export function doneSentence(
  t: Translate,
  format: Format,
  { work, until }: Done,
  now: string,
): string {
  switch (work.kind) {
    case "ack":
      return until === null
        ? t("work.done.ack")
        : t("work.done.ackUntil", { time: untilSaid(format, until, now) });
    case "close":
      return until === null
        ? t("work.done.close")
        : t("work.done.closeUntil", { time: untilSaid(format, until, now) });
    default:
      return t(`work.done.${work.kind}`);
  }
}

/** Refusals that the same click would only meet again. */
const lasting = new Set(["not_operator", "alert_not_found", "alert_closed"]);

export function mayRetry({ hint }: NocError): boolean {
  return hint === null || !lasting.has(hint);
}

/** Why it did not work, and what helps. What was typed stays where it is. */
export function failureSentence(t: Translate, { kind, code, hint }: NocError): string {
  if (code === "TIMEOUT") return t("work.failed.timeout");
  if (kind === "no-contact") return t("work.failed.noContact");
  if (kind === "session") return t("work.failed.session");
  const known = hint === null ? null : t.find("error", hint);
  return known ?? t("work.failed.other", { code });
}
