/** The drawer's sentences: each event, why the rule fired, when it calms down. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { isRecovering, measureSentence, serviceName, untilSaid } from "./sentence";
import { looks, statusOfSeverity } from "./status";
import type { AlertEvent, CloseReason, Incident, Rule, Severity, Status, Unit } from "./types";

export interface Said {
  title: string;
  /** After the title, in support grey: "vale até 13:38". */
  more: string | null;
  /** What a person wrote, or a figure; below the title. */
  note: string | null;
}

interface Speaker {
  t: Translate;
  format: Format;
  /** E-mail of the reader, who is "you". */
  me: string | null;
}

/** Readers do not learn who works for them. */
export function personSaid({ t, me }: Pick<Speaker, "t" | "me">, actor: string | null): string {
  if (actor === null) return t("incident.operator");
  return actor === me ? t("incident.you") : actor;
}

export function severityWord(t: Translate, severity: Severity): string {
  return severity === "info" ? t("alerts.info") : t(looks[statusOfSeverity[severity]].word);
}

/** The limit of a severity, as the rule stands. */
function limitOf(rule: Rule | null, severity: Severity): number | null {
  if (rule === null) return null;
  return severity === "critical" ? rule.down_threshold : rule.degraded_threshold;
}

function measured(
  { t, format }: Speaker,
  alert: Incident,
  rule: Rule | null,
  { value, severity }: AlertEvent,
): string | null {
  return measureSentence(t, format, { ...alert, value, threshold: limitOf(rule, severity) });
}

export function endSaid(t: Translate, reason: CloseReason | null): string {
  return reason === null ? t("incident.end.open") : t(`incident.end.${reason}`);
}

function assigned(speaker: Speaker, actor: string, { note, actor: email }: AlertEvent): string {
  const { t } = speaker;
  if (email === null) return t("incident.event.assignedUnknown", { actor });
  if (note === null) return t("incident.event.released", { actor });
  if (note === email) return t("incident.event.took", { actor });
  return t("incident.event.assigned", { actor, person: personSaid(speaker, note) });
}

export interface Told {
  alert: Incident;
  rule: Rule | null;
  event: AlertEvent;
  /** Whether nothing happened after it. */
  last: boolean;
}

/** What a person wrote, or that it is gone from the trail. */
function noteSaid(t: Translate, { note, redacted }: AlertEvent): string | null {
  return redacted ? t("incident.redacted") : note;
}

export function eventSaid(speaker: Speaker, { alert, rule, event, last }: Told): Said {
  const { t, format } = speaker;
  const status = severityWord(t, event.severity);
  const actor = personSaid(speaker, event.actor);
  const figure = () => measured(speaker, alert, rule, event);
  const until = event.until === null ? null : untilSaid(format, event.until, event.at);
  switch (event.kind) {
    case "opened":
    case "reopened":
      return { title: t(`incident.event.${event.kind}`), more: status, note: figure() };
    case "severity_up":
    case "severity_down":
      return { title: t(`incident.event.${event.kind}`, { status }), more: null, note: figure() };
    case "acknowledged":
      return {
        title: t("incident.event.acknowledged", { actor }),
        more: until && t("incident.validUntil", { time: until }),
        note: noteSaid(t, event),
      };
    case "ack_expired":
      return { title: t("incident.event.ack_expired"), more: null, note: t("incident.openAgain") };
    case "assigned":
      return { title: assigned(speaker, actor, event), more: null, note: null };
    case "commented":
      return {
        title: t("incident.event.commented", { actor }),
        more: null,
        note: event.actor === null ? t("incident.notesHidden") : noteSaid(t, event),
      };
    case "muted":
    case "unmuted":
      return {
        title: t(`incident.event.${event.kind}`),
        more: event.cause && (t.find("mute.by", event.cause) ?? null),
        note: null,
      };
    case "flapping":
    case "steady":
      return {
        title: t(`incident.event.${event.kind}`),
        more: null,
        note: t(`incident.event.${event.kind}Note`),
      };
    case "action_awaiting":
    case "action_started":
    case "action_done":
    case "action_partial":
    case "action_failed":
    case "action_cancelled":
    case "action_expired":
    case "action_reverted":
    case "action_worked":
    case "action_without_effect": {
      const action = t.find("action", event.cause ?? "") ?? event.cause ?? "";
      const waits = event.kind === "action_awaiting" ? t("incident.event.action_awaitingNote") : null;
      return {
        title: t(`incident.event.${event.kind}`, { actor, action }),
        more: waits,
        note: noteSaid(t, event),
      };
    }
    case "closed":
      if (!event.by_person) {
        const more = endSaid(t, last ? alert.close_reason : "recovered");
        return { title: t("incident.event.closed"), more, note: figure() };
      }
      return {
        title: t("incident.event.closedBy", { actor }),
        more: until && t("incident.quietUntil", { time: until }),
        note: noteSaid(t, event),
      };
  }
}

/** The state of this moment: "Ainda fora do limite", "Ainda não responde" or "Em recuperação". */
export function nowSaid({ t, format }: Speaker, alert: Incident): Said {
  const still = alert.unit === "status" ? "incident.stillDown" : "incident.stillBad";
  return {
    title: t(isRecovering(alert) ? "incident.recovering" : still),
    more: measureSentence(t, format, alert),
    note: null,
  };
}

/** Metrics that are judged over a window of calls, and so need enough of them. */
const overWindow = new Set(["p95_ms", "mean_ms", "error_rate", "error_rate_4xx", "error_rate_all"]);
const belowLimit = new Set(["partitions_ahead", "cache_hit_ratio", "throughput_low"]);

/** "Omie: p95 dos últimos 5 min acima do limite." */
export function whySaid({ t, format }: Speaker, alert: Incident, rule: Rule): string {
  const fill = {
    service: serviceName(t, alert.service),
    window: format.duration(rule.over_s),
  };
  return t.find("incident.why", rule.metric, fill) ?? t("incident.why.other", fill);
}

export interface RuleFact {
  label: string;
  value: string;
  /** After the value, in support grey: "por 3 min". */
  more: string | null;
  status: Status | null;
}

function limitFact(
  { t, format }: Speaker,
  rule: Rule,
  unit: Unit | null,
  side: "over" | "clear",
  { label, limit, status, seconds }: { label: string; limit: number; status: Status | null; seconds: number },
): RuleFact {
  const below = belowLimit.has(rule.metric) ? "below" : "above";
  const value = t(`incident.rule.${side}.${below}`, { value: format.value(limit, unit) });
  const more = seconds > 0 ? t("incident.rule.for", { age: format.duration(seconds) }) : null;
  return { label, value, more, status };
}

/** The rule in words: limits, when it lets go, window and samples. A probe has no figures. */
export function ruleFacts(speaker: Speaker, rule: Rule, unit: Unit | null): RuleFact[] {
  const { t, format } = speaker;
  const facts: RuleFact[] = [];
  const limit = (
    side: "over" | "clear",
    label: string,
    value: number | null,
    seconds: number,
    status: Status | null,
  ) => {
    if (value === null || unit === "status") return;
    facts.push(limitFact(speaker, rule, unit, side, { label, limit: value, status, seconds }));
  };
  limit("over", t("status.DEGRADED"), rule.degraded_threshold, rule.for_degraded_s, "DEGRADED");
  limit("over", t("status.DOWN"), rule.down_threshold, rule.for_down_s, "DOWN");
  limit("clear", t("incident.rule.leavesDown"), rule.down_clear, rule.keep_firing_s, null);
  limit("clear", t("incident.rule.closes"), rule.degraded_clear, rule.keep_firing_s, "UP");
  const plain = (label: string, value: string) => {
    facts.push({ label, value, more: null, status: null });
  };
  if (overWindow.has(rule.metric)) {
    plain(t("incident.rule.window"), format.duration(rule.over_s));
    plain(t("incident.rule.samples"), t("incident.rule.atLeast", { n: format.number(rule.min_samples) }));
  }
  return facts;
}
