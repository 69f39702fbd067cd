"use client";

import clsx from "clsx";
import { SlidersHorizontal } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import {
  alertStates,
  DEFAULT_PERIOD,
  periods,
  severities,
  type HistoryFilter,
} from "@/lib/noc/history";
import { useT } from "@/lib/noc/i18n";
import { ruleName } from "@/lib/noc/sentence";
import { Button } from "../../ui/button";
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
  const foldId = useId();
  const [unfolded, setUnfolded] = useState(false);
  const narrowed = [asked.severity, asked.state, asked.code].filter((one) => one !== null).length;
  return (
    <div
      role="group"
      aria-label={t("history.filters")}
      className="flex flex-wrap items-center gap-2 border-t border-line-1 px-3 py-2"
    >
      <Segments
        label={t("history.period")}
        value={asked.period ?? DEFAULT_PERIOD}
        onChange={(period) => {
          onAsk({ period });
        }}
        choices={periods.map((value) => ({ value, label: t(`history.period.${value}`) }))}
        className={height}
      />
      <Button
        aria-expanded={unfolded}
        aria-controls={foldId}
        onClick={() => {
          setUnfolded(!unfolded);
        }}
        className="grow max-tablet:h-11 tablet:hidden"
      >
        <SlidersHorizontal aria-hidden size={14} />
        {t("history.narrow")}
        {narrowed > 0 && <b className="noc-count">{narrowed}</b>}
      </Button>
      <div id={foldId} className={clsx("contents", !unfolded && "max-tablet:hidden")}>
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
          choices={stateChoices.map((value) => ({ value, label: t(`history.state.${value}`) }))}
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
      </div>
      <span className="grow max-tablet:hidden" />
      {children}
    </div>
  );
}
