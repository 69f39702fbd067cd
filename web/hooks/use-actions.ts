"use client";

import { createContext, use } from "react";
import type { ActionAsk } from "@/lib/noc/action";

export interface Actions {
  /** Opens the drawer that previews the action. */
  ask: (ask: ActionAsk) => void;
}

const nobody: Actions = { ask: () => undefined };

/** Without a provider, in a panel shown alone, nothing can be started. */
export const ActionsContext = createContext<Actions>(nobody);

export function useActions(): Actions {
  return use(ActionsContext);
}
