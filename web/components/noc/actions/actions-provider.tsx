"use client";

import { useMemo, useState, type ReactNode } from "react";
import { ActionsContext, type Actions } from "@/hooks/use-actions";
import type { ActionAsk } from "@/lib/noc/action";
import { ActionDrawer } from "./action-drawer";

/** Everything below may ask for actions; their drawer lives here, beside the page. */
export function ActionsProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<ActionAsk | null>(null);
  const actions = useMemo<Actions>(() => ({ ask: setAsked }), []);
  return (
    <ActionsContext value={actions}>
      {children}
      {asked !== null && (
        <ActionDrawer
          ask={asked}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </ActionsContext>
  );
}
