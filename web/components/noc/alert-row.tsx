"use client";

import clsx from "clsx";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { alertSentence } from "@/lib/noc/sentence";
import type { Alert } from "@/lib/noc/types";
import { withPending } from "@/lib/noc/work";
import { Age } from "./age";
import { AlertActions } from "./alert-actions";
import { AlertMeasure } from "./alert-measure";
import { AlertOwner } from "./alert-owner";
import { AlertProblem } from "./alert-problem";
import { SeverityShape } from "./severity-shape";
import { useAlertKeys } from "./use-alert-keys";

interface TitleProps {
  sentence: string;
  onOpen: (() => void) | undefined;
}

function Title({ sentence, onOpen }: TitleProps) {
  const t = useT();
  const look =
    "min-w-0 grow truncate text-left font-semibold max-tablet:basis-0 max-tablet:whitespace-normal";
  if (onOpen === undefined) {
    return (
      <strong className={look} title={sentence}>
        {sentence}
      </strong>
    );
  }
  return (
    <button
      type="button"
      aria-label={`${t("alerts.show")}: ${sentence}`}
      title={sentence}
      onClick={onOpen}
      className={clsx(
        look,
        "decoration-line-3 underline-offset-4 hover:underline",
        // 44 px to the finger, 20 px to the eye.
        "max-tablet:-my-3 max-tablet:py-3",
      )}
    >
      {sentence}
    </button>
  );
}

export interface AlertRowProps {
  alert: Alert;
  /** Whether its drawer is open beside the list. */
  current?: boolean;
  onOpen?: (alert: Alert) => void;
}

/** 64 px: what, who has it and for how long; then state, value and limit, and what to do. */
export function AlertRow({ alert: stored, current = false, onOpen }: AlertRowProps) {
  const t = useT();
  const { email, pendingOf } = useAlertWork();
  const pending = pendingOf(stored.alert_id);
  const alert = withPending(stored, pending, email);
  const onKeyDown = useAlertKeys(alert);
  const waits = alert.state === "open";
  const open =
    onOpen &&
    (() => {
      onOpen(stored);
    });
  return (
    <li
      data-alert={alert.alert_id}
      aria-busy={pending !== null}
      aria-current={current ? "true" : undefined}
      onKeyDown={onKeyDown}
      className="grid min-h-16 grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 border-t border-line-1 px-3 py-2 last:border-b aria-[current]:bg-hover"
    >
      <SeverityShape severity={alert.severity} className="mt-0.5" />
      <div className="min-w-0">
        <div className="flex min-h-5 min-w-0 items-center gap-2 max-tablet:flex-wrap max-tablet:items-start">
          <Title sentence={alertSentence(t, alert)} onOpen={open} />
          <AlertOwner
            alert={alert}
            className="max-w-40 text-small text-fg-2 max-tablet:order-3 max-tablet:max-w-none max-tablet:basis-full"
          />
          <Age
            at={alert.opened_at}
            bare
            className="min-w-11 text-right text-small font-medium whitespace-nowrap"
          />
        </div>
        <div className="flex min-h-6 min-w-0 items-center gap-2 pt-1 max-tablet:flex-wrap">
          <AlertMeasure
            alert={alert}
            className={waits ? "max-tablet:basis-full" : "max-tablet:basis-0"}
          />
          <AlertActions alert={alert} onOpen={open} />
        </div>
        <AlertProblem alert={alert} />
      </div>
    </li>
  );
}
