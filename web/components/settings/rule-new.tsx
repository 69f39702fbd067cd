"use client";

import { useState } from "react";
import { useT } from "@/lib/noc/i18n";
import { blankRule, codeOf, wrongCode } from "@/lib/noc/rule-draft";
import { readable, serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { Rules } from "@/lib/noc/types-settings";
import { Select } from "../ui/select";
import { TextField } from "../ui/text-field";
import { RuleEditor } from "./rule-editor";

const EVERY = "";

export interface RuleNewProps {
  me: Me;
  data: Rules;
  onSaved: (rule_id: string | null) => void;
}

/** A rule of a new code, for everybody: what it is called, what it measures, of which service. */
export function RuleNew({ me, data, onSaved }: RuleNewProps) {
  const t = useT();
  const [name, setName] = useState("");
  const [metricName, setMetric] = useState("p95_ms");
  const [service, setService] = useState<string>(EVERY);
  const metric = data.metrics.find((each) => each.metric === metricName) ?? data.metrics[0];
  if (metric === undefined) return null;
  const code = codeOf(name);
  const wrong = wrongCode(code, data.rules);
  const ofService = metric.scope_kind.endsWith("service");
  const rule = blankRule(metric, code, ofService && service !== EVERY ? service : null);
  const problem = name === "" || wrong === null ? null : wrong;
  const metrics = data.metrics.toSorted((a, b) => a.family.localeCompare(b.family));
  return (
    <RuleEditor
      key={metric.metric}
      me={me}
      rule={rule}
      data={data}
      title={t("ruleNew.title")}
      unnamed={wrong !== null}
      onSaved={onSaved}
    >
      <div className="grid items-start gap-3 border-b border-line-1 px-3 pt-1 pb-3 tablet:grid-cols-2 desk:grid-cols-3">
        <div>
          <TextField
            label={t("ruleNew.name")}
            value={name}
            maxLength={60}
            problem={problem === null ? undefined : "rule-new-name"}
            onChange={setName}
          />
          <p id="rule-new-name" className={problem === null ? "mt-1 text-small text-fg-3" : "st-down mt-1 text-small text-state-fg"}>
            {problem === null
              ? code === ""
                ? t("ruleNew.nameNote")
                : t("ruleNew.code", { code })
              : t(`ruleNew.wrong.${problem}`, { code })}
          </p>
        </div>
        <Select
          label={t("ruleNew.metric")}
          value={metric.metric}
          onChange={setMetric}
          options={metrics.map((each) => ({
            value: each.metric,
            label: t.find("ruleNew.metric", each.metric) ?? readable(each.metric),
          }))}
        />
        {ofService && (
          <Select
            label={t("ruleNew.service")}
            value={service}
            onChange={setService}
            options={[
              { value: EVERY, label: t("ruleEdit.everyService") },
              ...me.services.map(({ service_name: value }) => ({ value, label: serviceName(t, value) })),
            ]}
          />
        )}
      </div>
    </RuleEditor>
  );
}
