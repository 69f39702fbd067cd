/** How a company's queue stands and what may be done with it, in words. Pure. */
import type { ActionAsk } from "./action";
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { readable, untilSaid } from "./sentence";
import { reasonSaid } from "./told-said";
import type { Me } from "./types";
import type { CompanyQueue, QueueNumbers, QueuePause } from "./types/queue";

const RAMP_S = 300;
const PAUSE_MINUTES = 30;
const MINUTE_S = 60;

/** The nearest to the company first: that is the one which a person there can end. */
const nearness: Record<QueuePause["scope"], number> = { company: 0, group: 1, everything: 2, number: 3 };

/** The pauses that last, without those that only ramp. */
export function lasting({ pauses }: Pick<CompanyQueue, "pauses">): QueuePause[] {
  return pauses
    .filter(({ ramp_until }) => ramp_until === null)
    .toSorted((a, b) => nearness[a.scope] - nearness[b.scope]);
}

function whoPaused(t: Translate, pause: QueuePause, me: string | null, knows: boolean): string {
  if (pause.scope === "number") return t("queue.heldNumber");
  if (pause.by !== null) {
    const by = pause.by === me ? t("incident.you") : (pause.by.split("@")[0] ?? pause.by);
    return t("queue.pausedBy", { by });
  }
  // The NOC pauses by itself for one reason alone.
  return t(knows && pause.action_id === null ? "queue.held" : "queue.paused");
}

function whichScope(t: Translate, { scope, label }: QueuePause): string {
  if (scope !== "group") return t(`queue.scope.${scope}`);
  return label === null ? t("queue.scope.someGroup") : t("queue.scope.group", { label });
}

/** A reason is a person's words, or the code of a provider's refusal. */
function whySaid(t: Translate, { by, action_id, reason }: QueuePause): string | null {
  if (reason === null || reason === "") return null;
  const coded = by === null && action_id === null;
  return t("queue.pauseReason", { reason: coded ? reasonSaid(t, reason) : reason });
}

export interface QueueStateSaid {
  /** Instead of the status word; null: that says it. */
  word: string | null;
  /** The scope, further pauses; null where there is nothing more to say. */
  more: string | null;
  /** Everything, for a tooltip. */
  whole: string | null;
}

/** `now` is ISO 8601, `me` the reader's e-mail. */
export function queueStateSaid(
  t: Translate,
  format: Format,
  queue: Pick<CompanyQueue, "pauses" | "share" | "can_operate">,
  now: string | null,
  me: string | null,
): QueueStateSaid {
  const pauses = lasting(queue);
  const first = pauses[0];
  if (first === undefined) {
    const ramps = queue.pauses.flatMap(({ ramp_until }) => ramp_until ?? []);
    const end = ramps.toSorted().at(-1);
    const share = format.percent(queue.share, 0);
    if (end !== undefined) {
      const more = t("queue.ramp", { share, time: untilSaid(format, end, now) });
      return { word: null, more, whole: more };
    }
    if (queue.share >= 1) return { word: null, more: null, whole: null };
    const more = t("queue.rampOpen", { share });
    return { word: null, more, whole: more };
  }
  const said = (pause: QueuePause) => {
    const what = whoPaused(t, pause, me, queue.can_operate);
    if (pause.until === null) return t("queue.untilResumed", { what });
    return t("queue.until", { what, time: untilSaid(format, pause.until, now) });
  };
  const scope = first.scope === "company" || first.scope === "number" ? null : whichScope(t, first);
  const others = pauses.length - 1;
  const more = [scope, others > 0 ? t.count("queue.more", others) : null].filter(Boolean).join(" · ");
  const whole = pauses
    .map((pause) => [said(pause), whichScope(t, pause), whySaid(t, pause)].filter(Boolean).join(" · "))
    .join("\n");
  return { word: said(first), more: more === "" ? null : more, whole };
}

export interface Offer {
  kind: "pause" | "resume";
  ask: ActionAsk;
  /** Why not, in words; null: it may be done. */
  locked: string | null;
}

/** What a person may ask of this queue now: to pause it, or to end the nearest pause. */
export function queueOffer(t: Translate, queue: CompanyQueue, me: Me | null): Offer {
  const { company_cnpj, can_operate } = queue;
  const own = { company_cnpj, group_id: null, alert_id: null };
  const reader = can_operate ? null : t("queue.locked.reader");
  const pause = lasting(queue)[0];
  if (pause === undefined) {
    const params = { minutes: PAUSE_MINUTES };
    return { kind: "pause", ask: { action: "pause_queue", ...own, params }, locked: reader };
  }
  const resume: ActionAsk = { action: "resume_queue", ...own, params: { ramp_s: RAMP_S } };
  if (reader !== null || pause.scope === "company") return { kind: "resume", ask: resume, locked: reader };
  if (pause.scope === "number") {
    return { kind: "resume", ask: resume, locked: t("queue.locked.number") };
  }
  if (pause.scope === "everything") {
    const locked = me?.can_administer === true ? null : t("queue.locked.everything");
    return { kind: "resume", ask: { ...resume, company_cnpj: null }, locked };
  }
  const group_id = me?.companies.find((one) => one.company_cnpj === company_cnpj)?.group_id ?? null;
  const locked = group_id === null ? t("queue.locked.group") : null;
  return { kind: "resume", ask: { ...resume, company_cnpj: null, group_id }, locked };
}

/** "18/min"; null when nothing left lately. */
export function paceSaid(t: Translate, format: Format, { sent_last_10min: sent }: QueueNumbers): string | null {
  return sent === 0 ? null : t("queue.perMinute", { n: format.number(sent / 10, sent < 100 ? 1 : 0) });
}

/** "7 min", "< 1 min", "vazia"; null while it is paused or nothing waits to be told. */
export function drainSaid(
  t: Translate,
  format: Format,
  { drain_s, pending }: QueueNumbers,
  paused: boolean,
): string | null {
  if (pending === 0) return t("queue.drained");
  if (paused) return null;
  if (drain_s === null) return t("queue.stuck");
  return drain_s < MINUTE_S ? t("queue.soon") : format.duration(drain_s);
}

/** A code of a message or of a try in words. */
export function messageWhy(t: Translate, code: string): string {
  return t.find("message.why", code) ?? reasonSaid(t, code);
}

/** "cobranca" is "Cobranca"; a message without a template has its own id. */
export function messageName(t: Translate, message: { template: string | null; external_id: string }): string {
  return message.template === null
    ? t("message.noTemplate", { id: message.external_id })
    : readable(message.template);
}
