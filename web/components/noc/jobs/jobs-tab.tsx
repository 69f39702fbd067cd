"use client";

import { ListChecks } from "lucide-react";
import { useState } from "react";
import { useJobs } from "@/hooks/use-tab-reads";
import type { PagedRead } from "@/hooks/use-paged-read";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Filter, Me } from "@/lib/noc/types";
import type { Job, JobPage } from "@/lib/noc/types/jobs";
import { Button } from "../../ui/button";
import { MoreButton } from "../more-button";
import { PanelEmpty, settled, type Condition } from "../panel-state";
import { TabFrame } from "../tabs/tab-frame";
import { JobList, type JobListProps } from "./job-list";
import { JobsToolbar, type Ending } from "./jobs-toolbar";

/** Null before the first page. */
function jobsOf({ pages }: PagedRead<JobPage>): Job[] | null {
  return pages.length === 0 ? null : pages.flatMap(({ jobs }) => jobs);
}

function Heading({ children, count }: { children: string; count?: string }) {
  return (
    <h3 className="flex h-9 items-center gap-2 border-t border-line-1 px-3 text-body font-semibold">
      {children}
      {count !== undefined && <b className="noc-count">{count}</b>}
    </h3>
  );
}

type ListProps = Pick<JobListProps, "single" | "openId" | "onOpen">;

function Running({ read, ...list }: { read: PagedRead<JobPage> } & ListProps) {
  const t = useT();
  const format = useFormat();
  const jobs = jobsOf(read) ?? [];
  const n = format.number(jobs.length);
  return (
    <section aria-label={t("jobs.running")}>
      <Heading count={read.onMore === null ? n : t("jobs.runningMore", { n })}>
        {t("jobs.running")}
      </Heading>
      {jobs.length === 0 ? (
        <p className="px-3 pb-3 text-small text-fg-3">{t("jobs.noneRunning")}</p>
      ) : (
        <JobList label={t("jobs.running")} kind="running" jobs={jobs} {...list} />
      )}
      <MoreButton read={read} label={t("tabs.more")} />
    </section>
  );
}

function Empty({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  const t = useT();
  const kind = narrowed ? "narrow" : "empty";
  return (
    <PanelEmpty
      icon={<ListChecks aria-hidden size={16} />}
      title={t(`jobs.${kind}Title`)}
      note={t(`jobs.${kind}Note`)}
      action={narrowed && <Button onClick={onClear}>{t("jobs.clear")}</Button>}
    />
  );
}

export interface JobsTabProps {
  filter: Filter;
  me: Me | null;
  openId: string | null;
  onOpen: (job_id: string) => void;
}

/** What runs now, what ended, and the way to start it again. */
export function JobsTab({ filter, me, openId, onOpen }: JobsTabProps) {
  const t = useT();
  const [status, setStatus] = useState<Ending | null>(null);
  const [job_type, setType] = useState<string | null>(null);
  const running = useJobs(filter, job_type, "running");
  const read = useJobs(filter, job_type, status);
  const all = jobsOf(read);
  // What runs stands above, with its last sign.
  const ended = all?.filter((job) => job.status !== "running") ?? [];
  const ofRunning = settled(jobsOf(running), running.view);
  const condition: Condition =
    read.view.kind === "error" ? { ...read.view, onRetry: read.onRetry } : settled(all, read.view);
  const narrowed = status !== null || job_type !== null;
  const single = filter.company_cnpj !== null || me?.companies.length === 1;
  const list = { single, openId, onOpen };
  const idle = (jobsOf(running) ?? []).length === 0;
  return (
    <TabFrame
      name={t("jobs.title")}
      condition={ofRunning.kind === "loading" && condition.kind === "ready" ? ofRunning : condition}
      toolbar={
        <JobsToolbar
          filter={filter}
          me={me}
          status={status}
          onStatus={setStatus}
          job_type={job_type}
          onType={setType}
          types={(read.pages[0] ?? running.pages[0])?.types ?? []}
        />
      }
      footer={all !== null && <span role="status">{t.count("jobs.shown", ended.length)}</span>}
    >
      {status === null && !(idle && ended.length === 0) && <Running read={running} {...list} />}
      {ended.length === 0 && (idle || status !== null) ? (
        <Empty
          narrowed={narrowed}
          onClear={() => {
            setStatus(null);
            setType(null);
          }}
        />
      ) : (
        <section aria-label={t("jobs.history")}>
          <Heading>{t("jobs.history")}</Heading>
          <JobList label={t("jobs.history")} kind="ended" jobs={ended} {...list} />
        </section>
      )}
      <MoreButton read={read} label={t("tabs.more")} />
    </TabFrame>
  );
}
