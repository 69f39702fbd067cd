"use client";

import clsx from "clsx";
import { useFormat, useT } from "@/lib/noc/i18n";
import { jobLooks, jobTypeName, lengthOf, stateOf } from "@/lib/noc/jobs-said";
import { looks } from "@/lib/noc/status";
import type { Job } from "@/lib/noc/types/jobs";
import { TableCell, TableRow } from "../../ui/table";
import { Age } from "../age";
import { useNow } from "../now";
import { JobState } from "./job-state";
import { RetryButton } from "./retry-button";

/** Whether the list is of what runs (its age, its last sign) or of what ended (its length). */
export type JobListKind = "running" | "ended";

export interface JobRowProps {
  job: Job;
  kind: JobListKind;
  /** Whether the list is of one company, which needs no name in each row. */
  single: boolean;
  current: boolean;
  onOpen: (job_id: string) => void;
}

function Opener({ job, onOpen, className }: Pick<JobRowProps, "job" | "onOpen"> & { className?: string }) {
  const t = useT();
  const name = jobTypeName(t, job.job_type);
  return (
    <button
      type="button"
      data-row
      aria-label={t("jobs.open", { job: `${name} ${job.external_id}` })}
      title={`${name} · ${job.external_id}`}
      onClick={() => {
        onOpen(job.job_id);
      }}
      className={clsx("max-w-full truncate text-left font-medium after:absolute after:inset-0", className)}
    >
      {name}{" "}
      <span className="ml-1 font-mono text-micro font-normal text-fg-3">{job.external_id}</span>
    </button>
  );
}

function Heartbeat({ job }: { job: Job }) {
  const t = useT();
  if (job.heartbeat_at === null) {
    return <span className="text-fg-3">{t("jobs.noHeartbeat")}</span>;
  }
  return <Age at={job.heartbeat_at} />;
}

function useLength(job: Job): string {
  const format = useFormat();
  const seconds = lengthOf(job, useNow());
  return seconds === null ? "—" : seconds < 1 ? format.ms(seconds * 1000) : format.duration(seconds);
}

/** One job as a row of a table, open by a click anywhere on it. */
export function JobRow({ job, kind, single, current, onOpen }: JobRowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const length = useLength(job);
  return (
    <TableRow
      data-job={job.job_id}
      aria-current={current ? "true" : undefined}
      className="relative aria-[current]:bg-hover"
    >
      <TableCell className="w-full max-w-0">
        <Opener job={job} onOpen={onOpen} className="block" />
      </TableCell>
      {!single && <TableCell className="max-w-56 truncate">{job.company_name}</TableCell>}
      <TableCell>
        <JobState job={job} />
      </TableCell>
      <TableCell numeric>
        <time dateTime={job.started_at} title={`${format.instant(job.started_at)} ${format.zone}`}>
          {format.near(job.started_at, today)}
        </time>
      </TableCell>
      <TableCell numeric>{length}</TableCell>
      {kind === "running" && (
        <TableCell numeric>
          <Heartbeat job={job} />
        </TableCell>
      )}
      <TableCell numeric className={clsx(job.attempt === 1 && "text-fg-3")}>
        {t("jobs.attempt", { n: job.attempt })}
      </TableCell>
      <TableCell numeric className="pl-4">
        <RetryButton job={job} className="relative z-1" />
      </TableCell>
    </TableRow>
  );
}

/** The same job on a phone: a card, its action in the thumb's reach. */
export function JobCard({ job, kind, single, current, onOpen }: JobRowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const length = useLength(job);
  const status = jobLooks[stateOf(job)];
  const loud = status !== null && looks[status].loud;
  return (
    <li
      data-job={job.job_id}
      aria-current={current ? "true" : undefined}
      className={clsx(
        "relative grid gap-1.5 rounded-panel border p-3",
        loud && looks[status].scope,
        loud ? "border-state-edge" : "border-line-1",
      )}
    >
      <Opener job={job} onOpen={onOpen} className="block min-h-6" />
      <span className="flex flex-wrap items-center gap-x-3">
        <JobState job={job} />
        {!single && <span className="min-w-0 truncate text-small text-fg-2">{job.company_name}</span>}
      </span>
      <p className="text-small text-fg-2">
        {[
          t("jobs.startedAt", { time: format.near(job.started_at, today) }),
          kind === "running" ? t("jobs.sinceAge", { age: length }) : t("jobs.tookAge", { age: length }),
          job.attempt > 1 ? t("jobs.attemptOf", { n: job.attempt }) : null,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {kind === "running" && (
        <p className="text-small text-fg-2">
          {t("jobs.column.heartbeat")}: <Heartbeat job={job} />
        </p>
      )}
      <RetryButton job={job} size="touch" className="relative z-1 w-full" />
    </li>
  );
}
