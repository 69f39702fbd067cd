/** For whom a rule holds, for whom one may be made, and what judges after it is gone. Pure. */
import type { Company, Me } from "./types";
import type { NocRule, Rules, RuleScope } from "./types-settings";

/** Groups and companies that may still get an exception of a rule. */
export interface Exceptions {
  groups: { group_id: string; name: string }[];
  companies: Company[];
}

const sameTarget = (rule: NocRule) => (each: NocRule) =>
  each.code === rule.code && each.service === rule.service;

/**
 * Of a rule for everybody any group and company, of a group's its companies, of a company's
 * none; nobody who has one, and only what the reader operates.
 */
export function exceptionsOf(rule: NocRule, { rules, scopes }: Rules, me: Me): Exceptions {
  if (rule.scope_kind === "platform" || rule.company_cnpj !== null) return { groups: [], companies: [] };
  const others = rules.filter(sameTarget(rule));
  const has = (key: keyof RuleScope, id: string) => others.some((each) => each[key] === id);
  return {
    groups:
      rule.group_id !== null
        ? []
        : me.groups.filter((group) => scopes.groups.includes(group.group_id) && !has("group_id", group.group_id)),
    companies: me.companies.filter(
      ({ company_cnpj, group_id, active }) =>
        active &&
        (rule.group_id === null || rule.group_id === group_id) &&
        scopes.companies.includes(company_cnpj) &&
        !has("company_cnpj", company_cnpj),
    ),
  };
}

/** Company before group before everybody, then the one that names the service. */
function rank({ company_cnpj, group_id, service }: NocRule): number {
  const scope = company_cnpj !== null ? 0 : group_id !== null ? 2 : 4;
  return scope + (service === null ? 1 : 0);
}

/**
 * The rule that judges what this exception judges once it is gone, as far as the reader knows;
 * null: nothing does. For a group: its companies that have no exception of their own.
 */
export function afterRemoval(rule: NocRule, rules: readonly NocRule[], me: Me): NocRule | null {
  const group =
    rule.group_id ??
    me.companies.find(({ company_cnpj }) => company_cnpj === rule.company_cnpj)?.group_id ??
    null;
  const left = rules.filter(
    (each) =>
      each.rule_id !== rule.rule_id &&
      each.enabled &&
      each.code === rule.code &&
      (each.service === null || each.service === rule.service) &&
      (each.company_cnpj === null || each.company_cnpj === rule.company_cnpj) &&
      (each.group_id === null || each.group_id === group),
  );
  return left.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
