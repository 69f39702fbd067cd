"use client";

import { inScope, scopeKey } from "@/lib/noc/contact-draft";
import { useT } from "@/lib/noc/i18n";
import type { WindowDraft } from "@/lib/noc/maintenance";
import { serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import { Select } from "../../ui/select";

const ALL = "all";
const ANY = "";

export interface ScopeProps {
  me: Me;
  draft: WindowDraft;
  onDraft: (draft: WindowDraft) => void;
}

/** For whom and for which service; what is an admin's alone is named and cannot be chosen. */
export function Scope({ me, draft, onDraft }: ScopeProps) {
  const t = useT();
  const admin = me.role === "admin";
  return (
    <div className="grid gap-3 tablet:grid-cols-2">
      <Select
        label={t("maintenance.scope")}
        value={scopeKey(draft)}
        onChange={(value) => {
          onDraft({ ...draft, ...inScope(value) });
        }}
        options={[
          {
            value: ALL,
            label: t(admin ? "maintenance.scope.all" : "maintenance.scope.allLocked"),
            locked: !admin,
          },
          ...me.groups.map(({ group_id, name }) => ({ value: `group:${group_id}`, label: name })),
          ...me.companies.map(({ company_cnpj, name }) => ({
            value: `company:${company_cnpj}`,
            label: name,
          })),
        ]}
      />
      <Select
        label={t("maintenance.service")}
        value={draft.service ?? ANY}
        onChange={(value) => {
          onDraft({ ...draft, service: value === ANY ? null : value });
        }}
        options={[
          { value: ANY, label: t("maintenance.service.any") },
          ...me.services.map(({ service_name: value }) => ({ value, label: serviceName(t, value) })),
        ]}
      />
    </div>
  );
}
