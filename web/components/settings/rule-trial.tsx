"use client";

import { ChartLine, CircleX, History } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useBacktest } from "@/hooks/use-noc-query";
import { useSettled } from "@/hooks/use-settled";
import { useFormat, useT } from "@/lib/noc/i18n";
import { asItStands, isNew, limits, numberOf, trialOf, type Draft, type Gap, type Limit } from "@/lib/noc/rule-draft";
import { figuresOf, highestOf } from "@/lib/noc/rule-trial";
import { serviceName } from "@/lib/noc/sentence";
import type { Company } from "@/lib/noc/types";
import type { Backtest, NocRule, RuleDraft, RuleMetric } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { PanelEmpty, PanelNote } from "../noc/panel-state";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Segments } from "../ui/radio-group";
import { Select } from "../ui/select";
import { Skeleton } from "../ui/skeleton";
import { RuleChart } from "./rule-chart";
import { RuleEpisodes } from "./rule-episodes";
import { RuleSliders } from "./rule-sliders";

const WRITING_MS = 400;

/** The last answer to a question of this kind, so that a slider does not empty the chart. */
function useLast(found: Backtest | null, kind: string): Backtest | null {
  const [kept, setKept] = useState<{ kind: string; trial: Backtest } | null>(null);
  if (found !== null && found !== kept?.trial) setKept({ kind, trial: found });
  if (found !== null) return found;
  return kept?.kind === kind ? kept.trial : null;
}

function Said({ trial, before, changed }: { trial: Backtest; before: Backtest | null; changed: boolean }) {
  const t = useT();
  const format = useFormat();
  const { days, opened, mean_s, per_week } = figuresOf(trial);
  return (
    <>
      <b className="font-semibold">
        {mean_s === null
          ? t("backtest.none", { days })
          : t.count("backtest.would", opened, {
              days,
              mean: format.duration(mean_s),
              weekly: format.number(per_week, per_week < 10 ? 1 : 0),
            })}
      </b>
      {changed && before !== null && (
        <span className="text-fg-2">{` ${t.count("backtest.now", before.opened)}`}</span>
      )}
      {opened > 0 && (
        <span className="block text-small text-fg-2">
          {t("backtest.facts", {
            critical: format.number(trial.critical),
            age: format.duration(trial.open_s),
          })}
        </span>
      )}
    </>
  );
}

export interface RuleTrialProps {
  /** Those on which the reader may try it. */
  companies: readonly Company[];
  rule: NocRule;
  draft: Draft;
  metric: RuleMetric | null;
  /** Whether the reader may move what is tried. */
  locked: boolean;
  /** Whether it differs from the rule that is in force. */
  changed: boolean;
  onDraft: (draft: Draft) => void;
  onWrite: (gap: Gap, text: string) => void;
}

/** What the rule would have done with the past of one company, beside what it does today. */
export function RuleTrial(props: RuleTrialProps) {
  const t = useT();
  const { metric } = props;
  if (metric?.history === "calls" || metric?.history === "samples") {
    return <Trial {...props} platform={metric.history === "samples"} />;
  }
  return (
    <Card title={t("backtest.title")}>
      <div className="border-t border-line-1">
        <PanelNote
          icon={<History aria-hidden size={16} />}
          title={t("backtest.noHistory")}
          note={t("backtest.noHistoryNote")}
        />
      </div>
    </Card>
  );
}

function Trial({ companies: all, rule, draft, locked, changed, platform, onDraft, onWrite }: RuleTrialProps & { platform: boolean }) {
  const t = useT();
  const format = useFormat();
  const own = draft.exception?.company_cnpj ?? rule.company_cnpj;
  const group = draft.exception?.group_id ?? rule.group_id;
  const companies = all.filter((each) => group === null || each.group_id === group);
  const [picked, setPicked] = useState<string | null>(null);
  const [service, setService] = useState<string | null>(null);
  const [days, setDays] = useState<"7" | "30">("30");
  const chosen = companies.find((each) => each.company_cnpj === picked) ?? companies[0];
  const company = platform ? null : (own ?? chosen?.company_cnpj ?? null);
  const askable = platform || company !== null;
  const text = JSON.stringify(trialOf(rule, draft));
  const settledText = useSettled(text, WRITING_MS);
  const [askedText, setAskedText] = useState(text);
  const asked = useMemo(() => JSON.parse(askedText) as RuleDraft | null, [askedText]);
  const today = useMemo(() => asItStands(rule), [rule]);
  const trial = useBacktest(askable ? asked : null, company, Number(days));
  const before = useBacktest(askable && changed && !isNew(rule) ? today : null, company, Number(days));
  // One question at a time: a hand on a slider must not pile up replays of a month.
  const pending = askable && asked !== null && trial.data === undefined && trial.error === null;
  if (!pending && askedText !== settledText) setAskedText(settledText);
  const kind = `${company}|${days}|${rule.metric}|${rule.service}`;
  const shown = useLast(trial.data?.data ?? null, kind);
  const waiting = text !== askedText || (trial.data === undefined && trial.error === null);
  const services = shown?.series.services ?? [];
  const drawn = services.find((each) => each.service === service) ?? services[0] ?? null;
  const written = Object.fromEntries(
    limits.map((limit) => [limit, numberOf(limit, draft.text[limit], rule) ?? null]),
  ) as Record<Limit, number | null>;

  let said: ReactNode;
  if (text === "null") said = <b className="font-semibold">{t("ruleEdit.bad")}</b>;
  else if (trial.error !== null && text === askedText) {
    said = <b className="font-semibold">{t("backtest.failed", { why: failureSentence(t, trial.error) })}</b>;
  } else if (waiting || shown === null) said = <b className="font-semibold">{t("backtest.running")}</b>;
  else if (drawn === null) said = <b className="font-semibold">{t("backtest.emptySaid")}</b>;
  else said = <Said trial={shown} before={before.data?.data ?? null} changed={changed && !isNew(rule)} />;

  let body: ReactNode = null;
  if (shown !== null && drawn !== null) {
    body = (
      <div className={waiting || trial.error !== null ? "opacity-60 transition-opacity duration-(--t-base)" : undefined}>
        <RuleChart rule={rule} trial={shown} service={drawn.service} limits={written} />
      </div>
    );
  } else if (shown !== null) {
    body = (
      <PanelEmpty
        icon={<ChartLine aria-hidden size={16} />}
        title={t("backtest.emptyTitle", { days })}
        note={t("backtest.emptyNote")}
      />
    );
  } else if (trial.error !== null) {
    body = (
      <PanelNote
        icon={<CircleX aria-hidden size={16} />}
        title={t("panel.errorTitle")}
        note={failureSentence(t, trial.error)}
        action={<Button onClick={() => void trial.refetch()}>{t("panel.retry")}</Button>}
      />
    );
  } else if (text !== "null") body = <Skeleton className="noc-chart mx-3 rounded-control" />;

  return (
    <Card
      title={t("backtest.title")}
      note={t("backtest.note")}
      footer={
        shown !== null && (
          <>
            <span>{t("backtest.since", { time: format.moment(shown.from) })}</span>
            <span>{t("backtest.step", { age: format.duration(shown.series.step_s) })}</span>
          </>
        )
      }
    >
      <div className="grid gap-3 border-t border-line-1 px-3 py-3">
        <p role="status" aria-busy={waiting} className="min-h-11 text-lead">
          {said}
        </p>
        <div className="flex flex-wrap items-end gap-3">
          {!platform && own === null && (
            <Select
              label={t("backtest.company")}
              value={company ?? ""}
              onChange={setPicked}
              options={companies.map(({ company_cnpj: value, name: label }) => ({ value, label }))}
              className="w-64 max-w-full"
            />
          )}
          {services.length > 1 && drawn !== null && (
            <Select
              label={t("backtest.service")}
              value={drawn.service}
              onChange={setService}
              options={services.map((each) => ({ value: each.service, label: serviceName(t, each.service) }))}
              className="w-52 max-w-full"
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
      </div>
      {body}
      {!locked && rule.unit !== "status" && (
        <div className="border-t border-line-1 px-3 py-2.5">
          <RuleSliders rule={rule} draft={draft} highest={highestOf(shown)} onDraft={onDraft} onWrite={onWrite} />
        </div>
      )}
      {shown !== null && <RuleEpisodes rule={rule} trial={shown} />}
    </Card>
  );
}
