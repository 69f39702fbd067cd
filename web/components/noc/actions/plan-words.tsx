"use client";

import { Users } from "lucide-react";
import type { Ref } from "react";
import { approverSaid } from "@/lib/noc/action-notes";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Plan } from "@/lib/noc/types/actions";
import { REASON_LIMIT } from "@/lib/noc/work";
import { DrawerSection } from "../../ui/drawer";
import { TextArea } from "../../ui/text-area";
import { TextField } from "../../ui/text-field";
import { Problem } from "../problem";

export interface PlanReasonProps {
  plan: Plan;
  reason: string;
  onWrite: (reason: string) => void;
  problemId: string;
  problem: string | null;
  ref: Ref<HTMLTextAreaElement>;
}

/** Why it is done, and whether that has to be said. */
export function PlanReason({ plan, reason, onWrite, problemId, problem, ref }: PlanReasonProps) {
  const t = useT();
  const format = useFormat();
  const need = t(plan.needs_reason ? "action.reason.needed" : "action.reason.optional");
  return (
    <DrawerSection>
      <TextArea
        ref={ref}
        label={`${t("action.reason")} (${need})`}
        placeholder={t("action.reason.hint")}
        value={reason}
        onChange={onWrite}
        most={REASON_LIMIT}
        rows={2}
        count={(n) => t("work.count", { n: format.number(n), most: format.number(REASON_LIMIT) })}
        problem={problem === null ? undefined : problemId}
      />
      {problem !== null && <Problem id={problemId}>{problem}</Problem>}
    </DrawerSection>
  );
}

export interface PlanConfirmProps {
  n: number;
  typed: string;
  onType: (typed: string) => void;
  problemId: string;
  problem: string | null;
  ref: Ref<HTMLInputElement>;
}

/** The number to type, where an action reaches many or sends. */
export function PlanConfirm({ n, typed, onType, problemId, problem, ref }: PlanConfirmProps) {
  const t = useT();
  return (
    <DrawerSection>
      <TextField
        ref={ref}
        // Not grouped: what is shown is what is typed.
        label={t("action.confirm", { n })}
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={onType}
        problem={problem === null ? undefined : problemId}
        className="max-w-48"
      />
      <p className="text-small text-fg-2">{t("action.confirm.why")}</p>
      {problem !== null && <Problem id={problemId}>{problem}</Problem>}
    </DrawerSection>
  );
}

/** Who has to agree, and until when. */
export function PlanApproval({ plan }: { plan: Plan }) {
  const t = useT();
  return (
    <DrawerSection>
      <div className="flex items-start gap-2 rounded-control border border-line-2 bg-sunken px-3 py-2 text-small">
        <Users aria-hidden size={16} className="mt-px shrink-0 text-fg-2" />
        <p>
          <b className="font-semibold">{t("action.approval.title")}.</b>{" "}
          {t("action.approval.note", { who: approverSaid(t, plan) })}
        </p>
      </div>
    </DrawerSection>
  );
}
