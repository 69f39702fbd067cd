/** The kept evidence in words. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { readable } from "./sentence";
import type { Alert } from "./types";
import type { Deed, EvidenceEndpoint, EvidenceProbe } from "./types-story";

/** "40 chamadas · 10 % de erros · até 2.210 ms". */
export function endpointSaid(
  t: Translate,
  format: Format,
  { count, error_rate, latency_max_ms }: EvidenceEndpoint,
): string {
  const parts = [t.count("evidence.calls", count)];
  if (error_rate > 0) parts.push(t("evidence.errors", { rate: format.percent(error_rate) }));
  if (latency_max_ms !== null) {
    parts.push(t("evidence.most", { latency: format.value(latency_max_ms, "ms") }));
  }
  return parts.join(" · ");
}

/** A fault of a probe's answer in words; an HTTP status keeps its number. */
export function faultSaid(t: Translate, reason: string): string {
  const http = /^http_(\d+)$/.exec(reason)?.[1];
  if (http !== undefined) return t("evidence.reason.http", { code: http });
  return t.find("evidence.reason", reason) ?? readable(reason);
}

/** What there is to say of an alert without a value: its fault, since when, of whom. */
export function statusSentence(
  t: Translate,
  format: Format,
  alert: Pick<Alert, "probe_reason" | "started_at" | "company_cnpj" | "incident">,
  today: string | null,
): string {
  const { probe_reason: reason, started_at, company_cnpj, incident } = alert;
  return [
    reason !== null && faultSaid(t, reason),
    t("time.since", { time: format.near(started_at, today) }),
    company_cnpj === null && !incident && t("alert.everybody"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** "falhou: sem resposta a tempo". */
export function probeSaid(t: Translate, { outcome, reason }: EvidenceProbe): string {
  const word = t(`evidence.outcome.${outcome}`);
  if (reason === null) return word;
  return t("told.because", { state: word, reason: faultSaid(t, reason) });
}

/** What somebody did; a deed that no catalogue knows is its code made readable. */
export function deedSaid(t: Translate, { action }: Deed): string {
  return t.find("evidence.deed", action) ?? readable(action);
}
