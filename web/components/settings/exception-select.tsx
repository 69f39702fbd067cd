"use client";

import { useId } from "react";
import { inScope, scopeKey } from "@/lib/noc/contact-draft";
import { useT } from "@/lib/noc/i18n";
import type { Exceptions } from "@/lib/noc/rule-scope";
import type { RuleScope } from "@/lib/noc/types-settings";

const NOBODY = "";

export interface ExceptionSelectProps {
  exceptions: Exceptions;
  value: RuleScope | null;
  /** What stands for the rule itself. */
  self: string;
  onChange: (value: RuleScope | null) => void;
}

/** For whom the draft becomes a rule of its own: a group, a company, or nobody. */
export function ExceptionSelect({ exceptions, value, self, onChange }: ExceptionSelectProps) {
  const t = useT();
  const id = useId();
  const { groups, companies } = exceptions;
  if (groups.length + companies.length === 0) return null;
  return (
    <span className="flex min-w-0 items-center gap-2 max-tablet:grid max-tablet:w-full max-tablet:gap-1">
      <label htmlFor={id} className="text-small font-medium whitespace-nowrap">
        {t("ruleEdit.scope")}
      </label>
      <select
        id={id}
        value={value === null ? NOBODY : scopeKey(value)}
        onChange={(event) => {
          onChange(event.target.value === NOBODY ? null : inScope(event.target.value));
        }}
        className="h-7 w-60 max-w-full min-w-0 rounded-control border border-line-3 bg-panel px-2 text-small max-tablet:h-11 max-tablet:w-full max-tablet:text-lead"
      >
        <option value={NOBODY}>{self}</option>
        {groups.length > 0 && (
          <optgroup label={t("ruleEdit.scopeGroups")}>
            {groups.map(({ group_id, name }) => (
              <option key={group_id} value={`group:${group_id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
        {companies.length > 0 && (
          <optgroup label={t("ruleEdit.scopeCompanies")}>
            {companies.map(({ company_cnpj, name }) => (
              <option key={company_cnpj} value={`company:${company_cnpj}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </span>
  );
}
