"use client";

import { useMemo, useState } from "react";
import { useBacktest } from "@/hooks/use-noc-query";
import { useSettled } from "@/hooks/use-settled";
import { severityWord } from "@/lib/noc/incident-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import { asItStands } from "@/lib/noc/rule-draft";
import { serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { Backtest, NocRule, RuleDraft } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { SeverityShape } from "../noc/severity-shape";
import { Card } from "../ui/card";
import { Select } from "../ui/select";
import { Segments } from "../ui/radio-group";
import { Table, TableCell, TableHead, TableRow } from "../ui/table";

const WRITING_MS = 500;
const EPISODES = 12;

function Episodes({ rule, trial }: { rule: NocRule; trial: Backtest }) {
  const t = useT();
  const format = useFormat();
  if (trial.alerts.length === 0) return null;
  return (
    <Table label={t("backtest.episodes")}>
      <thead>
        <tr>
          <TableHead>{t("backtest.column.start")}</TableHead>
          <TableHead>{t("backtest.column.service")}</TableHead>
          <TableHead numeric>{t("backtest.column.length")}</TableHead>
          <TableHead numeric>{t("backtest.column.peak")}</TableHead>
        </tr>
      </thead>
      <tbody>
        {trial.alerts.slice(0, EPISODES).map((one) => (
          <TableRow key={`${one.service}:${one.opened_at}`}>
            <TableCell>
              <span className="inline-flex items-center gap-2">
                <SeverityShape
                  severity={one.severity_max}
                  label={severityWord(t, one.severity_max)}
                  size={12}
                />
                {format.moment(one.opened_at)}
              </span>
            </TableCell>
            <TableCell className="text-fg-2">{serviceName(t, one.service)}</TableCell>
            <TableCell numeric>
              {one.closed_at === null
                ? t("backtest.stillOpen")
                : format.duration((Date.parse(one.closed_at) - Date.parse(one.opened_at)) / 1000)}
            </TableCell>
            <TableCell numeric>{format.value(one.peak_value, rule.unit)}</TableCell>
          </TableRow>
        ))}
      </tbody>
    </Table>
  );
}

export interface RuleTrialProps {
  me: Me;
  rule: NocRule;
  /** What is tried; null while a gap holds no number. */
  wish: RuleDraft | null;
  /** Whether it differs from the rule that is in force. */
  changed: boolean;
  /** Whether the past of what it measures is stored. */
  stored: boolean;
}

/** What the rule would have done with the past of one company, beside what it does today. */
export function RuleTrial({ me, rule, wish, changed, stored }: RuleTrialProps) {
  const t = useT();
  const format = useFormat();
  const own = wish?.company_cnpj ?? rule.company_cnpj;
  const [picked, setPicked] = useState<string | null>(null);
  const [days, setDays] = useState<"7" | "30">("30");
  const company = own ?? picked ?? me.companies[0]?.company_cnpj ?? null;
  const text = JSON.stringify(wish);
  const settledText = useSettled(text, WRITING_MS);
  const trialOf = useMemo(() => JSON.parse(settledText) as RuleDraft | null, [settledText]);
  const today = useMemo(() => asItStands(rule), [rule]);
  const trial = useBacktest(stored ? trialOf : null, company, Number(days));
  const before = useBacktest(stored && changed ? today : null, company, Number(days));
  const found = trial.data?.data ?? null;
  const waiting = text !== settledText || found === null;

  let said: string;
  if (!stored) said = t("backtest.traffic");
  else if (wish === null) said = t("ruleEdit.bad");
  else if (trial.error !== null && !waiting) said = t("backtest.failed", { why: failureSentence(t, trial.error) });
  else if (trial.error !== null) said = t("backtest.failed", { why: failureSentence(t, trial.error) });
  else if (waiting || found === null) said = t("backtest.running");
  else if (found.opened === 0) said = t("backtest.none", { days });
  else said = t.count("backtest.would", found.opened, { days });
  const shown = stored && wish !== null && !waiting && found !== null ? found : null;
  const now = before.data?.data ?? null;

  return (
    <Card
      title={t("backtest.title")}
      note={t("backtest.note")}
      footer={
        shown !== null && <span>{t("backtest.since", { time: format.moment(shown.from) })}</span>
      }
    >
      <div className="grid gap-3 border-t border-line-1 px-3 py-3">
        <p role="status" className="text-lead">
          <b className="font-semibold">{said}</b>
          {shown !== null && changed && now !== null && (
            <span className="text-fg-2">{` ${t.count("backtest.now", now.opened)}`}</span>
          )}
          {shown !== null && shown.opened > 0 && (
            <span className="block text-small text-fg-2">
              {t("backtest.facts", {
                critical: format.number(shown.critical),
                age: format.duration(shown.open_s),
              })}
            </span>
          )}
        </p>
        {stored && (
          <div className="flex flex-wrap items-end gap-3">
            {own === null && (
              <Select
                label={t("backtest.company")}
                value={company ?? ""}
                onChange={setPicked}
                options={me.companies.map(({ company_cnpj: value, name: label }) => ({ value, label }))}
                className="w-64 max-w-full"
              />
            )}
            <Segments
              label={t("backtest.days")}
              value={days}
              onChange={setDays}
              choices={(["7", "30"] as const).map((value) => ({ value, label: t(`backtest.days.${value}`) }))}
              className="h-9 max-tablet:h-11"
            />
          </div>
        )}
      </div>
      {shown !== null && <Episodes rule={rule} trial={shown} />}
    </Card>
  );
}
