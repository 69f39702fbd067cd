"use client";

import { SearchX } from "lucide-react";
import { useActionRecord } from "@/hooks/use-action-list";
import { useActionWork } from "@/hooks/use-action-work";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionFailure } from "@/lib/noc/action-error";
import { actionSaid, titleSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { Drawer, DrawerSection } from "../../ui/drawer";
import { useNow } from "../now";
import { PanelNote, PanelState, settled } from "../panel-state";
import { Problem } from "../problem";
import { ActionIcon } from "./action-icon";
import { ActionProgress } from "./action-progress";
import { RevertButton } from "./revert-button";
import { ReceiptFacts } from "./receipt-facts";
import { ReceiptItems } from "./receipt-items";

/** Stopping what is left to do, or withdrawing what nobody agreed to yet. */
function Stop({ action }: { action: Action }) {
  const t = useT();
  const { tell } = useAlertWork();
  const { busy, failure, abort } = useActionWork();
  const waits = action.status === "awaiting_approval";
  return (
    <>
      {failure !== null && <Problem>{actionFailure(t, failure)}</Problem>}
      <Button
        size="large"
        disabled={busy}
        className="max-tablet:h-11"
        onClick={() =>
          void abort(action.action_id).then((stopped) => {
            if (stopped !== null) tell(t(waits ? "action.stoppedAsk" : "action.stopped"));
          })
        }
      >
        {busy ? t("action.sending") : t(waits ? "action.withdraw" : "action.stop")}
      </Button>
    </>
  );
}

export interface ReceiptProps {
  action_id: string;
  inside: boolean;
  onClose: () => void;
}

/** What became of an action: its progress while it runs, then each item and why. */
export function Receipt({ action_id, inside, onClose }: ReceiptProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { record, view, missing, onRetry } = useActionRecord(action_id);
  const action = record?.action ?? null;
  const kind = action?.payload["kind"] === "message" ? "message" : "job";
  const recallable = action?.can.abort === true && now !== null;
  return (
    <Drawer
      title={action === null ? t("action.receipt.of") : titleSaid(t, action.action, kind)}
      icon={action !== null && <ActionIcon action={action.action} />}
      note={action !== null && actionSaid(t, format, action)}
      onClose={onClose}
      closeLabel={t("ui.close")}
      back={inside ? t("action.back") : undefined}
      footer={
        <>
          {recallable && <Stop action={action} />}
          {action?.can.revert === true && <RevertButton action={action} size="large" />}
          <Button look="primary" size="large" onClick={onClose} className="max-tablet:h-11">
            {t("action.receipt.close")}
          </Button>
        </>
      }
    >
      {missing ? (
        <PanelNote icon={<SearchX aria-hidden size={20} />} title={t("action.receipt.missing")} />
      ) : (
        <PanelState
          name={t("action.receipt.of")}
          condition={settled(record, view.kind === "error" ? { ...view, onRetry } : view)}
          shape="list"
        >
          {record !== null && (
            <>
              {record.action.progress !== null && record.action.progress.items > 0 && (
                <DrawerSection>
                  <ActionProgress action={record.action} progress={record.action.progress} />
                </DrawerSection>
              )}
              <ReceiptFacts action={record.action} />
              <ReceiptItems items={record.items} leftOff={record.left_off} />
            </>
          )}
        </PanelState>
      )}
    </Drawer>
  );
}
