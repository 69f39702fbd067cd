"use client";

import { useCallback, useState } from "react";
import { endMaintenance, endSilence, silence } from "@/lib/noc/api";
import { asNocError, isRefusal, type NocError } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import type { Maintenance, Matcher, Silence, Silenced } from "@/lib/noc/types";
import { useReread } from "./use-reread";
import { useSignedIn } from "./use-session";

const touched: readonly Read[] = ["overview", "timeline", "silences"];

export interface Wish {
  matchers: readonly Matcher[];
  ends_at: string;
  reason: string;
  end_on_resolve: boolean;
}

export interface SilenceWork {
  busy: boolean;
  failure: NocError | null;
  /** Null when the database did not take it; why is in `failure`. */
  send: (wish: Wish) => Promise<Silenced | null>;
  /** Whether the database took it. */
  end: (entry: Pick<Silence | Maintenance, "kind" | "id">) => Promise<boolean>;
}

/** Makes and ends silences; nothing is thrown. */
export function useSilenceWork(): SilenceWork {
  const { supabase } = useSignedIn();
  const reread = useReread(touched);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<NocError | null>(null);

  const through = useCallback(
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
        if (isRefusal(error)) void reread();
        return null;
      } finally {
        setBusy(false);
      }
    },
    [reread],
  );
  const send = useCallback((wish: Wish) => through(() => silence(supabase, wish)), [supabase, through]);
  const end = useCallback(
    async ({ kind, id }: Pick<Silence | Maintenance, "kind" | "id">) => {
      const work = kind === "silence" ? endSilence : endMaintenance;
      return (await through(async () => {
        await work(supabase, id);
        return true;
      })) === true;
    },
    [supabase, through],
  );
  return { busy, failure, send, end };
}
