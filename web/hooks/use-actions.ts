"use client";

import { createContext, use } from "react";
import type { ActionAsk } from "@/lib/noc/action";
import type { Company, ServiceName } from "@/lib/noc/types";
import type { Action } from "@/lib/noc/types/actions";

export interface Actions {
  /** Opens the drawer that previews the action. */
  ask: (ask: ActionAsk) => void;
  /** Opens the receipt of one that was asked for. */
  show: (action_id: string) => void;
  /** Takes back what was just done, and says so. */
  undo: (action_id: string) => void;
  /** Why nothing new may be done by the caller, in words; null: it may. */
  locked: string | null;
  /** Since when an admin has stopped all actions; null: they are not. */
  frozen: string | null;
  /** Whether the caller is an admin. */
  admin: boolean;
  /** The company, where the caller has but one. */
  only: Company | null;
  services: readonly ServiceName[];
  /** The pause of exactly this company that is in effect. */
  pauseOf: (company_cnpj: string) => Action | null;
}

const nobody: Actions = {
  ask: () => undefined,
  show: () => undefined,
  undo: () => undefined,
  locked: null,
  frozen: null,
  admin: false,
  only: null,
  services: [],
  pauseOf: () => null,
};

/** Without a provider, in a panel shown alone, nothing can be started. */
export const ActionsContext = createContext<Actions>(nobody);

export function useActions(): Actions {
  return use(ActionsContext);
}
