/** What a person may ask of the queues, jobs, sources and contacts, and the choices in it. Pure. */
import type { ActionKind } from "./types";

/** An action before it is previewed; the drawer asks for the rest. Company and group null: all. */
export interface ActionAsk {
  action: ActionKind;
  company_cnpj: string | null;
  group_id: string | null;
  params: Record<string, unknown>;
  /** The alert that it is launched from. */
  alert_id: string | null;
}

/** Minutes, an hour of the day, or for as long as nobody resumes (admin). */
export type Span = "15" | "30" | "60" | "until" | "open";
export type Source = "mock" | "supabase";
export const templates = ["under_investigation", "mitigated", "resolved"] as const;
export type Template = (typeof templates)[number];
/** Seconds in which the pace rises again. */
export const ramps = ["0", "60", "300", "900"] as const;
export type Ramp = (typeof ramps)[number];
/** What becomes of messages that have waited for more than a day. */
export const stales = ["send", "hold", "drop"] as const;
export type Stale = (typeof stales)[number];
/** Hours that a filter of items reaches back. */
export const periods = ["1", "6", "24", "168"] as const;
export type Period = (typeof periods)[number];
export type ItemKind = "job" | "message";

export interface Choices {
  span: Span;
  /** Wall clock of the end, "18:00"; empty until it is chosen. */
  until: string;
  ramp: Ramp;
  stale: Stale;
  source: Source;
  template: Template;
  kind: ItemKind;
  period: Period;
  job_type: string | null;
}

const DEFAULT_SPAN: Span = "30";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Whether the items are named; else they are chosen by a filter. */
export function isOfNamed({ params }: ActionAsk): boolean {
  return "job_ids" in params || "message_ids" in params;
}

export function kindOf({ params }: ActionAsk): ItemKind {
  return "message_ids" in params || params["kind"] === "message" ? "message" : "job";
}

function oneOf<T extends string>(known: readonly T[], value: unknown, otherwise: T): T {
  return known.find((each) => each === String(value)) ?? otherwise;
}

/** The choices with which the drawer opens. */
export function choicesOf(ask: ActionAsk): Choices {
  const { params } = ask;
  const job_type = params["job_type"];
  return {
    span: oneOf<Span>(["15", "30", "60"], params["minutes"], DEFAULT_SPAN),
    until: "",
    ramp: oneOf(ramps, params["ramp_s"], "300"),
    stale: oneOf(stales, params["stale"], "send"),
    source: oneOf<Source>(["mock", "supabase"], params["source"], "mock"),
    template: oneOf(templates, params["template"], "under_investigation"),
    kind: kindOf(ask),
    period: "24",
    job_type: typeof job_type === "string" ? job_type : null,
  };
}

/**
 * The next time that a wall clock shows this hour, ISO 8601; null for what is no hour yet.
 * `offset`: milliseconds from UTC to that clock.
 */
export function nextTime(clock: string, now: number, offset: number): string | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  if (parts === null) return null;
  const wall = now + offset;
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  const today = midnight + Number(parts[1]) * HOUR_MS + Number(parts[2]) * 60_000;
  const next = today - wall < 60_000 ? today + DAY_MS : today;
  return new Date(next - offset).toISOString();
}

function pauseParams({ span, until }: Choices, now: number, offset: number) {
  if (span === "open") return { until_resumed: true };
  if (span !== "until") return { minutes: Number(span) };
  const end = nextTime(until, now, offset);
  return end === null ? null : { until: end };
}

/** The parameters that these choices make; null while one is missing. */
export function paramsOf(
  ask: ActionAsk,
  choices: Choices,
  now: number,
  offset: number,
): Record<string, unknown> | null {
  switch (ask.action) {
    case "pause_queue":
      return pauseParams(choices, now, offset);
    case "resume_queue":
      return { ramp_s: Number(choices.ramp), stale: choices.stale };
    case "switch_source":
      return choices.source === "supabase"
        ? { source: "supabase" }
        : { source: "mock", minutes: Number(choices.span) };
    case "notify":
      return { template: choices.template };
    case "reprocess": {
      if (isOfNamed(ask)) return ask.params;
      const { kind, period, job_type } = choices;
      const from = new Date(now - Number(period) * HOUR_MS).toISOString();
      const to = new Date(now).toISOString();
      return kind === "job" ? { kind, job_type, from, to } : { kind, from, to };
    }
  }
}
