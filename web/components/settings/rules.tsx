"use client";

import { Plus, SlidersHorizontal } from "lucide-react";
import { useEffect, useState } from "react";
import { useRules } from "@/hooks/use-noc-query";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useT } from "@/lib/noc/i18n";
import { ruleOrder } from "@/lib/noc/rule-draft";
import type { Me } from "@/lib/noc/types";
import { ConditionMark, PanelEmpty, PanelState, settled } from "../noc/panel-state";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { RuleEditor } from "./rule-editor";
import { RuleItem } from "./rule-item";
import { RuleNew } from "./rule-new";

/** How the evaluation goes is told by no hint. */
const HEALTH_MS = 30_000;
const NEW = "new";

/** Reads again on and on while the page is looked at. */
function useEvery(ms: number, work: () => void, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") work();
    }, ms);
    return () => {
      clearInterval(timer);
    };
  }, [ms, work, enabled]);
}

/** Every rule that judges what the reader operates, and one of them open. */
export function Rules({ me }: { me: Me }) {
  const t = useT();
  const read = useRules();
  const data = read.data?.data ?? null;
  const shown = settled(data, useReadCondition(read));
  const [chosen, setChosen] = useState<string | null>(null);
  useEvery(HEALTH_MS, read.refetch, me.can_administer);
  const rules = ruleOrder(data?.rules ?? []);
  const mayMake = data?.scopes.everybody === true;
  const making = mayMake && chosen === NEW;
  const rule = making ? null : (rules.find((each) => each.rule_id === chosen) ?? rules[0] ?? null);
  return (
    <div className="grid min-w-0 gap-3 desk:grid-cols-[300px_minmax(0,1fr)]">
      <Card
        title={t("ruleEdit.list")}
        note={data !== null && <b className="noc-count">{rules.length}</b>}
        aside={
          <>
            <ConditionMark condition={shown} />
            {mayMake && (
              <Button
                aria-pressed={making}
                onClick={() => setChosen(making ? null : NEW)}
                className="max-tablet:h-11"
              >
                <Plus aria-hidden size={14} />
                {t("ruleNew.button")}
              </Button>
            )}
          </>
        }
        className="self-start"
      >
        <PanelState name={t("ruleEdit.title")} condition={shown} shape="list">
          {rules.length === 0 ? (
            <PanelEmpty
              icon={<SlidersHorizontal aria-hidden size={20} />}
              title={t("ruleEdit.emptyTitle")}
              note={t("ruleEdit.emptyNote")}
            />
          ) : (
            <ul className="max-desk:max-h-72 max-desk:overflow-y-auto">
              {rules.map((each) => (
                <RuleItem
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
      {making && data !== null && <RuleNew me={me} data={data} onSaved={setChosen} />}
      {rule !== null && data !== null && (
        <RuleEditor
          key={`${rule.rule_id}:${rule.version}`}
          me={me}
          rule={rule}
          data={data}
          onSaved={setChosen}
        />
      )}
    </div>
  );
}
