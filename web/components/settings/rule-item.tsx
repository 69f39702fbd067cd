"use client";

import clsx from "clsx";
import { useFormat, useT } from "@/lib/noc/i18n";
import { ruleName, serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule, RuleHealth } from "@/lib/noc/types-settings";
import { Age } from "../noc/age";
import { StatusShape } from "../noc/status-shape";
import { limitsSaid, whereSaid } from "./rule-said";

/** "avaliada há 4 s · 3 ms", red with its reason while it fails. */
function Health({ health }: { health: RuleHealth }) {
  const t = useT();
  const format = useFormat();
  if (health.failing_since !== null) {
    return (
      <span className="st-down flex min-w-0 items-center gap-1 text-micro text-state-fg" title={health.error ?? ""}>
        <StatusShape status="DOWN" size={12} />
        <span className="truncate">
          {t("ruleEdit.failing")} <Age at={health.failing_since} />
          {health.error !== null && `: ${health.error}`}
        </span>
      </span>
    );
  }
  if (health.evaluated_at === null) {
    return <span className="text-micro text-fg-3">{t("ruleEdit.neverEvaluated")}</span>;
  }
  return (
    <span className="truncate text-micro text-fg-3">
      {t("ruleEdit.evaluated")} <Age at={health.evaluated_at} />
      {health.ms !== null && ` · ${format.ms(health.ms)}`}
    </span>
  );
}

export interface RuleItemProps {
  me: Me;
  rule: NocRule;
  current: boolean;
  onChoose: () => void;
}

/** A rule in the list; an exception stands indented under the rule that it overrides. */
export function RuleItem({ me, rule, current, onChoose }: RuleItemProps) {
  const t = useT();
  const format = useFormat();
  const exception = rule.company_cnpj !== null || rule.group_id !== null;
  const facts = [
    rule.service === null ? null : serviceName(t, rule.service),
    limitsSaid(format, rule),
    rule.enabled ? null : t("ruleEdit.off"),
  ];
  const shown = rule.health !== null && (!exception || rule.health.failing_since !== null);
  return (
    <li>
      <button
        type="button"
        aria-current={current ? "true" : undefined}
        onClick={onChoose}
        className={clsx(
          "grid w-full gap-0.5 border-t border-line-1 py-2 pr-3 text-left hover:bg-hover max-tablet:min-h-11",
          "aria-[current]:bg-selected aria-[current]:shadow-[inset_2px_0_0_var(--bg-invert)]",
          exception ? "pl-8" : "pl-3",
        )}
      >
        <span className={clsx("truncate", exception ? "text-small" : "font-medium", !rule.enabled && "text-fg-3")}>
          {exception ? whereSaid(t, me, rule) : ruleName(t, rule.code)}
        </span>
        <span className="truncate text-small text-fg-3">{facts.filter(Boolean).join(" · ")}</span>
        {shown && rule.health !== null && <Health health={rule.health} />}
      </button>
    </li>
  );
}
