/** What was told of an alert, in sentences: to whom, how, and what became of it. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { readable } from "./sentence";
import type { Notice } from "./types-story";

const arrived = new Set(["sent", "delivered", "read"]);
/** Somebody may have to do something about it. */
const troubled = new Set(["dead", "unknown"]);

/** Where a message is; one that was told in another is where that one is. */
export function reached({ state, bundle_state }: Pick<Notice, "state" | "bundle_state">) {
  return state === "bundled" ? (bundle_state ?? state) : state;
}

/** Whether somebody has to look: it did not go out, or nobody knows. */
export function isTroubled(notice: Pick<Notice, "state" | "bundle_state">): boolean {
  return troubled.has(reached(notice));
}

/** "enviado"; "enviado junto com outros". */
export function stateSaid(t: Translate, notice: Pick<Notice, "state" | "bundle_state">): string {
  const state = reached(notice);
  const word = t.find("notice.state", state) ?? readable(state);
  return state === notice.state ? word : t("told.together", { state: word });
}

/** A code of the notifier in words; a mail server's number keeps its number. */
export function reasonSaid(t: Translate, reason: string): string {
  const smtp = /^smtp_(\d+)$/.exec(reason)?.[1];
  if (smtp !== undefined) return t("told.reason.smtp", { code: smtp });
  return t.find("told.reason", reason) ?? readable(reason);
}

export interface NoticeSaid {
  /** "Francisco Ipê · WhatsApp •••••-0002". */
  to: string;
  /** "entregue em 6 s · 3 tentativas". */
  became: string;
  bad: boolean;
}

export function noticeSaid(t: Translate, format: Format, notice: Notice): NoticeSaid {
  const { name, recipient, state, created_at, done_at } = notice;
  const reason = state === "bundled" ? null : notice.reason;
  const channel = t(`contact.channel.${notice.channel}`);
  const who = recipient === null ? t("notice.someone") : name;
  const word = stateSaid(t, notice);
  const parts = [word];
  if (arrived.has(state) && done_at !== null) {
    const age = format.duration((Date.parse(done_at) - Date.parse(created_at)) / 1000);
    parts[0] = t("told.took", { state: word, age });
  } else if (reason !== null) {
    parts[0] = t("told.because", { state: word, reason: reasonSaid(t, reason) });
  }
  const tries = notice.attempts.length;
  if (tries > 1) parts.push(t("told.tries", { n: tries }));
  if (notice.instead_of !== null) {
    const other = notice.channel === "email" ? "whatsapp" : "email";
    parts.push(t("told.instead", { channel: t(`contact.channel.${other}`) }));
  }
  return {
    to: [who, [channel, recipient].filter(Boolean).join(" ")].filter(Boolean).join(" · "),
    became: parts.join(" · "),
    bad: isTroubled(notice),
  };
}

export interface TellingSaid {
  title: string;
  /** "2 de 3 saíram"; null where one message says it all. */
  more: string | null;
  /** What needs somebody comes first, contacts of others last. */
  messages: NoticeSaid[];
}

const rank = (notice: Notice) =>
  (isTroubled(notice) ? 0 : 2) + (notice.recipient === null ? 1 : 0);

/** All that was told of one event at once. */
export function tellingSaid(
  t: Translate,
  format: Format,
  event: string,
  notices: readonly Notice[],
): TellingSaid {
  const out = notices.filter((one) => arrived.has(reached(one))).length;
  const named = notices.toSorted((one, other) => rank(one) - rank(other));
  return {
    title: t.find("told.event", event) ?? t.find("notice.event", event) ?? readable(event),
    more:
      notices.length > 1
        ? t.count("told.sent", out, { all: format.number(notices.length) })
        : null,
    messages: named.map((one) => noticeSaid(t, format, one)),
  };
}
