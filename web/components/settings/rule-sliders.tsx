"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { limits, numberOf, unitOf, type Draft, type Gap, type Limit } from "@/lib/noc/rule-draft";
import { moved, slideOf } from "@/lib/noc/rule-slide";
import type { Status } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { StatusShape } from "../noc/status-shape";
import { Slider } from "../ui/slider";

const statusOf: Partial<Record<Limit, Status>> = {
  degraded_threshold: "DEGRADED",
  down_threshold: "DOWN",
};

export interface RuleSlidersProps {
  rule: NocRule;
  draft: Draft;
  /** The most that was measured. */
  highest: number | null;
  onDraft: (draft: Draft) => void;
  onWrite: (gap: Gap, text: string) => void;
}

/** The limits that the rule has, each to be moved, or written beside its slider. */
export function RuleSliders({ rule, draft, highest, onDraft, onWrite }: RuleSlidersProps) {
  const t = useT();
  const format = useFormat();
  const shown = limits.filter(
    (limit) => rule[limit] !== null || draft.text[limit].trim() !== "" || limit.endsWith("threshold"),
  );
  return (
    <div className="grid gap-x-6 gap-y-1 tablet:grid-cols-2">
      {shown.map((limit) => {
        const name = t(`ruleEdit.field.${limit}`);
        const unit = t.find("ruleEdit.unit", unitOf(limit, rule)) ?? "";
        const value = numberOf(limit, draft.text[limit], rule);
        const slide = slideOf(rule, draft, limit, highest);
        const status = statusOf[limit];
        return (
          <div
            key={limit}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 tablet:grid-cols-[9.5rem_minmax(0,1fr)_auto]"
          >
            <span className="flex min-w-0 items-center gap-1.5 text-small text-fg-2 max-tablet:col-span-2">
              {status === undefined ? <span className="w-3" /> : <StatusShape status={status} size={12} />}
              <span className="truncate">{name}</span>
            </span>
            <Slider
              label={name}
              said={value === null || value === undefined ? t("ruleEdit.none") : format.value(value, rule.unit)}
              value={slide.value}
              max={slide.max}
              step={slide.step}
              onChange={(to) => {
                onDraft(moved(rule, draft, limit, to));
              }}
            />
            <span className="inline-flex h-7 w-24 items-center gap-1 rounded-control border border-line-3 bg-raised px-2 text-small focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus max-tablet:h-11">
              <input
                aria-label={t("backtest.valueOf", { name })}
                aria-invalid={value === undefined}
                inputMode="decimal"
                autoComplete="off"
                value={draft.text[limit]}
                placeholder={t("ruleEdit.none")}
                onChange={(event) => {
                  onWrite(limit, event.target.value);
                }}
                className="w-full min-w-0 bg-transparent text-right font-medium outline-none placeholder:font-normal placeholder:text-fg-3"
              />
              {unit !== "" && <span className="text-fg-3">{unit}</span>}
            </span>
          </div>
        );
      })}
    </div>
  );
}
