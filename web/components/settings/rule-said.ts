/** A rule in a few words. */
import type { Format } from "@/lib/noc/format";
import type { Translate } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import type { NocRule, RuleScope } from "@/lib/noc/types-settings";

/** Of which companies, by name. */
export function whereSaid(t: Translate, me: Me, { company_cnpj, group_id }: RuleScope): string {
  if (company_cnpj !== null) {
    return me.companies.find((each) => each.company_cnpj === company_cnpj)?.name ?? company_cnpj;
  }
  if (group_id !== null) return me.groups.find((each) => each.group_id === group_id)?.name ?? group_id;
  return t("ruleEdit.everybody");
}

/** "1.200 ms · 2.000 ms"; null where the limits are states. */
export function limitsSaid(format: Format, { degraded_threshold, down_threshold, unit }: NocRule): string | null {
  if (unit === "status") return null;
  return [degraded_threshold, down_threshold]
    .filter((limit) => limit !== null)
    .map((limit) => format.value(limit, unit))
    .join(" · ");
}
