"use client";

import { useCallback } from "react";
import { endMaintenance, endSilence, silence } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import type { Maintenance, Matcher, Silence, Silenced } from "@/lib/noc/types";
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
  end: (entry: Pick<Silence | Maintenance, "kind" | "id">) => Promise<boolean>;
}

/** Makes and ends silences, and ends maintenance. */
export function useSilenceWork(): SilenceWork {
  const { supabase } = useSignedIn();
  const { busy, failure, run } = useAction(touched);
  const send = useCallback(
    (wish: Wish) => run(() => silence(supabase, wish)),
    [supabase, run],
  );
  const end = useCallback(
    async ({ kind, id }: Pick<Silence | Maintenance, "kind" | "id">) => {
      const work = kind === "silence" ? endSilence : endMaintenance;
      const ended = await run(async () => {
        await work(supabase, id);
        return true;
      });
      return ended === true;
    },
    [supabase, run],
  );
  return { busy, failure, send, end };
}
