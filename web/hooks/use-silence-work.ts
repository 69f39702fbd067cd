"use client";

import { useCallback } from "react";
import { endSilence, silence } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import type { Matcher, Silenced } from "@/lib/noc/types";
import { useAction, type Action } from "./use-action";
import { useSignedIn } from "./use-session";

const touched: readonly Read[] = ["overview", "timeline", "silences"];

export interface Wish {
  matchers: readonly Matcher[];
  ends_at: string;
  reason: string;
  end_on_resolve: boolean;
}

export interface SilenceWork extends Pick<Action, "busy" | "failure"> {
  /** Null when the database did not take it. */
  send: (wish: Wish) => Promise<Silenced | null>;
  /** Whether the database took it. */
  end: (silence_id: string) => Promise<boolean>;
}

/** Makes and ends silences. */
export function useSilenceWork(): SilenceWork {
  const { supabase } = useSignedIn();
  const { busy, failure, run } = useAction(touched);
  const send = useCallback(
    (wish: Wish) => run(() => silence(supabase, wish)),
    [supabase, run],
  );
  const end = useCallback(
    async (silence_id: string) => {
      const ended = await run(async () => {
        await endSilence(supabase, silence_id);
        return true;
      });
      return ended === true;
    },
    [supabase, run],
  );
  return { busy, failure, send, end };
}
