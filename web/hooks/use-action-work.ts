"use client";

import { useCallback, useRef } from "react";
import {
  abortAction,
  approveAction,
  executeAction,
  freezeActions,
  revertAction,
  reviewAction,
  type Execution,
} from "@/lib/noc/api-actions";
import { asNocError, type NocError } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import type { Action as Deed, Executed } from "@/lib/noc/types/actions";
import { useAction, type Action } from "./use-action";
import { useSignedIn } from "./use-session";

const touched: readonly Read[] = [
  "actions",
  "overview",
  "matrix",
  "timeline",
  "sources",
  "queue",
  "jobs",
];

export interface ActionWork extends Pick<Action, "busy" | "failure" | "clear"> {
  /** Null when the database did not take it, or did not say so; `onFailed` is told why. */
  execute: (
    wish: Omit<Execution, "idempotency_key">,
    onFailed: (error: NocError) => void,
  ) => Promise<Executed | null>;
  approve: (action_id: string, approve: boolean, note: string | null) => Promise<Deed | null>;
  abort: (action_id: string) => Promise<Deed | null>;
  revert: (action_id: string) => Promise<Deed | null>;
  /** Whether the database took it. */
  review: (action_id: string, note: string | null) => Promise<boolean>;
  freeze: (frozen: boolean, reason: string) => Promise<boolean>;
}

/**
 * Executes plans and decides about what came of them. A plan has one key for as long as it is
 * asked to be executed: an answer that was lost is asked for again without doing it twice.
 */
export function useActionWork(): ActionWork {
  const { supabase } = useSignedIn();
  const { busy, failure, run, clear } = useAction(touched);
  const keys = useRef(new Map<string, string>());

  const execute = useCallback(
    (wish: Omit<Execution, "idempotency_key">, onFailed: (error: NocError) => void) => {
      const idempotency_key = keys.current.get(wish.plan_id) ?? crypto.randomUUID();
      keys.current.set(wish.plan_id, idempotency_key);
      return run(async () => {
        try {
          return await executeAction(supabase, { ...wish, idempotency_key });
        } catch (thrown) {
          onFailed(asNocError(thrown));
          throw thrown;
        }
      });
    },
    [supabase, run],
  );
  const approve = useCallback(
    (action_id: string, agreed: boolean, note: string | null) =>
      run(() => approveAction(supabase, action_id, agreed, note)),
    [supabase, run],
  );
  const abort = useCallback(
    (action_id: string) => run(() => abortAction(supabase, action_id)),
    [supabase, run],
  );
  const revert = useCallback(
    (action_id: string) => run(() => revertAction(supabase, action_id)),
    [supabase, run],
  );
  const review = useCallback(
    async (action_id: string, note: string | null) => {
      const reviewed = await run(async () => {
        await reviewAction(supabase, action_id, note);
        return true;
      });
      return reviewed === true;
    },
    [supabase, run],
  );
  const freeze = useCallback(
    async (frozen: boolean, reason: string) => {
      const done = await run(async () => {
        await freezeActions(supabase, frozen, reason);
        return true;
      });
      return done === true;
    },
    [supabase, run],
  );
  return { busy, failure, clear, execute, approve, abort, revert, review, freeze };
}
