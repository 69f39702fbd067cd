"use client";

import clsx from "clsx";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useRules } from "@/hooks/use-noc-query";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import type { Format } from "@/lib/noc/format";
import { ruleOrder } from "@/lib/noc/rule-draft";
import { ruleName, serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { ConditionMark, PanelEmpty, PanelState, settled } from "../noc/panel-state";
import { Card } from "../ui/card";
import { RuleEditor } from "./rule-editor";

function whereSaid(t: Translate, me: Me, { company_cnpj, group_id }: NocRule): string {
  if (company_cnpj !== null) {
    return me.companies.find((each) => each.company_cnpj === company_cnpj)?.name ?? company_cnpj;
  }
  if (group_id !== null) return me.groups.find((each) => each.group_id === group_id)?.name ?? group_id;
  return t("ruleEdit.everybody");
}

function limitsSaid(format: Format, { degraded_threshold, down_threshold, unit }: NocRule): string | null {
  if (unit === "status") return null;
  return [degraded_threshold, down_threshold]
    .filter((limit) => limit !== null)
    .map((limit) => format.value(limit, unit))
    .join(" · ");
}

interface ItemProps {
  me: Me;
  rule: NocRule;
  current: boolean;
  onChoose: () => void;
}

function Item({ me, rule, current, onChoose }: ItemProps) {
  const t = useT();
  const format = useFormat();
  const exception = rule.company_cnpj !== null || rule.group_id !== null;
  const facts = [
    rule.service === null ? null : serviceName(t, rule.service),
    limitsSaid(format, rule),
    rule.enabled ? null : t("ruleEdit.off"),
  ];
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
      </button>
    </li>
  );
}

/** Every rule that judges what the reader operates, and one of them open. */
export function Rules({ me }: { me: Me }) {
  const t = useT();
  const read = useRules();
  const data = read.data?.data ?? null;
  const shown = settled(data, useReadCondition(read));
  const [chosen, setChosen] = useState<string | null>(null);
  const rules = ruleOrder(data?.rules ?? []);
  const rule = rules.find((each) => each.rule_id === chosen) ?? rules[0] ?? null;
  const excepted = new Set(
    rules
      .filter((each) => each.code === rule?.code && each.service === rule.service)
      .flatMap((each) => each.company_cnpj ?? []),
  );
  return (
    <div className="grid min-w-0 gap-3 desk:grid-cols-[260px_minmax(0,1fr)]">
      <Card
        title={t("ruleEdit.list")}
        note={data !== null && <b className="noc-count">{rules.length}</b>}
        aside={<ConditionMark condition={shown} />}
        className="self-start max-desk:max-h-80 max-desk:overflow-y-auto"
      >
        <PanelState name={t("ruleEdit.title")} condition={shown} shape="list">
          {rules.length === 0 ? (
            <PanelEmpty
              icon={<SlidersHorizontal aria-hidden size={20} />}
              title={t("ruleEdit.emptyTitle")}
              note={t("ruleEdit.emptyNote")}
            />
          ) : (
            <ul>
              {rules.map((each) => (
                <Item
                  key={each.rule_id}
                  me={me}
                  rule={each}
                  current={each.rule_id === rule?.rule_id}
                  onChoose={() => {
                    setChosen(each.rule_id);
                  }}
                />
              ))}
            </ul>
          )}
        </PanelState>
      </Card>
      {rule !== null && (
        <RuleEditor
          key={`${rule.rule_id}:${rule.version}`}
          me={me}
          rule={rule}
          metrics={data?.metrics ?? []}
          excepted={excepted}
          where={whereSaid(t, me, rule)}
          onSaved={setChosen}
        />
      )}
    </div>
  );
}
