"use client";

import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { retryOf } from "@/lib/noc/jobs-said";
import type { Job } from "@/lib/noc/types/jobs";
import { ActionButton, type ActionButtonProps } from "../actions/action-button";

/** Starts a job again; with why not where it cannot be, and nothing where it went well. */
export function RetryButton({ job, ...look }: { job: Job } & Pick<ActionButtonProps, "size" | "className">) {
  const t = useT();
  const { operates } = useAlertWork();
  const retry = retryOf(t, job, operates);
  if (retry === null) return null;
  return <ActionButton {...retry} label={t("jobs.retry")} {...look} />;
}
