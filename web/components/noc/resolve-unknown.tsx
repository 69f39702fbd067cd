"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { useAction } from "@/hooks/use-action";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSignedIn } from "@/hooks/use-session";
import { resolveUnknown } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { UnknownOutcome } from "@/lib/noc/types-settings";
import { REASON_LIMIT } from "@/lib/noc/work";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../ui/button";
import { ChoiceCards } from "../ui/choice-cards";
import { Dialog } from "../ui/dialog";
import { TextArea } from "../ui/text-area";
import { Problem } from "./problem";

type Kind = "notification" | "message";

/** What is read again, and under which name the words of each stand. */
const kinds = {
  notification: { words: "notice", touched: ["notifications"] },
  message: { words: "message", touched: ["queue"] },
} as const satisfies Record<Kind, { words: string; touched: readonly Read[] }>;
const outcomes: readonly UnknownOutcome[] = ["arrived", "resend", "drop"];

export interface ResolveUnknownProps {
  /** A notice of the NOC, or a message of the WhatsApp queue. */
  kind: Kind;
  id: string;
  /** What it tells and whom: "Alerta abriu · Ana Lima". */
  what: string;
  onClose: () => void;
}

/** Asks a person what nobody else can tell: whether a message that was cut off arrived. */
export function ResolveUnknown({ kind, id, what, onClose }: ResolveUnknownProps) {
  const t = useT();
  const format = useFormat();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const { words, touched } = kinds[kind];
  const { busy, failure, run, clear } = useAction(touched);
  const [outcome, choose] = useState<UnknownOutcome>("arrived");
  const [reason, write] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const failed = failure === null ? null : failureSentence(t, failure);
  const problem = missing ? t("error.reason") : failed;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = reason.trim();
    setMissing(text === "");
    if (text === "") {
      field.current?.focus();
      return;
    }
    const done = await run(async () => {
      await resolveUnknown(supabase, kind, id, outcome, text);
      return true;
    });
    if (done === null) return;
    tell(t(`${words}.resolveDone.${outcome}`));
    onClose();
  };

  return (
    <Dialog open title={t(`${words}.resolveTitle`)} onClose={onClose} closeLabel={t("ui.close")}>
      <form onSubmit={(event) => void submit(event)} className="grid gap-3 p-5">
        <p className="font-medium">{what}</p>
        <p className="text-small text-fg-2">{t(`${words}.resolveHow`)}</p>
        <ChoiceCards
          label={t("notice.resolveOutcome")}
          value={outcome}
          onChange={choose}
          choices={outcomes.map((value) => ({
            value,
            title: t(`notice.resolve.${value}`),
            note: t(`${words}.resolveNote.${value}`),
          }))}
        />
        <TextArea
          ref={field}
          label={t("notice.resolveReason")}
          placeholder={t("notice.resolveReasonHint")}
          value={reason}
          onChange={(next) => {
            write(next);
            setMissing(false);
            clear();
          }}
          most={REASON_LIMIT}
          rows={2}
          count={(n) => t("work.count", { n: format.number(n), most: format.number(REASON_LIMIT) })}
          problem={problem === null ? undefined : problemId}
        />
        {problem !== null && <Problem id={problemId}>{problem}</Problem>}
        <div className="flex justify-end gap-2 max-tablet:flex-col-reverse">
          <Button size="large" onClick={onClose} className="max-tablet:h-11">
            {t("work.cancel")}
          </Button>
          <Button
            type="submit"
            look="primary"
            size="large"
            disabled={busy}
            className="max-tablet:h-11"
          >
            {busy ? t("alert.sending") : t("notice.resolveNow")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
