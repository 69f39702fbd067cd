"use client";

import { useState } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { notifyOffer } from "@/lib/noc/quick";
import type { Alert } from "@/lib/noc/types";
import { Button } from "../../ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "../../ui/popover";
import { AckForm } from "../ack-form";
import { ActionButton } from "../actions/action-button";
import { Quick } from "../alert-actions";
import { focusAlert } from "../alert-focus";
import { AlertProblem } from "../alert-problem";
import { LockedButton } from "../locked-button";
import { NoteField } from "./note-field";

const wide = "max-tablet:h-11 max-tablet:grow";

function AckFor({ alert }: { alert: Alert }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button size="large" className={wide}>
          {t(alert.state === "ack" ? "work.ackAgain" : "work.ackFor")}
        </Button>
      </PopoverTrigger>
      <PopoverContent label={t("work.ackFor")} align="end" className="w-80 max-w-[calc(100vw-16px)]">
        <AckForm
          alert={alert}
          onDone={() => {
            setOpen(false);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}

function Actions({ alert }: { alert: Alert }) {
  const t = useT();
  const { email, pendingOf, submit, ask, askSilence } = useAlertWork();
  const mine = email !== null && alert.owner === email;
  const busy = pendingOf(alert.alert_id) !== null;
  const click = (work: Parameters<typeof submit>[1]) => {
    void submit(alert.alert_id, work);
    focusAlert(alert.alert_id);
  };
  return (
    <div className="flex flex-wrap justify-end gap-2 max-tablet:basis-full">
      <Button
        size="large"
        disabled={busy}
        className={wide}
        onClick={() => {
          click({ kind: mine ? "release" : "take" });
        }}
      >
        {t(mine ? "work.release" : "work.take")}
      </Button>
      <Button
        size="large"
        className={wide}
        onClick={() => {
          askSilence(alert);
        }}
      >
        {t("silence.button")}
      </Button>
      <ActionButton {...notifyOffer(t, alert)} size="large" className={wide} />
      {/* One primary: whoever has acknowledged it goes on to what helps. */}
      <Quick
        alert={alert}
        size="large"
        className={wide}
        tone={alert.state === "open" ? "tonal" : "primary"}
      />
      <Button
        size="large"
        disabled={busy}
        className={wide}
        onClick={() => {
          ask(alert, "close");
        }}
      >
        {t("work.close")}
      </Button>
      <AckFor alert={alert} />
      {alert.state === "open" && (
        <Button
          look="primary"
          size="large"
          disabled={busy}
          className={wide}
          onClick={() => {
            click({ kind: "ack", minutes: null, note: null });
          }}
        >
          {t("work.ack")}
        </Button>
      )}
    </div>
  );
}

function Locked({ over }: { over: boolean }) {
  const t = useT();
  const keys = over ? (["work.commentNow"] as const) : (["work.commentNow", "work.close", "work.ack"] as const);
  return (
    <>
      <p className="min-w-0 grow basis-60 text-small text-fg-3">{t("work.locked")}</p>
      <div className="flex flex-wrap gap-2 max-tablet:basis-full">
        {keys.map((key) => (
          <LockedButton key={key} size="large" reason={t("work.locked")} className={wide}>
            {t(key)}
          </LockedButton>
        ))}
      </div>
    </>
  );
}

/** A note always at hand, and what can be done; for a reader, why it cannot. */
export function Footer({ alert, works }: { alert: Alert; works: boolean }) {
  const over = alert.state === "closed";
  return (
    <footer className="shrink-0 border-t border-line-1 bg-panel px-3 py-3 tablet:px-5">
      <div className={`flex flex-wrap gap-2 ${works ? "items-start" : "items-center"}`}>
        {works ? <NoteField alert={alert} /> : <Locked over={over} />}
        {works && !over && <Actions alert={alert} />}
      </div>
      {works && <AlertProblem alert={alert} />}
    </footer>
  );
}
