"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { ackAlert, assignAlert, closeAlert, commentAlert } from "@/lib/noc/api";
import { serverNow } from "@/lib/noc/contact";
import { asNocError, isRefusal } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import type { Pending, Work } from "@/lib/noc/work";
import type { Done } from "@/lib/noc/work-said";
import type { AlertWork, Failure } from "./use-alert-work";
import { useNoc } from "./use-noc";
import { keyOf } from "./use-noc-query";
import { useSignedIn, type SignedIn } from "./use-session";

const touched: readonly Read[] = ["overview", "timeline", "series", "history"];

async function send({ supabase, user_id }: SignedIn, alert_id: string, work: Work): Promise<Done> {
  switch (work.kind) {
    case "ack": {
      const { ack_until } = await ackAlert(supabase, alert_id, work.note, work.minutes);
      return { work, until: ack_until };
    }
    case "close": {
      const { latched_until } = await closeAlert(supabase, alert_id, work.reason);
      return { work, until: latched_until };
    }
    case "comment":
      await commentAlert(supabase, alert_id, work.note);
      return { work, until: null };
    default:
      await assignAlert(supabase, alert_id, work.kind === "take" ? user_id : null);
      return { work, until: null };
  }
}

/** The map without a key, or with it set; never the same object. */
function changed<V>(map: ReadonlyMap<string, V>, key: string, value: V | null): Map<string, V> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

type Sending = Pick<AlertWork, "pendingOf" | "failureOf" | "submit" | "dismiss">;

/**
 * Sends work on alerts, for each in the order in which it was asked. Until the page was read again
 * the last one counts as pending, so that an answer on its way does not undo what the reader sees.
 */
export function useSendWork(onDone: (done: Done) => void): Sending {
  const session = useSignedIn();
  const { watch, askNow } = useNoc();
  const queries = useQueryClient();
  const [pending, setPending] = useState<ReadonlyMap<string, Pending>>(new Map());
  const [failures, setFailures] = useState<ReadonlyMap<string, Failure>>(new Map());
  const queues = useRef(new Map<string, Promise<unknown>>());

  const reread = useCallback(async () => {
    askNow();
    await Promise.all(
      touched.map((read) =>
        queries.invalidateQueries({ queryKey: keyOf(session.user_id, read) }),
      ),
    );
  }, [queries, session.user_id, askNow]);

  const dismiss = useCallback((alert_id: string) => {
    setFailures((before) => changed(before, alert_id, null));
  }, []);

  const submit = useCallback(
    async (alert_id: string, work: Work): Promise<boolean> => {
      dismiss(alert_id);
      const at = serverNow(watch.get().contact.clock, Date.now()) ?? Date.now();
      const mine: Pending = { work, at };
      setPending((before) => changed(before, alert_id, mine));
      const settle = () => {
        setPending((before) =>
          before.get(alert_id) === mine ? changed(before, alert_id, null) : before,
        );
      };
      const ahead = queues.current.get(alert_id);
      const mineNow = () => send(session, alert_id, work);
      const sent = ahead === undefined ? mineNow() : ahead.then(mineNow);
      const tail = sent
        .catch(() => undefined)
        .then(() => {
          if (queues.current.get(alert_id) === tail) queues.current.delete(alert_id);
        });
      queues.current.set(alert_id, tail);
      try {
        const done = await sent;
        onDone(done);
        void reread().finally(settle);
        return true;
      } catch (thrown) {
        const error = asNocError(thrown);
        setFailures((before) => changed(before, alert_id, { work, error }));
        settle();
        // Somebody was faster, or the answer was lost: what is shown may be wrong.
        if (isRefusal(error) || error.code === "TIMEOUT") void reread();
        return false;
      }
    },
    [session, watch, reread, dismiss, onDone],
  );

  const pendingOf = useCallback((alert_id: string) => pending.get(alert_id) ?? null, [pending]);
  const failureOf = useCallback((alert_id: string) => failures.get(alert_id) ?? null, [failures]);
  return { pendingOf, failureOf, submit, dismiss };
}
