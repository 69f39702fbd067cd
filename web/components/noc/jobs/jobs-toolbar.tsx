"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { jobTypeName, retryMany } from "@/lib/noc/jobs-said";
import { DEFAULT_RANGE } from "@/lib/noc/filters";
import type { Filter, Me } from "@/lib/noc/types";
import { Combobox } from "../../ui/combobox";
import { Segments } from "../../ui/radio-group";
import { ActionButton } from "../actions/action-button";
import { useNow } from "../now";

const ALL = "all";
export const endings = ["success", "failed"] as const;
export type Ending = (typeof endings)[number];
const choices = [ALL, ...endings] as const;

export interface JobsToolbarProps {
  filter: Filter;
  me: Me | null;
  status: Ending | null;
  onStatus: (status: Ending | null) => void;
  job_type: string | null;
  onType: (job_type: string | null) => void;
  /** Every type that the company or group has. */
  types: readonly string[];
}

/** What of the jobs is shown, and the way to start all that failed again. */
export function JobsToolbar({ filter, me, status, onStatus, job_type, onType, types }: JobsToolbarProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const range = filter.range ?? DEFAULT_RANGE;
  const known = job_type === null || types.includes(job_type) ? types : [job_type, ...types];
  const period = t(`range.${range}`);
  const retry = retryMany(t, filter, range, job_type, now ?? 0, me);
  return (
    <div
      role="group"
      aria-label={t("jobs.filter")}
      className="flex flex-wrap items-center gap-2 px-3 py-2"
    >
      <Segments
        label={t("jobs.filter")}
        value={status ?? ALL}
        onChange={(value) => {
          onStatus(value === ALL ? null : value);
        }}
        choices={choices.map((value) => ({ value, label: t(`jobs.filter.${value}`) }))}
        className="max-tablet:h-11"
      />
      <Combobox
        label={t("jobs.type")}
        options={[
          { value: ALL, label: t("jobs.type.all"), meta: format.number(types.length) },
          ...known.map((value) => ({ value, label: jobTypeName(t, value), keywords: value })),
        ]}
        value={job_type ?? ALL}
        onChange={(value) => {
          onType(value === ALL ? null : value);
        }}
        searchLabel={t("ui.search")}
        emptyText={(typed) => t("ui.none", { typed })}
      />
      <span className="grow max-tablet:hidden" />
      <ActionButton
        {...retry}
        size="control"
        label={
          job_type === null
            ? t("jobs.retryMany", { period })
            : t("jobs.retryManyOf", { type: jobTypeName(t, job_type), period })
        }
        className="max-tablet:h-11 max-tablet:basis-full"
      />
    </div>
  );
}
