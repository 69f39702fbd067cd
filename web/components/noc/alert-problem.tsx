"use client";

import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import type { Alert } from "@/lib/noc/types";
import type { WorkKind } from "@/lib/noc/work";
import { failureSentence, mayRetry } from "@/lib/noc/work-said";
import { Button } from "../ui/button";
import { Problem } from "./problem";

/** What has a field of its own tells its refusal there. */
const oneClick: ReadonlySet<WorkKind> = new Set(["ack", "take", "release"]);

/** One click that was refused: why, and the same click again. */
export function AlertProblem({ alert }: { alert: Alert }) {
  const t = useT();
  const { failureOf, submit, dismiss } = useAlertWork();
  const failure = failureOf(alert.alert_id);
  if (failure === null || !oneClick.has(failure.work.kind)) return null;
  const touch = "max-tablet:h-11 max-tablet:px-3";
  return (
    <div className="pt-2">
      <Problem
        actions={
          <>
            {mayRetry(failure.error) && (
              <Button
                size="row"
                className={touch}
                onClick={() => void submit(alert.alert_id, failure.work)}
              >
                {t("work.retry")}
              </Button>
            )}
            <Button
              size="row"
              look="ghost"
              className={touch}
              onClick={() => {
                dismiss(alert.alert_id);
              }}
            >
              {t("work.dismiss")}
            </Button>
          </>
        }
      >
        {failureSentence(t, failure.error)}
      </Problem>
    </div>
  );
}
