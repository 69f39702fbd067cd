"use client";

import { Clock } from "lucide-react";
import clsx from "clsx";
import { buttonSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Plan } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { Problem } from "../problem";

const ENDS_SOON_S = 15;

function Validity({ plan, left }: { plan: Plan; left: number }) {
  const t = useT();
  const format = useFormat();
  return (
    <p className="flex justify-between gap-3 text-small text-fg-3">
      <span
        className={clsx(
          "flex items-center gap-1.5",
          left <= ENDS_SOON_S && "st-degraded font-medium text-state-fg",
        )}
      >
        <Clock aria-hidden size={14} className="shrink-0" />
        {left > 0
          ? t("action.validity", { age: format.duration(left) })
          : t("action.validity.over")}
      </span>
      <span className="font-mono text-micro">
        {t("action.plan", { id: `${plan.plan_hash.slice(0, 4)}…${plan.plan_hash.slice(-2)}` })}
      </span>
    </p>
  );
}

export interface PlanFooterProps {
  form: string;
  /** Null: there is nothing that could be done. */
  plan: Plan | null;
  /** Seconds that it can still be executed. */
  left: number;
  /** A new plan is on its way. */
  planning: boolean;
  sending: boolean;
  /** Nobody knows whether it was done: the same is asked once more, however old it is. */
  inDoubt: boolean;
  /** Why it was not done. */
  problem: string | null;
  onRenew: () => void;
  onClose: () => void;
}

/** How long the plan is good for, and one button that says all of what it does. */
export function PlanFooter(props: PlanFooterProps) {
  const { form, plan, left, planning, sending, inDoubt, problem, onRenew, onClose } = props;
  const t = useT();
  const format = useFormat();
  const over = left <= 0 && !inDoubt;
  // All of what it does is said, on two lines where one is too short.
  const look = "h-auto! min-h-9 min-w-0 shrink! grow py-1.5 text-balance whitespace-normal! max-tablet:min-h-11";
  return (
    <>
      {problem !== null && <Problem>{problem}</Problem>}
      {plan !== null && <Validity plan={plan} left={left} />}
      <div className="flex gap-2">
        <Button size="large" onClick={onClose} className="self-stretch h-auto! min-h-9 max-tablet:min-h-11">
          {t("action.cancel")}
        </Button>
        {plan !== null && over && (
          <Button look="tonal" size="large" disabled={planning} onClick={onRenew} className={look}>
            {t(planning ? "action.replanning" : "action.renew")}
          </Button>
        )}
        {plan !== null && !over && (
          <Button
            type="submit"
            form={form}
            look="primary"
            size="large"
            disabled={planning || sending}
            className={look}
          >
            {sending
              ? t("action.sending")
              : planning
                ? t("action.replanning")
                : inDoubt
                  ? t("action.retry")
                  : buttonSaid(t, format, plan)}
          </Button>
        )}
      </div>
    </>
  );
}
