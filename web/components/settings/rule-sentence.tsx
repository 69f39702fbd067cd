"use client";

import { useT } from "@/lib/noc/i18n";
import { unitOf, wrongGaps, type Draft, type Gap } from "@/lib/noc/rule-draft";
import { readable, serviceName } from "@/lib/noc/sentence";
import type { Status } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { GapField } from "./gap-field";

/** Metrics that are judged over a window of calls. */
const windowed = new Set(["p95_ms", "error_rate"]);

export interface RuleSentenceProps {
  rule: NocRule;
  draft: Draft;
  /** Of which companies, in words. */
  where: string;
  locked: boolean;
  onWrite: (gap: Gap, text: string) => void;
}

/** The whole rule as one sentence whose numbers can be written over. */
export function RuleSentence({ rule, draft, where, locked, onWrite }: RuleSentenceProps) {
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
  const fixed = "font-semibold";
  return (
    <div className="grid gap-2 px-3 pt-1 pb-3">
      <p className="text-title leading-9 max-tablet:leading-[3.25rem]">
        {t("ruleEdit.say.when")} <b className={fixed}>{metric}</b> {t("ruleEdit.say.of")}{" "}
        <b className={fixed}>{service}</b> {t("ruleEdit.say.in")} <b className={fixed}>{where}</b>
        {windowed.has(rule.metric) && (
          <>
            {t("ruleEdit.say.window")} {field("over_s")} {t("ruleEdit.say.samples")}{" "}
            {field("min_samples")} {t("ruleEdit.say.samplesUnit")}
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
