"use client";

import { useId, useMemo, useState, type SubmitEvent } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useMaintenanceWork } from "@/hooks/use-maintenance-work";
import { useMaintenancePreview } from "@/hooks/use-noc-query";
import { useNow as useLocalNow } from "@/hooks/use-now";
import { useSettled } from "@/hooks/use-settled";
import { useFormat, useT } from "@/lib/noc/i18n";
import {
  TITLE_LIMIT,
  wishOf,
  wrongTime,
  type WindowDraft,
  type WindowField,
} from "@/lib/noc/maintenance";
import { untilSaid } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/text-field";
import { useNow } from "../now";
import { Problem } from "../problem";
import { Preview } from "./preview";
import { Scope } from "./scope";
import { When } from "./when";

/** As long as somebody types, nothing is asked. */
const SETTLE_MS = 300;

export interface MaintenanceDialogProps {
  me: Me;
  initial: WindowDraft;
  onClose: () => void;
}

/** Asks when, for whom and why; says before it is saved what would not open. */
export function MaintenanceDialog({ me, initial, onClose }: MaintenanceDialogProps) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { busy, failure, save } = useMaintenanceWork();
  const local = useLocalNow();
  const now = useNow() ?? local;
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const problemId = useId();

  const wish = wishOf(draft);
  // The reason changes nothing of what a window does.
  const asked = useStable(wishOf({ ...draft, title: "" }));
  const settled = useSettled(asked, SETTLE_MS);
  const read = useMaintenancePreview(settled);
  const preview = read.data?.data ?? null;
  const begun =
    preview !== null && preview.starts_at !== null && Date.parse(preview.starts_at) <= now;

  const untitled = draft.title.trim() === "";
  const missing: WindowField | null = tried ? (wrongTime(draft) ?? (untitled ? "title" : null)) : null;
  const refused = failure?.hint ?? null;
  const known = refused === null ? null : t.find("maintenance.wrong", refused);
  const problem =
    missing !== null
      ? t(`maintenance.wrong.${missing}`)
      : failure === null
        ? null
        : (known ?? failureSentence(t, failure));
  const wrong = (field: WindowField) =>
    missing === field || (missing === null && refused === field) ? problemId : undefined;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (wish === null || untitled) return;
    const saved = await save(wish);
    if (saved === null) return;
    const today = new Date(now).toISOString();
    const at = saved.next_at;
    if (at === null) tell(t("maintenance.savedNever"));
    else if (Date.parse(at) > now) {
      tell(t("maintenance.saved", { time: untilSaid(format, at, today) }));
    } else {
      const end = new Date(Date.parse(at) + wish.minutes * 60_000).toISOString();
      tell(t("maintenance.savedNow", { time: untilSaid(format, end, today) }));
    }
    onClose();
  };

  const fresh = draft.window_id === null;
  return (
    <Dialog
      open
      title={t(fresh ? "maintenance.title.new" : "maintenance.title.edit")}
      onClose={onClose}
      closeLabel={t("ui.close")}
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-3 p-5">
        <p className="text-small text-fg-2">{t("maintenance.how")}</p>
        <When draft={draft} onDraft={setDraft} wrong={wrong} />
        <Scope me={me} draft={draft} onDraft={setDraft} />
        <TextField
          label={t("maintenance.reason")}
          placeholder={t("maintenance.reasonHint")}
          value={draft.title}
          maxLength={TITLE_LIMIT}
          autoComplete="off"
          problem={wrong("title")}
          onChange={(title) => {
            setDraft({ ...draft, title });
          }}
        />
        <Preview
          complete={asked !== null}
          weekly={draft.often === "weekly"}
          now={now}
          read={read}
        />
        {problem !== null && <Problem id={problemId}>{problem}</Problem>}
        <DialogActions>
          <Button size="large" onClick={onClose} className="max-tablet:h-11 max-tablet:grow">
            {t("work.cancel")}
          </Button>
          <Button type="submit" look="primary" size="large" disabled={busy} className="max-tablet:h-11 max-tablet:grow">
            {busy
              ? t("alert.sending")
              : t(fresh ? (begun ? "maintenance.saveNow" : "maintenance.save") : "maintenance.saveEdit")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The same object while it says the same. */
function useStable<T>(value: T): T {
  const text = JSON.stringify(value);
  return useMemo(() => JSON.parse(text) as T, [text]);
}
