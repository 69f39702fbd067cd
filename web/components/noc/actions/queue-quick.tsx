"use client";

import { useActions } from "@/hooks/use-actions";
import { useT } from "@/lib/noc/i18n";
import type { QueueKpi } from "@/lib/noc/types";
import { ActionButton } from "./action-button";
import { ActionIcon } from "./action-icon";

export interface QueueQuickProps {
  kpi: QueueKpi;
  /** Company of the filter. */
  company: string | null;
}

/** Pauses or resumes the queue of the page's company, or of the one with most waiting. */
export function QueueQuick({ kpi, company }: QueueQuickProps) {
  const t = useT();
  const { only, pauseOf } = useActions();
  const { worst } = kpi;
  const company_cnpj = company ?? worst?.company_cnpj ?? only?.company_cnpj ?? null;
  if (company_cnpj === null) return null;
  const paused = pauseOf(company_cnpj) !== null;
  const action = paused ? "resume_queue" : "pause_queue";
  const label = t(paused ? "action.quick.resume" : "action.quick.pause");
  const name = worst?.company_cnpj === company_cnpj ? worst.label : only?.name;
  const said = name === undefined ? t(`action.${action}`) : t("action.quick.of", { action: t(`action.${action}`), company: name });
  return (
    <ActionButton
      ask={{ action, company_cnpj, group_id: null, params: {}, alert_id: null }}
      label={label}
      name={said}
      locked={null}
      icon={<ActionIcon action={action} size={14} />}
      compact
      className="max-tablet:absolute max-tablet:top-8 max-tablet:right-1 max-tablet:size-11 max-tablet:px-0"
    />
  );
}
