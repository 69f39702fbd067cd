"use client";

import { useT } from "@/lib/noc/i18n";
import { unitOf, wrongGaps, type Draft, type Gap } from "@/lib/noc/rule-draft";
import { readable, serviceName } from "@/lib/noc/sentence";
import type { Status } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { GapField } from "./gap-field";

/** Metrics that count what happened in the rule's window, without a fewest number of samples. */
const counted = new Set(["queue_failed", "jobs_failed", "jobs_stalled"]);

export interface RuleSentenceProps {
  rule: NocRule;
  draft: Draft;
  /** What its metric is measured together with. */
  family: string | null;
  /** Of which companies, in words. */
  where: string;
  locked: boolean;
  onWrite: (gap: Gap, text: string) => void;
}

/** The whole rule as one sentence whose numbers can be written over. */
export function RuleSentence({ rule, draft, family, where, locked, onWrite }: RuleSentenceProps) {
  const t = useT();
  const wrong = new Set(wrongGaps(rule, draft));
  const field = (gap: Gap, status?: Status) => (
    <GapField
      gap={gap}
      value={draft.text[gap]}
      unit={t.find("ruleEdit.unit", unitOf(gap, rule)) ?? ""}
      locked={locked}
      wrong={wrong.has(gap)}
      {...(status !== undefined && { status })}
      onChange={(text) => {
        onWrite(gap, text);
      }}
    />
  );
  const metric = t.find("ruleEdit.metric", rule.metric) ?? readable(rule.metric);
  const service = rule.service === null ? t("ruleEdit.everyService") : serviceName(t, rule.service);
  const beyond = t(rule.comparator === "above" ? "ruleEdit.say.above" : "ruleEdit.say.below");
  const within = t(rule.comparator === "above" ? "ruleEdit.say.backAbove" : "ruleEdit.say.backBelow");
  const ofServices = rule.scope_kind.endsWith("service");
  const fixed = "font-semibold";
  return (
    <div className="grid gap-2 px-3 pt-1 pb-3">
      <p className="text-title leading-9 max-tablet:leading-[3.25rem]">
        {t("ruleEdit.say.when")} <b className={fixed}>{metric}</b>
        {(rule.service !== null || ofServices) && (
          <>
            {" "}
            {t("ruleEdit.say.of")} <b className={fixed}>{service}</b>
          </>
        )}
        {rule.scope_kind !== "platform" && (
          <>
            {" "}
            {t("ruleEdit.say.in")} <b className={fixed}>{where}</b>
          </>
        )}
        {(family === "traffic" || counted.has(rule.metric)) && (
          <>
            {t("ruleEdit.say.window")} {field("over_s")}
          </>
        )}
        {family === "traffic" && (
          <>
            {" "}
            {t("ruleEdit.say.samples")} {field("min_samples")} {t("ruleEdit.say.samplesUnit")}
          </>
        )}
        {", "}
        {beyond} {field("degraded_threshold", "DEGRADED")} {t("ruleEdit.say.for")}{" "}
        {field("for_degraded_s")} {t("ruleEdit.say.degraded")} {t("ruleEdit.say.orOver")}{" "}
        {field("down_threshold", "DOWN")} {t("ruleEdit.say.for")} {field("for_down_s")}{" "}
        {t("ruleEdit.say.down")}
      </p>
      <p className="leading-9 text-fg-2 max-tablet:leading-[3.25rem]">
        {t("ruleEdit.say.back")} {within} {field("degraded_clear")}{" "}
        {t("ruleEdit.say.leavesDown")} {within} {field("down_clear")}
        {t("ruleEdit.say.closeParen")} {t("ruleEdit.say.keep")} {field("keep_firing_s")}.
      </p>
    </div>
  );
}
