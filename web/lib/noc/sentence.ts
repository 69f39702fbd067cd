import type { Format } from "./format";
import type { Translate } from "./i18n";
import type { Unit } from "./types";

export interface Subject {
  /** Stable code of the rule. */
  title: string;
  service: string | null;
  company_name: string | null;
  /** Open alerts of an incident of several companies. */
  parts?: number | null;
}

/** Name of a service as people say it. */
export function serviceName(t: Translate, service: string | null): string {
  return service === null ? t("service.all") : t.code("service", service);
}

/** What happened, without where: "Omie lento". A rule without a sentence gives its code. */
export function whatHappened(t: Translate, title: string, service: string | null): string {
  const name = serviceName(t, service);
  return (
    t.find("rule", title, { service: name }) ?? t("rule.unknown", { code: readable(title), service: name })
  );
}

/** A rule by itself: its name, or its code made readable when no catalogue has it. */
export function ruleName(t: Translate, code: string): string {
  return t.find("rule.name", code) ?? readable(code);
}

/** A code as words: "queue_oldest_age" is "Queue oldest age". */
export function readable(code: string): string {
  const words = code.replaceAll(/[_:.-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "Omie lento · Padaria Três Marias"; an incident is "Omie lento em 4 empresas". */
export function alertSentence(t: Translate, { title, service, company_name, parts }: Subject): string {
  const what = whatHappened(t, title, service);
  if (typeof parts === "number") return t.count("alert.parts", parts, { what });
  return company_name === null ? what : `${what} · ${company_name}`;
}

/**
 * Whether the value is back within its limit while the alert still waits to be sure of it.
 * Limits are exclusive: a value that equals its limit does not break it.
 */
export function isRecovering({
  value,
  threshold,
  unit,
  below,
}: {
  value: number | null;
  threshold: number | null;
  unit: Unit | null;
  below: boolean;
}): boolean {
  if (value === null || threshold === null || unit === "status") return false;
  return below ? value >= threshold : value <= threshold;
}

/** An hour needs its day only when it could be taken for another one of the same name. */
const SAME_ROUND_MS = 20 * 3_600_000;

/** "03:56" for an end that is hours away, "27/11 09:41" for one that is farther; `now` ISO 8601. */
export function untilSaid(format: Format, until: string, now: string | null): string {
  const away = now === null ? Infinity : Math.abs(Date.parse(until) - Date.parse(now));
  return away < SAME_ROUND_MS ? format.time(until) : format.near(until, now);
}

/** "p95 1.840 ms, limite 1.200 ms"; null when the alert has no value. */
export function measureSentence(
  t: Translate,
  format: Format,
  alert: {
    title: string;
    value: number | null;
    threshold: number | null;
    unit: Unit | null;
    below: boolean;
  },
): string | null {
  if (alert.value === null || alert.unit === "status") return null;
  const shown = format.value(alert.value, alert.unit);
  const value = t.find("rule.measure", alert.title, { value: shown }) ?? shown;
  if (alert.threshold === null) return value;
  const side = alert.below ? "below" : "above";
  return t(`rule.limit.${side}`, { value, limit: format.value(alert.threshold, alert.unit) });
}
