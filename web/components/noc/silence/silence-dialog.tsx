"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { useAlertWork, useDraft } from "@/hooks/use-alert-work";
import { useNow as useLocalNow } from "@/hooks/use-now";
import { useSilencePreview } from "@/hooks/use-noc-query";
import { useSilenceWork } from "@/hooks/use-silence-work";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import { alertSentence, ruleName, serviceName, untilSaid } from "@/lib/noc/sentence";
import {
  CRITICAL_MINUTES,
  durationsOf,
  matchersOf,
  nothingChosen,
  reachesOf,
  type Chosen,
  type Reach,
} from "@/lib/noc/silence";
import type { Alert, Me } from "@/lib/noc/types";
import { REASON_LIMIT } from "@/lib/noc/work";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { ChoiceCards } from "../../ui/choice-cards";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Segments } from "../../ui/radio-group";
import { TextArea } from "../../ui/text-area";
import { useNow } from "../now";
import { Problem } from "../problem";
import { Choose } from "./choose";
import { Preview } from "./preview";

/** What each reach means for this alert. */
function cardOf(t: Translate, reach: Reach, alert: Alert | null) {
  if (reach === "chosen" || alert === null) {
    return { value: reach, title: t("silence.reach.chosen"), note: t("silence.reach.chosenNote") };
  }
  if (reach === "alert") {
    return { value: reach, title: t("silence.reach.alert"), note: alertSentence(t, alert) };
  }
  const what = reach === "rule" ? ruleName(t, alert.title) : serviceName(t, alert.service);
  const title =
    alert.company_cnpj === null ? t(`silence.reach.${reach}`) : t(`silence.reachIn.${reach}`);
  return { value: reach, title, note: [what, alert.company_name].filter(Boolean).join(" · ") };
}

export interface SilenceDialogProps {
  me: Me;
  /** Null: silence something that is not open now. */
  alert: Alert | null;
  onClose: () => void;
}

/** Asks what, for how long and why; says before it is sent what it would reach. */
export function SilenceDialog({ me, alert, onClose }: SilenceDialogProps) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { busy, failure, send } = useSilenceWork();
  const local = useLocalNow();
  const now = useNow() ?? local;
  const [reach, setReach] = useState<Reach>(alert === null ? "chosen" : "alert");
  const [chosen, setChosen] = useState<Chosen>(
    alert === null
      ? nothingChosen
      : { ...nothingChosen, company_cnpj: alert.company_cnpj, service: alert.service, code: alert.title },
  );
  const [minutes, setMinutes] = useState("60");
  const [resolve, setResolve] = useState(alert !== null);
  const [reason, write] = useDraft(`silence:${alert?.alert_id ?? "new"}`);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();

  const matchers = matchersOf(reach, alert, chosen);
  const read = useSilencePreview(matchers);
  const preview = read.data?.data ?? null;
  const length = Number(minutes);
  const age = (value: number) => (value === 1440 ? t("range.24h") : format.duration(value * 60));
  const after = (value: number) => new Date(now + value * 60_000).toISOString();
  const said = (value: number) => untilSaid(format, after(value), new Date(now).toISOString());
  const shortened = me.role !== "admin" && length > CRITICAL_MINUTES;

  const problem = missing ? t("error.reason") : failure && failureSentence(t, failure);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = reason.trim();
    setMissing(text === "");
    if (text === "") {
      field.current?.focus();
      return;
    }
    const wish = { matchers, ends_at: after(length), reason: text, end_on_resolve: resolve };
    const silenced = await send(wish);
    if (silenced === null) return;
    write("");
    const today = new Date(now).toISOString();
    tell(t("silence.done", { time: untilSaid(format, silenced.ends_at, today) }));
    onClose();
  };

  const reaches = reachesOf(alert);
  return (
    <Dialog open title={t("silence.title")} onClose={onClose} closeLabel={t("ui.close")}>
      <form onSubmit={(event) => void submit(event)} className="grid gap-3 p-5">
        <p className="text-small text-fg-2">{t("silence.how")}</p>
        {reaches.length > 1 && (
          <ChoiceCards
            label={t("silence.reach")}
            value={reach}
            onChange={setReach}
            choices={reaches.map((each) => cardOf(t, each, alert))}
          />
        )}
        {reach === "chosen" && (
          <Choose
            me={me}
            chosen={chosen}
            onChoose={(part) => {
              setChosen({ ...chosen, ...part });
            }}
          />
        )}
        <Preview chosen={matchers.length > 0} read={read} />
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Segments
            label={t("silence.time")}
            value={minutes}
            onChange={setMinutes}
            choices={durationsOf(me.role).map((value) => ({ value: String(value), label: age(value) }))}
            className="max-tablet:h-11"
          />
          <p className="text-small text-fg-2">
            {t("silence.until", { time: said(length) })}
            {shortened && ` ${t("silence.criticalUntil", { time: said(CRITICAL_MINUTES) })}`}
          </p>
        </div>
        <Checkbox checked={resolve} onChange={setResolve}>
          {t("silence.onResolve")}
        </Checkbox>
        <TextArea
          ref={field}
          label={t("silence.reason")}
          placeholder={t("silence.reasonHint")}
          value={reason}
          onChange={(next) => {
            write(next);
            setMissing(false);
          }}
          most={REASON_LIMIT}
          rows={2}
          count={(n) => t("work.count", { n: format.number(n), most: format.number(REASON_LIMIT) })}
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
            disabled={busy || matchers.length === 0}
            className="max-tablet:h-11 max-tablet:grow"
          >
            {busy
              ? t("alert.sending")
              : preview === null || preview.matching === 0
                ? t("silence.sendNone", { age: age(length) })
                : t.count("silence.send", preview.matching, { age: age(length) })}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
