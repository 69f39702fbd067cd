"use client";

import { Wrench } from "lucide-react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { Button } from "../../ui/button";
import { LockedButton } from "../locked-button";

/** Plans maintenance from where services are seen; who may not reads why. */
export function PlanButton() {
  const t = useT();
  const { operates, askMaintenance } = useAlertWork();
  if (!operates) {
    return (
      <LockedButton reason={t("maintenance.locked")} className="max-tablet:h-11">
        {t("maintenance.plan")}
      </LockedButton>
    );
  }
  return (
    <Button
      className="max-tablet:h-11"
      onClick={() => {
        askMaintenance(null);
      }}
    >
      <Wrench aria-hidden size={12} />
      {t("maintenance.plan")}
    </Button>
  );
}
