"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { paramsOf, type ActionAsk, type Choices } from "@/lib/noc/action";
import { previewAction } from "@/lib/noc/api-actions";
import { serverNow } from "@/lib/noc/contact";
import type { NocError } from "@/lib/noc/error";
import { useFormat } from "@/lib/noc/i18n";
import type { Plan } from "@/lib/noc/types/actions";
import { useNoc } from "./use-noc";
import { useSignedIn } from "./use-session";

export interface PlanRead {
  /** What is shown; of former choices while `busy`. */
  plan: Plan | null;
  error: NocError | null;
  busy: boolean;
  /** The plan in whose place this one came, so that the difference can be said. */
  before: Plan | null;
  /** Asks for the plan of now; the one that was shown is compared with it. */
  renew: (before: Plan | null) => void;
}

/** The plan of these choices. Each change asks for a new one; nothing is asked while one is missing. */
export function useActionPlan(ask: ActionAsk, choices: Choices): PlanRead {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const format = useFormat();
  const wish = JSON.stringify(choices);
  const [renewed, setRenewed] = useState<{ turn: number; before: Plan | null; of: string }>({
    turn: 0,
    before: null,
    of: wish,
  });
  const { data, error, isPlaceholderData, isFetching } = useQuery<Plan, NocError>({
    queryKey: ["noc", user_id, "plan", JSON.stringify(ask), wish, renewed.turn],
    queryFn: ({ signal }) => {
      const now = serverNow(watch.get().contact.clock, Date.now()) ?? Date.now();
      const chosen = paramsOf(ask, choices, now, format.offset(now));
      if (chosen === null) throw new Error("asked without a choice");
      return previewAction(supabase, ask, chosen, signal);
    },
    enabled: paramsOf(ask, choices, 0, 0) !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    networkMode: "always",
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const renew = useCallback(
    (before: Plan | null) => {
      setRenewed(({ turn }) => ({ turn: turn + 1, before, of: wish }));
    },
    [wish],
  );
  return {
    plan: data ?? null,
    error,
    busy: isPlaceholderData || isFetching,
    before: renewed.of === wish ? renewed.before : null,
    renew,
  };
}
