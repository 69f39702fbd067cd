"use client";

import { useId, useRef, type KeyboardEvent, type SubmitEvent } from "react";
import { useAlertWork, useDraft } from "@/hooks/use-alert-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Alert } from "@/lib/noc/types";
import { NOTE_LIMIT } from "@/lib/noc/work";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { TextArea } from "../../ui/text-area";
import { focusAlert } from "../alert-focus";
import { Problem } from "../problem";

/** A note, always at hand; Ctrl or Cmd with Enter sends it too. */
export function NoteField({ alert }: { alert: Alert }) {
  const t = useT();
  const format = useFormat();
  const { pendingOf, failureOf, submit } = useAlertWork();
  const [note, write] = useDraft(`comment:${alert.alert_id}`);
  const problemId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const pending = pendingOf(alert.alert_id);
  const failure = failureOf(alert.alert_id);
  const failed = failure?.work.kind === "comment";

  const send = async () => {
    const text = note.trim();
    if (text === "") {
      field.current?.focus();
      return;
    }
    if (await submit(alert.alert_id, { kind: "comment", note: text })) write("");
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
    // With words in it the field gives up the focus first, and the drawer stays.
    if (event.key !== "Escape" || note === "") return;
    event.preventDefault();
    focusAlert(alert.alert_id);
  };
  return (
    <form onSubmit={onSubmit} className="grid min-w-0 grow gap-2 max-tablet:basis-full">
      <div className="flex items-start gap-2">
        <TextArea
          ref={field}
          quiet
          label={t("work.note")}
          placeholder={t("work.noteHint")}
          value={note}
          onChange={write}
          onKeyDown={onKeyDown}
          most={NOTE_LIMIT}
          rows={1}
          count={(n) => t("work.count", { n: format.number(n), most: format.number(NOTE_LIMIT) })}
          problem={failed ? problemId : undefined}
          className="grow"
        />
        <Button
          type="submit"
          size="large"
          disabled={pending !== null}
          className="max-tablet:h-11"
        >
          {pending?.work.kind === "comment" ? t("alert.sending") : t("work.commentNow")}
        </Button>
      </div>
      {failed && <Problem id={problemId}>{failureSentence(t, failure.error)}</Problem>}
    </form>
  );
}
