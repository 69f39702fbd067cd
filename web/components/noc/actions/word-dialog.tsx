"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { REASON_LIMIT } from "@/lib/noc/work";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextArea } from "../../ui/text-area";
import { Problem } from "../problem";

export interface WordDialogProps {
  title: string;
  /** What it is about. */
  what?: string;
  /** What it means. */
  how?: string;
  label: string;
  button: string;
  /** Fewest characters; 0: words are optional. */
  least: number;
  /** Said when there are fewer. */
  missing: string;
  busy: boolean;
  failure: string | null;
  onSend: (words: string) => void;
  onClose: () => void;
}

/** Asks for the words that a decision needs. */
export function WordDialog(props: WordDialogProps) {
  const { title, what, how, label, button, least, missing, busy, failure, onSend, onClose } = props;
  const t = useT();
  const format = useFormat();
  const [text, setText] = useState("");
  const [short, setShort] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const problem = short ? missing : failure;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = text.trim();
    setShort(words.length < least);
    if (words.length < least) field.current?.focus();
    else onSend(words);
  };
  return (
    <Dialog open title={title} onClose={onClose} closeLabel={t("ui.close")}>
      <form onSubmit={submit} className="grid gap-3 p-5">
        {what !== undefined && <p className="font-medium">{what}</p>}
        {how !== undefined && <p className="text-small text-fg-2">{how}</p>}
        <TextArea
          ref={field}
          label={label}
          value={text}
          onChange={(next) => {
            setText(next);
            setShort(false);
          }}
          most={REASON_LIMIT}
          count={(n) => t("work.count", { n: format.number(n), most: format.number(REASON_LIMIT) })}
          problem={problem === null ? undefined : problemId}
        />
        {problem !== null && <Problem id={problemId}>{problem}</Problem>}
        <DialogActions>
          <Button size="large" onClick={onClose} className="max-tablet:h-11 max-tablet:grow">
            {t("action.cancel")}
          </Button>
          <Button
            type="submit"
            look="primary"
            size="large"
            disabled={busy}
            className="max-tablet:h-11 max-tablet:grow"
          >
            {busy ? t("action.sending") : button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
