"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { useAlertWork, useDraft } from "@/hooks/use-alert-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import { alertSentence } from "@/lib/noc/sentence";
import type { Alert } from "@/lib/noc/types";
import { NOTE_LIMIT, REASON_LIMIT, type Work, type WorkKind } from "@/lib/noc/work";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";
import { TextArea } from "../ui/text-area";
import { Problem } from "./problem";

export interface Asked {
  alert: Alert;
  kind: Extract<WorkKind, "close" | "comment">;
}

interface Asking {
  title: "work.closeTitle" | "work.commentTitle";
  label: "work.reason" | "work.note";
  hint: "work.reasonHint" | "work.noteHint";
  how: "work.closeHow" | null;
  button: "work.closeNow" | "work.commentNow";
  missing: "error.reason" | "error.note";
  most: number;
  work: (text: string) => Work;
}

const askings: Record<Asked["kind"], Asking> = {
  close: {
    title: "work.closeTitle",
    label: "work.reason",
    hint: "work.reasonHint",
    how: "work.closeHow",
    button: "work.closeNow",
    missing: "error.reason",
    most: REASON_LIMIT,
    work: (reason) => ({ kind: "close", reason }),
  },
  comment: {
    title: "work.commentTitle",
    label: "work.note",
    hint: "work.noteHint",
    how: null,
    button: "work.commentNow",
    missing: "error.note",
    most: NOTE_LIMIT,
    work: (note) => ({ kind: "comment", note }),
  },
};

/** Asks for the words that closing or commenting needs; what was typed outlives a refusal. */
export function WorkDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { alert, kind } = asked;
  const asking = askings[kind];
  const t = useT();
  const format = useFormat();
  const { pendingOf, failureOf, submit } = useAlertWork();
  const [text, write] = useDraft(`${kind}:${alert.alert_id}`);
  const [empty, setEmpty] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();

  const busy = pendingOf(alert.alert_id) !== null;
  const failure = failureOf(alert.alert_id);
  const failed = failure?.work.kind === kind ? failureSentence(t, failure.error) : null;
  const problem = empty ? t(asking.missing) : failed;

  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const missing = text.trim() === "";
    setEmpty(missing);
    if (missing) {
      field.current?.focus();
      return;
    }
    if (!(await submit(alert.alert_id, asking.work(text.trim())))) return;
    write("");
    onClose();
  };

  return (
    <Dialog open title={t(asking.title)} onClose={onClose} closeLabel={t("ui.close")}>
      <form onSubmit={(event) => void send(event)} className="grid gap-3 p-5">
        <p className="font-medium">{alertSentence(t, alert)}</p>
        {asking.how !== null && <p className="text-small text-fg-2">{t(asking.how)}</p>}
        <TextArea
          ref={field}
          label={t(asking.label)}
          placeholder={t(asking.hint)}
          value={text}
          onChange={(next) => {
            write(next);
            setEmpty(false);
          }}
          most={asking.most}
          count={(n) => t("work.count", { n: format.number(n), most: format.number(asking.most) })}
          problem={problem === null ? undefined : problemId}
        />
        {problem !== null && <Problem id={problemId}>{problem}</Problem>}
        <DialogActions>
          <Button size="large" onClick={onClose} className="max-tablet:h-11 max-tablet:grow">
            {t("work.cancel")}
          </Button>
          <Button
            type="submit"
            look="primary"
            size="large"
            disabled={busy}
            className="max-tablet:h-11 max-tablet:grow"
          >
            {busy ? t("alert.sending") : t(asking.button)}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
