"use client";

import { severityWord } from "@/lib/noc/incident-said";
import { useT } from "@/lib/noc/i18n";
import { knownRules } from "@/lib/noc/known-rules";
import { ruleName, serviceName } from "@/lib/noc/sentence";
import type { Chosen } from "@/lib/noc/silence";
import type { Me, Severity } from "@/lib/noc/types";
import { Select } from "../../ui/select";

const ANY = "";
const severities: readonly Severity[] = ["critical", "warning", "info"];

export interface ChooseProps {
  me: Me;
  chosen: Chosen;
  onChoose: (part: Partial<Chosen>) => void;
}

/** What to silence, field by field; what is left open matches anything. */
export function Choose({ me, chosen, onChoose }: ChooseProps) {
  const t = useT();
  const or = (value: string) => (value === ANY ? null : value);
  const codes = [...new Set([...knownRules, ...(chosen.code === null ? [] : [chosen.code])])];
  return (
    <div className="grid gap-2 tablet:grid-cols-2">
      <Select
        label={t("silence.company")}
        value={chosen.company_cnpj ?? ANY}
        onChange={(value) => {
          onChoose({ company_cnpj: or(value) });
        }}
        options={[
          { value: ANY, label: t("silence.company.any") },
          ...me.companies.map(({ company_cnpj: value, name: label }) => ({ value, label })),
        ]}
      />
      <Select
        label={t("silence.service")}
        value={chosen.service ?? ANY}
        onChange={(value) => {
          onChoose({ service: or(value) });
        }}
        options={[
          { value: ANY, label: t("silence.service.any") },
          ...me.services.map(({ service_name: value }) => ({ value, label: serviceName(t, value) })),
        ]}
      />
      <Select
        label={t("silence.rule")}
        value={chosen.code ?? ANY}
        onChange={(value) => {
          onChoose({ code: or(value) });
        }}
        options={[
          { value: ANY, label: t("silence.rule.any") },
          ...codes.map((value) => ({ value, label: ruleName(t, value) })),
        ]}
      />
      <Select
        label={t("silence.severity")}
        value={chosen.severity ?? ANY}
        onChange={(value) => {
          onChoose({ severity: or(value) as Severity | null });
        }}
        options={[
          { value: ANY, label: t("silence.severity.any") },
          ...severities.map((value) => ({ value, label: severityWord(t, value) })),
        ]}
      />
    </div>
  );
}
