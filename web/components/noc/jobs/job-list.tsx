"use client";

import { useT } from "@/lib/noc/i18n";
import { useMedia } from "@/hooks/use-media";
import type { Job } from "@/lib/noc/types/jobs";
import { Table, TableHead } from "../../ui/table";
import { onRowArrows } from "../row-arrows";
import { JobCard, JobRow, type JobListKind } from "./job-rows";

export interface JobListProps {
  label: string;
  kind: JobListKind;
  jobs: readonly Job[];
  single: boolean;
  openId: string | null;
  onOpen: (job_id: string) => void;
}

/** Jobs in a table, or as cards on a phone. */
export function JobList({ label, kind, jobs, single, openId, onOpen }: JobListProps) {
  const t = useT();
  const phone = useMedia("(width <= 640px)");
  const propsOf = (job: Job) => ({ job, kind, single, current: job.job_id === openId, onOpen });
  if (phone) {
    return (
      <ul aria-label={label} onKeyDown={onRowArrows} className="grid gap-2 p-3">
        {jobs.map((job) => (
          <JobCard key={job.job_id} {...propsOf(job)} />
        ))}
      </ul>
    );
  }
  return (
    <Table label={label}>
      <thead>
        <tr>
          <TableHead>{t("jobs.column.job")}</TableHead>
          {!single && <TableHead>{t("jobs.column.company")}</TableHead>}
          <TableHead>{t("jobs.column.state")}</TableHead>
          <TableHead numeric>{t("jobs.column.started")}</TableHead>
          <TableHead numeric>
            {t(kind === "running" ? "jobs.column.elapsed" : "jobs.column.lasted")}
          </TableHead>
          {kind === "running" && <TableHead numeric>{t("jobs.column.heartbeat")}</TableHead>}
          <TableHead numeric>{t("jobs.column.attempt")}</TableHead>
          <TableHead numeric>
            <span className="sr-only">{t("jobs.column.action")}</span>
          </TableHead>
        </tr>
      </thead>
      <tbody onKeyDown={onRowArrows}>
        {jobs.map((job) => (
          <JobRow key={job.job_id} {...propsOf(job)} />
        ))}
      </tbody>
    </Table>
  );
}
