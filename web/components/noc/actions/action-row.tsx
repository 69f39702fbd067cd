"use client";

import { useActions } from "@/hooks/use-actions";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionSaid } from "@/lib/noc/action-said";
import { endSaid, statusSaid, verifiedSaid } from "@/lib/noc/action-result";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { LockedButton } from "../locked-button";
import { useNow } from "../now";
import { StatusShape } from "../status-shape";
import { ActionIcon } from "./action-icon";
import { ActionProgress } from "./action-progress";
import { Countdown } from "./countdown";
import { Decide, Review } from "./decide";
import { RevertButton } from "./revert-button";

const wide = "max-tablet:h-11 max-tablet:grow";

/** What can be done about it now. */
function Ways({ action }: { action: Action }) {
  const t = useT();
  const { admin } = useActions();
  if (action.can.approve) return <Decide action={action} />;
  if (action.review && admin && !action.mine) return <Review action={action} />;
  if (!action.in_effect) return null;
  return action.can.revert ? (
    <RevertButton action={action} size="control" />
  ) : (
    <LockedButton reason={t("action.locked.wider")} className={wide}>
      {t("mitigation.revert")}
    </LockedButton>
  );
}

/** One action: what, in which state, by whom, why, with which effect. */
export function ActionRow({ action }: { action: Action }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { email } = useAlertWork();
  const { show } = useActions();
  const today = now === null ? null : new Date(now).toISOString();
  const what = actionSaid(t, format, action);
  const verified = verifiedSaid(t, format, action);
  const end = endSaid(t, action);
  const who = action.by === null ? t("action.list.someone") : action.by;
  const facts = [
    action.by === email ? t("action.list.you") : who,
    format.near(action.created_at, today),
    action.reason === null ? null : `“${action.reason}”`,
  ];
  return (
    <li
      data-action={action.action_id}
      data-status={action.status}
      className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-t border-line-1 px-3 py-2 first:border-t-0"
    >
      <ActionIcon action={action.action} className="text-fg-3" />
      <div className="min-w-0 grow basis-72">
        <button
          type="button"
          aria-haspopup="dialog"
          aria-label={t("action.receipt.open", { what })}
          onClick={() => {
            show(action.action_id);
          }}
          className="block max-w-full text-left font-medium decoration-line-3 underline-offset-4 hover:underline max-tablet:py-2.5"
        >
          {what}
        </button>
        <p className="text-small break-words text-fg-2">{facts.filter(Boolean).join(" · ")}</p>
      </div>
      {action.status === "running" && action.progress !== null ? (
        <div className="w-44">
          <ActionProgress action={action} progress={action.progress} short />
        </div>
      ) : (
        <div className="grid text-small tablet:w-52 tablet:justify-items-end tablet:text-right">
          <span className="font-medium">
            {[statusSaid(t, action), end].filter(Boolean).join(" · ")}
          </span>
          {action.in_effect ? (
            <Countdown until={action.expires_at} />
          ) : (
            verified !== null && (
              <span className="inline-flex items-center gap-1.5 text-fg-2">
                {verified.status !== null && <StatusShape status={verified.status} size={12} />}
                {verified.text}
              </span>
            )
          )}
        </div>
      )}
      <span className="flex flex-wrap items-center justify-end gap-1.5 max-tablet:w-full">
        <Ways action={action} />
        {action.can.abort && (
          <Button
            className={wide}
            aria-label={t("action.stop.of", { what })}
            onClick={() => {
              show(action.action_id);
            }}
          >
            {t(action.status === "awaiting_approval" ? "action.withdraw" : "action.stop")}
          </Button>
        )}
      </span>
    </li>
  );
}
