"use client";

import { jobLooks, stateOf } from "@/lib/noc/jobs-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Job } from "@/lib/noc/types/jobs";
import { StatusPill } from "../status-pill";

/** How a job stands; a stalled one since when. */
export function JobState({ job }: { job: Job }) {
  const t = useT();
  const format = useFormat();
  const state = stateOf(job);
  const status = jobLooks[state];
  const word =
    state === "stalled" && job.stalled_at !== null
      ? t("jobs.stalledSince", { time: format.time(job.stalled_at) })
      : t(`jobs.state.${state}`);
  if (status !== null) return <StatusPill status={status} word={word} className="align-middle" />;
  return <span className="text-small whitespace-nowrap text-fg-2">{word}</span>;
}
