"use client";

import { useCallback, useState } from "react";
import { asNocError, isRefusal, type NocError } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import { useReread } from "./use-reread";

export interface Action {
  busy: boolean;
  failure: NocError | null;
  /** What the database answered; null when it did not take it, and why is in `failure`. */
  run: <T>(work: () => Promise<T>) => Promise<T | null>;
  /** Forgets the last failure. */
  clear: () => void;
}

/** One piece of work at a time on what these reads show; nothing is thrown. */
export function useAction(reads: readonly Read[]): Action {
  const reread = useReread(reads);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<NocError | null>(null);
  const clear = useCallback(() => {
    setFailure(null);
  }, []);
  const run = useCallback(
    async <T,>(work: () => Promise<T>): Promise<T | null> => {
      setBusy(true);
      setFailure(null);
      try {
        const answer = await work();
        void reread();
        return answer;
      } catch (thrown) {
        const error = asNocError(thrown);
        setFailure(error);
        // Somebody was faster, perhaps: what is shown may be wrong.
        if (isRefusal(error)) void reread();
        return null;
      } finally {
        setBusy(false);
      }
    },
    [reread],
  );
  return { busy, failure, run, clear };
}
