"use client";

import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useActionList } from "@/hooks/use-action-list";
import { useActionWork } from "@/hooks/use-action-work";
import { ActionsContext, type Actions } from "@/hooks/use-actions";
import { useAlertWork } from "@/hooks/use-alert-work";
import type { ActionAsk } from "@/lib/noc/action";
import { didSaid, isTracked, UNDO_MS } from "@/lib/noc/action-result";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import type { Executed } from "@/lib/noc/types/actions";
import { ActionDrawer } from "./action-drawer";
import { Receipt } from "./receipt";

/** What is open: a plan, or the receipt of an action; from a drawer, to which it leads back. */
type Open = { inside: boolean } & ({ ask: ActionAsk } | { action_id: string });

const everything = { company_cnpj: null, group_id: null };
const drawerIsOpen = () => document.querySelector(".noc-drawer") !== null;

/** Everything below may ask for actions; their drawer lives here, beside the page. */
export function ActionsProvider({ me, children }: { me: Me | null; children: ReactNode }) {
  const t = useT();
  const format = useFormat();
  const { tell } = useAlertWork();
  const { revert } = useActionWork();
  const { list } = useActionList(everything);
  const [open, setOpen] = useState<Open | null>(null);
  const close = useCallback(() => {
    setOpen(null);
  }, []);
  const undo = useCallback(
    (action_id: string) => {
      void revert(action_id).then((action) => {
        tell(t(action === null ? "action.error.not_in_effect" : "action.did.reverted"));
      });
    },
    [revert, tell, t],
  );

  const frozen = list?.frozen ?? null;
  const in_effect = list?.in_effect;
  const actions = useMemo<Actions>(() => {
    let locked: string | null = null;
    if (me !== null && !me.can_operate) locked = t("action.locked.role");
    else if (frozen !== null) locked = t("action.locked.frozen", { time: format.time(frozen) });
    return {
      ask: (ask) => {
        setOpen({ ask, inside: drawerIsOpen() });
      },
      show: (action_id) => {
        setOpen({ action_id, inside: drawerIsOpen() });
      },
      undo,
      locked,
      frozen,
      admin: me?.can_administer === true,
      only: me?.companies.length === 1 ? (me.companies[0] ?? null) : null,
      services: me?.services ?? [],
      pauseOf: (company_cnpj) =>
        in_effect?.find(
          (each) => each.action === "pause_queue" && each.company_cnpj === company_cnpj,
        ) ?? null,
    };
  }, [me, frozen, in_effect, undo, t, format]);

  const onDone = (done: Executed) => {
    if (isTracked(done)) {
      setOpen({ action_id: done.action_id, inside: open?.inside === true });
      return;
    }
    close();
    const offered = done.can.revert && !done.already_in_effect;
    tell(
      didSaid(t, format, done),
      offered
        ? {
            label: t("action.undo"),
            ms: UNDO_MS,
            run: () => {
              undo(done.action_id);
            },
          }
        : undefined,
    );
  };

  return (
    <ActionsContext value={actions}>
      {children}
      {open !== null && "ask" in open && me !== null && (
        <ActionDrawer me={me} ask={open.ask} inside={open.inside} onClose={close} onDone={onDone} />
      )}
      {open !== null && "action_id" in open && (
        <Receipt action_id={open.action_id} inside={open.inside} onClose={close} />
      )}
    </ActionsContext>
  );
}
