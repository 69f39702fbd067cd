/** Jobs in words, and what may be done with them. Pure. */
import type { ActionAsk } from "./action";
import type { Translate } from "./i18n";
import { readable } from "./sentence";
import type { Filter, Me, Range, Status } from "./types";
import type { Job } from "./types/jobs";

/** A state that people can tell from the others; stalled ones run, as far as anybody knows. */
export type JobState = "running" | "stalled" | "success" | "failed";

export function stateOf({ status, stalled_at }: Pick<Job, "status" | "stalled_at">): JobState {
  return status === "running" && stalled_at !== null ? "stalled" : status;
}

/** Null: nothing of note. A stalled job is not known to be well. */
export const jobLooks: Record<JobState, Status | null> = {
  running: null,
  stalled: "NO_DATA",
  success: "UP",
  failed: "DOWN",
};

/** The type as people say it, or its code made readable. */
export function jobTypeName(t: Translate, job_type: string): string {
  return t.find("jobs.name", job_type) ?? readable(job_type);
}

/** Seconds from the start to the end, or until `now` (milliseconds); null without a clock. */
export function lengthOf({ started_at, finished_at }: Job, now: number | null): number | null {
  const end = finished_at === null ? now : Date.parse(finished_at);
  return end === null ? null : Math.max(0, (end - Date.parse(started_at)) / 1000);
}

export interface Retry {
  ask: ActionAsk;
  locked: string | null;
}

/** To start one job again; null where there is nothing to start again. */
export function retryOf(t: Translate, job: Job, operates: boolean): Retry | null {
  const state = stateOf(job);
  if (state === "success") return null;
  const ask: ActionAsk = {
    action: "reprocess",
    company_cnpj: job.company_cnpj,
    group_id: null,
    params: { job_ids: [job.job_id] },
    alert_id: null,
  };
  if (job.can_reprocess) return { ask, locked: null };
  if (!operates) return { ask, locked: t("jobs.locked.reader") };
  if (state === "running") return { ask, locked: t("jobs.locked.running") };
  if (job.effect === null) return { ask, locked: t("jobs.locked.noHandler") };
  return { ask, locked: t("jobs.locked.retried") };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const lengths: Record<Range, number> = {
  "15m": 15 * MINUTE,
  "1h": HOUR,
  "6h": 6 * HOUR,
  "24h": 24 * HOUR,
  "7d": 7 * 24 * HOUR,
};

/** The company, or the group, that an action on all of the list is about; null: the reader must choose. */
function scopeOf(filter: Filter, me: Me): Pick<ActionAsk, "company_cnpj" | "group_id"> | null {
  const { company_cnpj, group_id } = filter;
  if (company_cnpj !== null || group_id !== null || me.can_administer) return { company_cnpj, group_id };
  if (me.companies.length === 1) {
    return { company_cnpj: me.companies[0]?.company_cnpj ?? null, group_id: null };
  }
  const groups = new Set(me.companies.map((company) => company.group_id));
  const [only] = groups;
  return groups.size === 1 && only != null ? { company_cnpj: null, group_id: only } : null;
}

/**
 * To start every failed or stalled job of the list's type again that began within the range before `now`
 * (milliseconds). The plan says which of them can be.
 */
export function retryMany(
  t: Translate,
  filter: Filter,
  range: Range,
  job_type: string | null,
  now: number,
  me: Me | null,
): Retry {
  const scope = me === null ? null : scopeOf(filter, me);
  const to = Math.ceil(now / MINUTE) * MINUTE;
  const ask: ActionAsk = {
    action: "reprocess",
    company_cnpj: scope?.company_cnpj ?? null,
    group_id: scope?.group_id ?? null,
    params: {
      kind: "job",
      job_type,
      from: new Date(to - lengths[range]).toISOString(),
      to: new Date(to).toISOString(),
    },
    alert_id: null,
  };
  if (me?.can_operate !== true) return { ask, locked: t("jobs.locked.reader") };
  return { ask, locked: scope === null ? t("jobs.locked.scope") : null };
}
