"use client";

import { useId, useState, type SubmitEvent } from "react";
import { useAlertWork, useDraft } from "@/hooks/use-alert-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Alert } from "@/lib/noc/types";
import { ackChoices, defaultMinutes, NOTE_LIMIT } from "@/lib/noc/work";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../ui/button";
import { Segments } from "../ui/radio-group";
import { TextArea } from "../ui/text-area";
import { Problem } from "./problem";

/** For how long, and a word for whoever comes next. */
export function AckForm({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const t = useT();
  const format = useFormat();
  const { pendingOf, failureOf, submit } = useAlertWork();
  const [minutes, setMinutes] = useState(String(defaultMinutes(alert.severity)));
  const [note, write] = useDraft(`ack:${alert.alert_id}`);
  const problemId = useId();
  const busy = pendingOf(alert.alert_id) !== null;
  const failure = failureOf(alert.alert_id);
  // A day of watching is counted in hours.
  const age = (value: number) => (value === 1440 ? t("range.24h") : format.duration(value * 60));

  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = note.trim();
    const work = { kind: "ack", minutes: Number(minutes), note: text === "" ? null : text } as const;
    if (!(await submit(alert.alert_id, work))) return;
    write("");
    onDone();
  };

  return (
    <form onSubmit={(event) => void send(event)} className="grid gap-3 p-4">
      <div className="grid gap-1">
        <p className="text-title font-semibold">{t("work.ackTime")}</p>
        <p className="text-small text-fg-2">{t("work.ackHow")}</p>
      </div>
      <Segments
        label={t("work.ackTime")}
        value={minutes}
        onChange={setMinutes}
        choices={ackChoices.map((value) => ({ value: String(value), label: age(value) }))}
        className="justify-self-start max-tablet:h-11"
      />
      <TextArea
        label={t("work.noteOptional")}
        value={note}
        onChange={write}
        most={NOTE_LIMIT}
        rows={2}
        count={(n) => t("work.count", { n: format.number(n), most: format.number(NOTE_LIMIT) })}
        problem={failure?.work.kind === "ack" ? problemId : undefined}
      />
      {failure?.work.kind === "ack" && (
        <Problem id={problemId}>{failureSentence(t, failure.error)}</Problem>
      )}
      <Button type="submit" look="primary" size="large" disabled={busy} className="max-tablet:h-11">
        {busy ? t("alert.sending") : t("work.ackForMinutes", { age: age(Number(minutes)) })}
      </Button>
    </form>
  );
}
