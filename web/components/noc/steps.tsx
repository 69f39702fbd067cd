"use client";

import clsx from "clsx";
import type { ReactNode } from "react";
import { useFormat } from "@/lib/noc/i18n";
import { looks } from "@/lib/noc/status";
import type { Status } from "@/lib/noc/types";
import { useNow } from "./now";

export interface Step {
  at: string;
  title: string;
  /** Null: nothing of note. */
  status: Status | null;
  /** In support grey after the title. */
  more?: string | undefined;
  note?: ReactNode;
}

/** What happened to one thing, in order, on a line. */
export function Steps({ steps, label }: { steps: readonly Step[]; label: string }) {
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  return (
    <ol aria-label={label} className="grid">
      {steps.map((step, index) => {
        const loud = step.status !== null && looks[step.status].loud;
        return (
          <li
            // Steps are never put between others: their place is their identity.
            key={index}
            className={clsx("noc-step", step.status !== null && looks[step.status].scope)}
          >
            <time
              dateTime={step.at}
              title={`${format.instant(step.at)} ${format.zone}`}
              className="text-right text-micro leading-5 whitespace-nowrap text-fg-3"
            >
              {format.near(step.at, today) === format.time(step.at)
                ? format.second(step.at)
                : format.moment(step.at)}
            </time>
            <i aria-hidden className={clsx("noc-step-dot", loud && "noc-step-loud")} />
            <div className="min-w-0 pb-2 text-small leading-5 break-words">
              <span className={clsx("font-medium", loud && "text-state-fg")}>{step.title}</span>
              {step.more !== undefined && <span className="text-fg-2">{` · ${step.more}`}</span>}
              {step.note}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
