"use client";

import { useState } from "react";
import { useActionWork } from "@/hooks/use-action-work";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionFailure } from "@/lib/noc/action-error";
import { actionSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { WordDialog } from "./word-dialog";

const wide = "max-tablet:h-11 max-tablet:grow";

/** The second person's word; a rejection says why. */
export function Decide({ action }: { action: Action }) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { busy, failure, clear, approve } = useActionWork();
  const [rejecting, setRejecting] = useState(false);
  const what = actionSaid(t, format, action);
  const failed = failure === null ? null : actionFailure(t, failure);
  const decide = async (agreed: boolean, note: string | null) => {
    const decided = await approve(action.action_id, agreed, note);
    if (decided === null) return;
    setRejecting(false);
    if (!agreed) tell(t("action.rejected"));
    else tell(t(decided.status === "cancelled" ? "action.approvedLost" : "action.approved"));
  };
  return (
    <>
      <Button
        disabled={busy}
        aria-label={t("action.reject.of", { what })}
        className={wide}
        onClick={() => {
          clear();
          setRejecting(true);
        }}
      >
        {t("action.reject")}
      </Button>
      <Button
        look="primary"
        disabled={busy}
        aria-label={t("action.approve.of", { what })}
        className={wide}
        onClick={() => void decide(true, null)}
      >
        {busy ? t("action.sending") : t("action.approve")}
      </Button>
      {failed !== null && !rejecting && (
        <span role="alert" className="st-down basis-full text-small text-state-fg">
          {failed}
        </span>
      )}
      {rejecting && (
        <WordDialog
          title={t("action.reject.title")}
          what={what}
          label={t("action.reject.why")}
          button={t("action.reject")}
          least={1}
          missing={t("action.error.note")}
          busy={busy}
          failure={failed}
          onSend={(note) => void decide(false, note)}
          onClose={() => {
            setRejecting(false);
          }}
        />
      )}
    </>
  );
}

/** Another admin looks at what was done without a second person. */
export function Review({ action }: { action: Action }) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { busy, failure, clear, review } = useActionWork();
  const [open, setOpen] = useState(false);
  const what = actionSaid(t, format, action);
  return (
    <>
      <Button
        look="tonal"
        aria-label={t("action.review.of", { what })}
        className={wide}
        onClick={() => {
          clear();
          setOpen(true);
        }}
      >
        {t("action.review")}
      </Button>
      {open && (
        <WordDialog
          title={t("action.review.title")}
          what={what}
          how={t("action.review.how")}
          label={t("action.review.note")}
          button={t("action.review.do")}
          least={0}
          missing=""
          busy={busy}
          failure={failure === null ? null : actionFailure(t, failure)}
          onSend={(note) =>
            void review(action.action_id, note === "" ? null : note).then((done) => {
              if (!done) return;
              setOpen(false);
              tell(t("action.reviewed"));
            })
          }
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
