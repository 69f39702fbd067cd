/** The banner's one sentence in words. Pure: language and formats are given. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { alertSentence, measureSentence, serviceName, untilSaid, whatHappened } from "./sentence";
import { looks } from "./status";
import type { Badge, Banner, Status, Traffic } from "./types";
import type { KnownRed, Verdict } from "./verdict";

export interface Saying {
  status: Status;
  /** Coloured start of the sentence: the word of the state; null when the sentence needs none. */
  word: string | null;
  sentence: string;
  facts: string[];
  /** A red that was known when the news stopped. */
  red: string | null;
}

export interface Surroundings {
  /** The database's clock, or the local one before the first answer; milliseconds. */
  now: number;
  companies: number;
  services: number;
  /** Indicator cards that are DEGRADED or DOWN. */
  degraded: number;
  traffic: Traffic | null;
  /** Whether the page still shows data that was read before. */
  kept: boolean;
  /** Local instant since when the reader holds the page still. */
  paused_since: number | null;
}

interface Speaker {
  t: Translate;
  format: Format;
}

const iso = (at: number) => new Date(at).toISOString();

/** The hour when it was today, else day and hour. */
export function whenSaid(format: Format, at: string, now: number): string {
  const today = format.moment(iso(now)).slice(0, -5);
  return format.moment(at).startsWith(today) ? format.time(at) : format.moment(at);
}

function where(t: Translate, { companies, company_name }: Banner): string | null {
  if (company_name !== null) return t("banner.inCompany", { company: company_name });
  return companies !== null && companies > 0 ? t.count("banner.inCompanies", companies) : null;
}

/** "Omie lento em 4 empresas". */
function problem(t: Translate, banner: Banner): string {
  const title = banner.title ?? (banner.kind === "health" ? "probe_down" : "unknown");
  return [whatHappened(t, title, banner.service), where(t, banner)].filter(Boolean).join(" ");
}

function fromBadge({ t }: Speaker, badge: Badge): string {
  const [worst] = badge.worst;
  return worst ? alertSentence(t, worst) : t.count("say.alertsIn", badge.open_alerts);
}

function redSentence(speaker: Speaker, red: KnownRed | null): string | null {
  if (red === null) return null;
  const { t, format } = speaker;
  const what = red.banner ? problem(t, red.banner) : red.badge ? fromBadge(speaker, red.badge) : "";
  return `${t("status.DOWN")}: ${what} · ${t("banner.seenAt", { time: format.time(iso(red.at)) })}`;
}

function since({ t, format }: Speaker, what: string, at: string | null, now: number): string {
  return at === null ? what : t("banner.sentence", { what, time: whenSaid(format, at, now) });
}

function grey(sentence: string, facts: string[], red: string | null): Saying {
  return { status: "NO_DATA", word: null, sentence, facts, red };
}

function facts({ t, format }: Speaker, banner: Banner, around: Surroundings): string[] {
  const measure = measureSentence(t, format, { ...banner, title: banner.title ?? "" });
  const held =
    around.paused_since === null
      ? null
      : t("say.pausedNote", { time: format.time(iso(around.paused_since)) });
  const open = banner.open_alerts > 1 ? t.count("say.alertsIn", banner.open_alerts) : null;
  return [measure, open, held].filter((fact) => fact !== null);
}

/** Null while nothing was read. */
export function sayingOf(verdict: Verdict, around: Surroundings, speaker: Speaker): Saying | null {
  const { t, format } = speaker;
  const size = () => [
    t.count("say.companies", around.companies),
    t.count("say.services", around.services),
  ];
  const cards = around.degraded > 0 ? [t.count("banner.cards", around.degraded)] : [];
  const demo = around.traffic?.simulated === true ? [t("banner.simulated")] : [];
  switch (verdict.kind) {
    case "loading":
      return null;
    case "unread":
      return grey(t("panel.errorTitle"), [t("panel.errorNote", { code: verdict.code })], null);
    case "no-contact": {
      const time = whenSaid(format, iso(verdict.since), around.now);
      const notes = [...(around.kept ? [t("banner.noContactNote")] : []), t("say.retrying")];
      return grey(t("banner.noContact", { time }), notes, redSentence(speaker, verdict.red));
    }
    case "old": {
      const time = whenSaid(format, iso(verdict.since), around.now);
      return grey(t("say.old", { time }), [], redSentence(speaker, verdict.red));
    }
    case "stopped": {
      const red = redSentence(speaker, verdict.red);
      if (verdict.since === null) return grey(t("say.neverTicked"), [], red);
      const time = whenSaid(format, iso(verdict.since), around.now);
      const age = format.duration((around.now - verdict.since) / 1000);
      return grey(t("banner.clockStopped", { time }), [t("banner.clockStoppedNote", { age })], red);
    }
    case "problem": {
      const { banner, status } = verdict;
      const sentence = since(speaker, problem(t, banner), banner.since, around.now);
      const all = [...facts(speaker, banner, around), ...demo];
      return { status, word: t(looks[status].word), sentence, facts: all, red: null };
    }
    case "elsewhere": {
      const { badge, status } = verdict;
      const sentence = since(speaker, fromBadge(speaker, badge), badge.since, around.now);
      const note =
        around.paused_since === null
          ? t("say.unreadNote")
          : t("say.pausedNote", { time: format.time(iso(around.paused_since)) });
      return { status, word: t(looks[status].word), sentence, facts: [note], red: null };
    }
    case "no-data": {
      const { since: at } = verdict.banner;
      const time = at === null ? null : whenSaid(format, at, around.now);
      return grey(time === null ? t("banner.noDataEver") : t("banner.noData", { time }), demo, null);
    }
    case "paused": {
      const sentence = t("say.pausedAt", { time: format.time(iso(verdict.since)) });
      const waiting = t.count("say.waiting", verdict.waiting);
      return { status: "UP", word: null, sentence, facts: [waiting, ...demo], red: null };
    }
    case "maintenance": {
      const { service, company_name, until, windows } = verdict.banner;
      const time = until === null ? "" : untilSaid(format, until, iso(around.now));
      const what = [serviceName(t, service), company_name].filter(Boolean).join(" · ");
      const sentence = t.count("banner.maintenance", windows ?? 1, { what, time });
      const word = t(looks.MAINTENANCE.word);
      return { status: "MAINTENANCE", word, sentence, facts: [...size(), ...cards, ...demo], red: null };
    }
    case "calm": {
      const facts = [...cards, ...size(), ...demo];
      // A card that is not well belies "all normal".
      if (around.degraded > 0) {
        return { status: "UP", word: null, sentence: t("banner.noAlert"), facts, red: null };
      }
      const time = verdict.since === null ? null : whenSaid(format, verdict.since, around.now);
      const sentence = time === null ? t("banner.calm") : t("banner.calmSince", { time });
      return { status: "UP", word: null, sentence, facts, red: null };
    }
  }
}
