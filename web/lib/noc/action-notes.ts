/** What a plan says around its sentence: numbers, warnings, what comes after, what changed. Pure. */
import { countOf, textOf } from "./action-said";
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { untilSaid } from "./sentence";
import type { ActionWarning, Plan } from "./types/actions";

export interface Figure {
  value: string;
  label: string;
}

/** Up to four numbers; the drawer's clock tells how old the oldest is. */
export function figuresOf(t: Translate, format: Format, plan: Plan, now: number): Figure[] {
  const count = (name: string) => countOf(plan, name) ?? 0;
  const figure = (n: number, key: Parameters<Translate["count"]>[0]): Figure => ({
    value: format.number(n),
    label: t.count(key, n),
  });
  const oldest = (label: string): Figure => {
    const at = textOf(plan, "oldest_at");
    const value = at === null ? "—" : format.duration((now - Date.parse(at)) / 1000);
    return { value, label };
  };
  const companies = count("companies");
  switch (plan.action) {
    case "pause_queue":
    case "resume_queue": {
      const held = plan.action === "pause_queue" ? "action.number.pending" : "action.number.waiting";
      return [
        figure(count("pending"), held),
        figure(count("sending"), "action.number.sending"),
        oldest(t("action.number.oldest")),
        companies > 1
          ? figure(companies, "action.number.companies")
          : figure(count("sent_last_10min"), "action.number.sent"),
      ];
    }
    case "reprocess": {
      const jobs = plan.payload["kind"] !== "message";
      return [
        figure(plan.size, jobs ? "action.number.jobs" : "action.number.messages"),
        ...(jobs ? [figure(count("stalled"), "action.number.stalled")] : []),
        oldest(t(jobs ? "action.number.oldestJob" : "action.number.oldest")),
        figure(companies, "action.number.companies"),
      ];
    }
    case "switch_source":
      return [
        figure(plan.size, "action.number.switched"),
        figure(count("mock"), "action.number.mock"),
      ];
    case "notify":
      return [
        { value: format.number(count("email")), label: t("action.number.email") },
        { value: format.number(count("whatsapp")), label: t("action.number.whatsapp") },
        { value: format.number(count("not_opted_in")), label: t("action.number.notOptedIn") },
        figure(companies, "action.number.companies"),
      ];
  }
}

/** What may do harm, as against what is only left out. */
const grave = new Set<string>([
  "still_paused_elsewhere",
  "stale_messages",
  "locks_exports_and_writes",
  "sends",
  "queue_paused",
  "no_approver",
]);

export function isGrave({ code }: ActionWarning): boolean {
  return grave.has(code);
}

/** The warning in words; null for one that the plan's sentence says already. */
export function warningSaid(
  t: Translate,
  format: Format,
  { code, count, until }: ActionWarning,
  now: number,
): string | null {
  if (code === "in_flight") return null;
  if (code === "already_paused") {
    return typeof until === "string"
      ? t("action.warning.already_paused", {
          time: untilSaid(format, until, new Date(now).toISOString()),
        })
      : t("action.warning.already_pausedOpen");
  }
  const single = t.find("action.warning", code);
  if (single !== null) return single;
  const fill = { n: format.number(count) };
  return t.find("action.warning", `${code}.${count === 1 ? "one" : "other"}`, fill) ?? code;
}

/** Expectation, the way back, the record. */
export function nextSaid(t: Translate, format: Format, plan: Plan): string[] {
  const age = format.duration(plan.effect.window_s);
  const trail = t("action.next.trail");
  const back = t(plan.reversible ? "action.next.reversible" : "action.next.lasting");
  switch (plan.action) {
    case "pause_queue":
      return [t("action.next.pause", { age }), back, trail];
    case "resume_queue":
      return [t("action.next.resume", { age }), back, trail];
    case "reprocess":
      return [t("action.next.reprocess", { age }), t("action.next.stoppable"), trail];
    case "switch_source":
      return [back, trail];
    case "notify":
      return [t("action.next.recall"), t("action.next.again"), trail];
  }
}

/** Who has to agree, where the plan asks for a second person. */
export function approverSaid(t: Translate, plan: Plan): string {
  const wide = plan.company_cnpj === null && plan.group_id === null;
  return t(plan.action === "reprocess" || wide ? "action.approval.admin" : "action.approval.peer");
}

/** How a plan differs from the one that was shown before it; empty: nothing does. */
export function differenceSaid(t: Translate, format: Format, before: Plan, after: Plan): string[] {
  const lines: string[] = [];
  const change = (key: "size" | "companies", was: number, is: number) => {
    if (was === is) return;
    lines.push(t(`action.stale.${key}`, { was: format.number(was), is: format.number(is) }));
  };
  // A pause is of companies; what people read on it is how many messages it holds.
  const sizeOf = (plan: Plan) => countOf(plan, "pending") ?? plan.size;
  change("size", sizeOf(before), sizeOf(after));
  change("companies", countOf(before, "companies") ?? 0, countOf(after, "companies") ?? 0);
  if (before.confirm === null && after.confirm !== null) lines.push(t("action.stale.confirm"));
  if (!before.requires_approval && after.requires_approval) lines.push(t("action.stale.approval"));
  return lines;
}
