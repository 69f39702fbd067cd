"use client";

import type { ActionAsk } from "@/lib/noc/action";
import { useT } from "@/lib/noc/i18n";
import { Dialog } from "../../ui/dialog";

/** What the action would do, before anything is done. */
export function ActionDrawer({ ask, onClose }: { ask: ActionAsk; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog open title={t(`action.${ask.action}`)} onClose={onClose} closeLabel={t("ui.close")}>
      {null}
    </Dialog>
  );
}
