"use client";

import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { AlertWorkContext, type AlertWork, type Offer } from "@/hooks/use-alert-work";
import { useSendWork } from "@/hooks/use-send-work";
import { useSignedIn } from "@/hooks/use-session";
import { useFormat, useT } from "@/lib/noc/i18n";
import { draftOf, newWindow, type WindowDraft } from "@/lib/noc/maintenance";
import type { Alert, Me } from "@/lib/noc/types";
import { mayWork } from "@/lib/noc/work";
import { doneSentence, type Done } from "@/lib/noc/work-said";
import { focusAlert } from "./alert-focus";
import { MaintenanceDialog } from "./maintenance/maintenance-dialog";
import { SilenceDialog } from "./silence/silence-dialog";
import { Toast, type Notice } from "./toast";
import { WorkDialog, type Asked } from "./work-dialog";

/**
 * Everything below may work alerts. Dialogs and notices live here, beside the page: a row that
 * closes by itself while somebody writes must not take the words with it.
 */
export function WorkProvider({ me, children }: { me: Me | null; children: ReactNode }) {
  const t = useT();
  const format = useFormat();
  const { email } = useSignedIn();
  const drafts = useRef(new Map<string, string>());
  const [asked, setAsked] = useState<Asked | null>(null);
  const [silencing, setSilencing] = useState<{ alert: Alert | null } | null>(null);
  const [planning, setPlanning] = useState<WindowDraft | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);

  const tell = useCallback((sentence: string, offer?: Offer) => {
    setNotice((before) => ({ sentence, offer, id: (before?.id ?? 0) + 1 }));
  }, []);
  const hush = useCallback(() => {
    setNotice(null);
  }, []);
  const onDone = useCallback(
    (done: Done) => {
      tell(doneSentence(t, format, done, new Date().toISOString()));
    },
    [tell, t, format],
  );
  const sending = useSendWork(onDone);
  const { pendingOf, failureOf, submit, dismiss } = sending;

  const work = useMemo<AlertWork>(
    () => ({
      email,
      may: (alert: Alert) => mayWork(me, alert),
      operates: me?.can_operate === true,
      pendingOf,
      failureOf,
      submit,
      dismiss,
      ask: (alert, kind) => {
        setAsked({ alert, kind });
      },
      askSilence: (alert) => {
        setSilencing({ alert });
      },
      askMaintenance: (window) => {
        if (me !== null) setPlanning(window === null ? newWindow(Date.now(), me) : draftOf(window));
      },
      tell,
      draftOf: (field) => drafts.current.get(field) ?? "",
      keepDraft: (field, text) => {
        drafts.current.set(field, text);
      },
    }),
    [email, me, pendingOf, failureOf, submit, dismiss, tell],
  );
  const leave = () => {
    if (asked === null) return;
    setAsked(null);
    if (failureOf(asked.alert.alert_id)?.work.kind === asked.kind) dismiss(asked.alert.alert_id);
    focusAlert(asked.alert.alert_id);
  };

  return (
    <AlertWorkContext value={work}>
      {children}
      {asked !== null && (
        <WorkDialog key={`${asked.kind}:${asked.alert.alert_id}`} asked={asked} onClose={leave} />
      )}
      {silencing !== null && me !== null && (
        <SilenceDialog
          me={me}
          alert={silencing.alert}
          onClose={() => {
            setSilencing(null);
            if (silencing.alert !== null) focusAlert(silencing.alert.alert_id);
          }}
        />
      )}
      {planning !== null && me !== null && (
        <MaintenanceDialog
          me={me}
          initial={planning}
          onClose={() => {
            setPlanning(null);
          }}
        />
      )}
      <Toast notice={notice} onOver={hush} />
    </AlertWorkContext>
  );
}
