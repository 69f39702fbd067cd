"use client";

import { SearchX } from "lucide-react";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useJob } from "@/hooks/use-tab-reads";
import { useFormat, useT } from "@/lib/noc/i18n";
import { jobLooks, jobTypeName, lengthOf, stateOf } from "@/lib/noc/jobs-said";
import type { Job, JobStory } from "@/lib/noc/types/jobs";
import { Button } from "../../ui/button";
import { DrawerHead } from "../drawer-head";
import { useNow } from "../now";
import { PanelNote, PanelState, settled } from "../panel-state";
import { SideDrawer } from "../side-drawer";
import { Steps, type Step } from "../steps";
import { useDrawerFocus } from "../use-drawer-focus";
import { JobState } from "./job-state";
import { RetryButton } from "./retry-button";

const HEADING = "job-heading";

function useStepOf(): (job: Job) => Step {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  return (job) => {
    const state = stateOf(job);
    const seconds = lengthOf(job, now);
    const age = seconds === null ? null : format.duration(seconds);
    return {
      at: job.started_at,
      title: `${t("jobs.attempt", { n: job.attempt })} · ${t(`jobs.state.${state}`)}`,
      status: jobLooks[state],
      more:
        age === null
          ? undefined
          : t(job.finished_at === null ? "jobs.sinceAge" : "jobs.tookAge", { age }),
      note: job.error !== null && (
        <p className="mt-0.5 font-mono text-micro break-words whitespace-pre-line text-fg-2">
          {job.error}
        </p>
      ),
    };
  };
}

function Body({ story }: { story: JobStory }) {
  const t = useT();
  const stepOf = useStepOf();
  const hidden = story.status === "failed" && story.error === null;
  return (
    <div className="grid content-start gap-5 px-3 py-4 tablet:px-5">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-small [&_dt]:text-fg-3">
        <dt>{t("jobs.column.state")}</dt>
        <dd>
          <JobState job={story} />
        </dd>
        <dt>{t("jobs.column.company")}</dt>
        <dd>{story.company_name}</dd>
        <dt>{t("jobs.id")}</dt>
        <dd className="font-mono break-all">{story.external_id}</dd>
        <dt>{t("jobs.effect")}</dt>
        <dd>{t(`jobs.effect.${story.effect ?? "none"}`)}</dd>
      </dl>
      <section>
        <h3 className="mb-2 text-title font-semibold">{t("jobs.attempts")}</h3>
        <Steps label={t("jobs.attempts")} steps={story.attempts.map(stepOf)} />
        {hidden && <p className="text-small text-fg-3">{t("jobs.errorHidden")}</p>}
      </section>
    </div>
  );
}

export interface JobDrawerProps {
  job_id: string;
  onClose: () => void;
}

/** One job beside the page: what it is, each of its attempts, and the way to start it again. */
export function JobDrawer({ job_id, onClose }: JobDrawerProps) {
  const t = useT();
  useDrawerFocus(HEADING, "data-job", job_id);
  const read = useJob(job_id);
  const condition = useReadCondition(read);
  const story = read.data?.data ?? null;
  const missing = read.error?.hint === "job_not_found";
  const title = missing ? t("jobs.notFoundTitle") : story === null ? t("jobs.column.job") : jobTypeName(t, story.job_type);
  return (
    <SideDrawer
      headingId={HEADING}
      header={
        <DrawerHead headingId={HEADING} title={title} closeLabel={t("jobs.close")} onClose={onClose} />
      }
      footer={
        story !== null &&
        !missing &&
        story.status !== "success" && (
          <footer className="flex shrink-0 justify-end border-t border-line-1 px-3 py-3 tablet:px-5">
            <RetryButton job={story} size="large" className="max-tablet:h-11 max-tablet:grow" />
          </footer>
        )
      }
      className="overflow-y-auto"
      onClose={onClose}
    >
      {missing ? (
        <PanelNote
          icon={<SearchX aria-hidden size={24} />}
          title={t("jobs.notFoundTitle")}
          note={t("jobs.notFoundNote")}
          action={<Button onClick={onClose}>{t("jobs.close")}</Button>}
        />
      ) : (
        <PanelState name={t("jobs.title")} condition={settled(story, condition)} shape="list">
          {story !== null && <Body story={story} />}
        </PanelState>
      )}
    </SideDrawer>
  );
}
