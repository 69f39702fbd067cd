"use client";

import { createContext, use, useCallback, useState } from "react";
import type { NocError } from "@/lib/noc/error";
import type { Alert, Maintenance } from "@/lib/noc/types";
import type { Pending, Work, WorkKind } from "@/lib/noc/work";

/** Work that the database did not take; what it was stays, so that it can be tried again. */
export interface Failure {
  work: Work;
  error: NocError;
}

/** A way back that is offered with what was said, for so many milliseconds. */
export interface Offer {
  label: string;
  ms: number;
  run: () => void;
}

/** Work on alerts: what is under way, what failed, and how to start it. */
export interface AlertWork {
  /** E-mail of the caller; null outside of a session. */
  email: string | null;
  may: (alert: Alert) => boolean;
  /** Whether the caller works any alerts. */
  operates: boolean;
  pendingOf: (alert_id: string) => Pending | null;
  failureOf: (alert_id: string) => Failure | null;
  /** Settles with whether the database took it. Nothing is thrown; a failure is kept. */
  submit: (alert_id: string, work: Work) => Promise<boolean>;
  dismiss: (alert_id: string) => void;
  /** Opens the dialog that asks for the words which this work needs. */
  ask: (alert: Alert, kind: Extract<WorkKind, "close" | "comment">) => void;
  /** Opens the dialog that silences; null: nothing in particular. */
  askSilence: (alert: Alert | null) => void;
  /** Opens the form of a maintenance window; null: a new one. */
  askMaintenance: (window: Maintenance | null) => void;
  /** Says something to everybody who looks or listens. */
  tell: (sentence: string, offer?: Offer) => void;
  /** What was typed and not sent yet, by the name of its field; kept while the page lives. */
  draftOf: (field: string) => string;
  keepDraft: (field: string, text: string) => void;
}

const nobody: AlertWork = {
  email: null,
  may: () => true,
  operates: true,
  pendingOf: () => null,
  failureOf: () => null,
  submit: () => Promise.resolve(false),
  dismiss: () => undefined,
  ask: () => undefined,
  askSilence: () => undefined,
  askMaintenance: () => undefined,
  tell: () => undefined,
  draftOf: () => "",
  keepDraft: () => undefined,
};

/** Without a provider, in a panel shown alone, nothing can be started. */
export const AlertWorkContext = createContext<AlertWork>(nobody);

export function useAlertWork(): AlertWork {
  return use(AlertWorkContext);
}

/** The text of a field that outlives what shows it: a closed dialog, a drawer, a vanished row. */
export function useDraft(field: string): [text: string, write: (text: string) => void] {
  const { draftOf, keepDraft } = useAlertWork();
  const [text, setText] = useState(() => draftOf(field));
  const write = useCallback(
    (next: string) => {
      setText(next);
      keepDraft(field, next);
    },
    [field, keepDraft],
  );
  return [text, write];
}
