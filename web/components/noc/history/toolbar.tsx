"use client";

import type { ReactNode } from "react";
import {
  alertStates,
  DEFAULT_PERIOD,
  periods,
  severities,
  type HistoryFilter,
} from "@/lib/noc/history";
import { useT } from "@/lib/noc/i18n";
import { ruleName } from "@/lib/noc/sentence";
import { Combobox } from "../../ui/combobox";
import { Segments } from "../../ui/radio-group";

const ALL = "all";
const severityChoices = [ALL, ...severities] as const;
const stateChoices = [ALL, ...alertStates] as const;

export interface ToolbarProps {
  asked: HistoryFilter;
  /** Rules that ever opened an alert here. */
  codes: readonly string[];
  onAsk: (part: Partial<HistoryFilter>) => void;
  /** At the right end. */
  children: ReactNode;
}

/** What of the history is shown; company, group and service are the page's own filters. */
export function Toolbar({ asked, codes, onAsk, children }: ToolbarProps) {
  const t = useT();
  const known = asked.code === null || codes.includes(asked.code) ? codes : [asked.code, ...codes];
  const rules = known
    .map((value) => ({ value, label: ruleName(t, value), keywords: value }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  const height = "max-tablet:h-11";
  return (
    <div
      role="group"
      aria-label={t("history.filters")}
      className="flex flex-wrap items-center gap-2 border-t border-line-1 px-3 py-2"
    >
      <Segments
        label={t("history.severity")}
        value={asked.severity ?? ALL}
        onChange={(value) => {
          onAsk({ severity: value === ALL ? null : value });
        }}
        choices={severityChoices.map((value) => ({
          value,
          label: t(`history.severity.${value}`),
        }))}
        className={height}
      />
      <Segments
        label={t("history.state")}
        value={asked.state ?? ALL}
        onChange={(value) => {
          onAsk({ state: value === ALL ? null : value });
        }}
        choices={stateChoices.map((value) => ({
          value,
          label: t(`history.state.${value}`),
        }))}
        className={height}
      />
      <Segments
        label={t("history.period")}
        value={asked.period ?? DEFAULT_PERIOD}
        onChange={(period) => {
          onAsk({ period });
        }}
        choices={periods.map((value) => ({ value, label: t(`history.period.${value}`) }))}
        className={height}
      />
      <Combobox
        label={t("history.rule")}
        options={[{ value: ALL, label: t("history.rule.all") }, ...rules]}
        value={asked.code ?? ALL}
        onChange={(value) => {
          onAsk({ code: value === ALL ? null : value });
        }}
        searchLabel={t("ui.search")}
        emptyText={(typed) => t("ui.none", { typed })}
      />
      <span className="grow" />
      {children}
    </div>
  );
}
