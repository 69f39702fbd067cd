"use client";

import { useState } from "react";
import { useActionWork } from "@/hooks/use-action-work";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionFailure } from "@/lib/noc/action-error";
import { actionSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action } from "@/lib/noc/types/actions";
import { Button, type ButtonProps } from "../../ui/button";

export interface RevertButtonProps {
  action: Action;
  size?: ButtonProps["size"];
}

/** Takes an effect back; asks once more, since what waited begins to leave. */
export function RevertButton({ action, size = "row" }: RevertButtonProps) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { busy, failure, revert } = useActionWork();
  const [sure, setSure] = useState(false);
  const what = actionSaid(t, format, action);
  const queue = action.action === "pause_queue";
  const wide = "max-tablet:h-11 max-tablet:grow";
  if (!sure) {
    return (
      <>
        <Button
          size={size}
          aria-label={t("mitigation.revertOf", { what })}
          className={wide}
          onClick={() => {
            setSure(true);
          }}
        >
          {t("mitigation.revert")}
        </Button>
        {failure !== null && (
          <span role="alert" className="st-down text-small text-state-fg">
            {actionFailure(t, failure)}
          </span>
        )}
      </>
    );
  }
  return (
    <span className="flex flex-wrap items-center gap-1.5 max-tablet:w-full">
      <span role="status" className="text-small text-fg-2">
        {t(queue ? "mitigation.sureQueue" : "mitigation.sure")}
      </span>
      <Button
        autoFocus
        size={size}
        className={wide}
        onClick={() => {
          setSure(false);
        }}
      >
        {t("mitigation.keep")}
      </Button>
      <Button
        look="tonal"
        size={size}
        disabled={busy}
        className={wide}
        aria-label={t("mitigation.revertOf", { what })}
        onClick={() =>
          void revert(action.action_id).then((reverted) => {
            setSure(false);
            if (reverted !== null) tell(t(queue ? "action.did.revertedRamp" : "action.did.reverted"));
          })
        }
      >
        {busy ? t("action.sending") : t("mitigation.revert")}
      </Button>
    </span>
  );
}
