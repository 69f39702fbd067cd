"use client";

import { differenceSaid } from "@/lib/noc/action-notes";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Plan } from "@/lib/noc/types/actions";
import { DrawerSection } from "../../ui/drawer";
import { StatusShape } from "../status-shape";

/** What changed between the plan that was shown and the one that took its place. */
export function PlanDifference({ before, plan }: { before: Plan; plan: Plan }) {
  const t = useT();
  const format = useFormat();
  const lines = differenceSaid(t, format, before, plan);
  return (
    <DrawerSection>
      <div
        role="alert"
        data-difference={lines.length}
        className="st-degraded flex items-start gap-2 rounded-control border border-state-edge bg-state-tint px-3 py-2 text-small [--cut:var(--degraded-tint)]"
      >
        <StatusShape status="DEGRADED" size={16} className="mt-px" />
        <div className="grid min-w-0 gap-0.5">
          <b className="font-semibold text-state-fg">
            {t(lines.length === 0 ? "action.stale.same" : "action.stale.title")}
          </b>
          {lines.map((line) => (
            <span key={line}>{line}</span>
          ))}
          <span className="text-fg-2">{t("action.stale.again")}</span>
        </div>
      </div>
    </DrawerSection>
  );
}
