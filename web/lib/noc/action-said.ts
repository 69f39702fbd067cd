/** An action in words: whom it reaches, what it would do, its button. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { untilSaid } from "./sentence";
import type { ActionKind } from "./types";
import type { Action, Plan } from "./types/actions";

/** Whom an action reaches. */
export interface Target {
  company_name: string | null;
  group_name: string | null;
  everything: boolean;
  companies: number;
}

/** One of a plan's counts; null where the plan does not say it. */
export function countOf({ counts }: Pick<Plan, "counts">, name: string): number | null {
  const value = counts[name];
  return typeof value === "number" ? value : null;
}

export function textOf({ counts }: Pick<Plan, "counts">, name: string): string | null {
  const value = counts[name];
  return typeof value === "string" ? value : null;
}

export function targetOf(plan: Plan): Target {
  const { company_name, group_name, company_cnpj, group_id, action } = plan;
  return {
    company_name,
    group_name,
    everything: action !== "reprocess" && company_cnpj === null && group_id === null,
    companies: countOf(plan, "companies") ?? 0,
  };
}

const masculine = /(o|el|ê|or|al)$/i;
const feminine = /(a|ã|ções|ção|ães)$/i;

/** "da Padaria", "do Hotel", "de Transportes": by the end of the name's first word. */
function ofName(t: Translate, name: string): string {
  const [first = ""] = name.split(" ");
  if (feminine.test(first)) return t("action.of.f", { name });
  return masculine.test(first) ? t("action.of.m", { name }) : t("action.of.n", { name });
}

/** "da Padaria Três Marias", "de todas as empresas", "de 3 empresas". */
export function ofSaid(t: Translate, target: Target): string {
  const name = target.company_name ?? target.group_name;
  if (name !== null) return ofName(t, name);
  if (target.everything) return t("action.of.everything");
  return ofName(t, t.count("action.companies", target.companies));
}

export function scopeSaid(t: Translate, target: Target): string {
  const name = target.company_name ?? target.group_name;
  if (name !== null) return name;
  return target.everything ? t("action.everything") : t.count("action.companies", target.companies);
}

export function titleSaid(t: Translate, action: ActionKind, kind: "job" | "message"): string {
  return action === "reprocess" ? t(`action.title.reprocess.${kind}`) : t(`action.title.${action}`);
}

/** Whole minutes, up to an hour, were chosen as a length; anything else is an end. */
const LENGTH_MS = 3_600_000;

/** "por 30 min", "até 18:00", "até alguém retomar". `from`: when it begins. */
export function howSaid(
  t: Translate,
  format: Format,
  { until, from }: { until: string | null; from: string },
): string {
  if (until === null) return t("action.how.open");
  const length = Date.parse(until) - Date.parse(from);
  if (length <= LENGTH_MS && length % 60_000 === 0) {
    return t("action.how.for", { age: format.duration(length / 1000) });
  }
  return t("action.how.until", { time: untilSaid(format, until, from) });
}

/** What is about to be done, or was, as far as its button says it. */
interface Deed extends Target {
  action: ActionKind;
  kind: "job" | "message";
  size: number;
  /** Messages that wait; null where it is not about them, or nobody counted. */
  pending: number | null;
  source: unknown;
  ramp_s: unknown;
  how: string;
}

function deedSaid(t: Translate, format: Format, deed: Deed): string {
  const { action, kind, size, pending, how } = deed;
  const of = ofSaid(t, deed);
  switch (action) {
    case "pause_queue":
      return pending === null || pending === 0
        ? t("action.do.pauseEmpty", { of, how })
        : t.count("action.do.pause", pending, { of, how });
    case "resume_queue": {
      if (pending === null || pending === 0) return t("action.do.resumeEmpty", { of });
      const ramp = Number(deed.ramp_s);
      const ramped = ramp > 0 ? t("action.do.ramped", { age: format.duration(ramp) }) : t("action.do.unramped");
      return t.count("action.do.resume", pending, { of, how: ramped });
    }
    case "reprocess":
      return t.count(kind === "job" ? "action.do.jobs" : "action.do.messages", size, { of });
    case "switch_source": {
      const name = scopeSaid(t, deed);
      return deed.source === "mock"
        ? t.count("action.do.mock", deed.companies, { name, how })
        : t.count("action.do.real", deed.companies, { name });
    }
    case "notify":
      return t.count("action.do.notify", size, { of });
  }
}

/** Verb, number, target, duration: all that the button does. */
export function buttonSaid(t: Translate, format: Format, plan: Plan): string {
  const said = deedSaid(t, format, {
    ...targetOf(plan),
    action: plan.action,
    kind: plan.payload["kind"] === "message" ? "message" : "job",
    size: plan.size,
    pending: countOf(plan, "pending"),
    source: plan.payload["source"],
    ramp_s: plan.payload["ramp_s"],
    how: howSaid(t, format, { until: plan.until, from: plan.created_at }),
  });
  return plan.requires_approval ? t("action.do.ask", { what: said }) : said;
}

/** What was asked for, in one line. */
export function actionSaid(t: Translate, format: Format, action: Action): string {
  const { until } = action.payload;
  return deedSaid(t, format, {
    ...action,
    kind: action.payload["kind"] === "message" ? "message" : "job",
    pending: action.action === "resume_queue" ? action.size : null,
    source: action.payload["source"],
    ramp_s: action.payload["ramp_s"],
    how: howSaid(t, format, {
      until: typeof until === "string" ? until : null,
      from: action.created_at,
    }),
  });
}

/** One sentence: what would happen. */
export function effectSaid(t: Translate, format: Format, plan: Plan): string {
  const of = ofSaid(t, targetOf(plan));
  const how = howSaid(t, format, { until: plan.until, from: plan.created_at });
  switch (plan.action) {
    case "pause_queue": {
      const sending = countOf(plan, "sending") ?? 0;
      const held = t("action.effect.pause", { of, how });
      return sending === 0 ? held : `${held} ${t.count("action.effect.inFlight", sending)}`;
    }
    case "resume_queue": {
      if (plan.size === 0) return t("action.effect.resumeEmpty", { of });
      const ramp = Number(plan.payload["ramp_s"]);
      const pace =
        ramp > 0
          ? t("action.effect.ramp", { age: format.duration(ramp) })
          : t("action.effect.noRamp");
      return t.count("action.effect.resume", plan.size, { how: pace });
    }
    case "reprocess":
      return plan.payload["kind"] === "message"
        ? t.count("action.effect.messages", plan.size)
        : t.count("action.effect.jobs", plan.size);
    case "switch_source":
      return plan.payload["source"] === "mock"
        ? t("action.effect.mock", { of, how })
        : t("action.effect.real", { of });
    case "notify":
      return t.count("action.effect.notify", plan.size);
  }
}

