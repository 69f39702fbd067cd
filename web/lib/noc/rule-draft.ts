/** A rule while its gaps are filled. Pure. Numbers are text here, in the unit that people read. */
import type { Unit } from "./types";
import type { Channel, NocRule, RuleDraft, RuleMetric, RuleScope } from "./types-settings";

export const gaps = [
  "degraded_threshold",
  "down_threshold",
  "degraded_clear",
  "down_clear",
  "for_degraded_s",
  "for_down_s",
  "keep_firing_s",
  "over_s",
  "min_samples",
] as const;
export type Gap = (typeof gaps)[number];

/** Those that are measured, and may be left empty: this rule never goes that far. */
export const limits = ["degraded_threshold", "down_threshold", "degraded_clear", "down_clear"] as const;
export type Limit = (typeof limits)[number];

const isLimit = (gap: Gap): gap is Limit => (limits as readonly Gap[]).includes(gap);

/** Every channel there is; a rule that names all of them narrows nothing. */
export const channels: readonly Channel[] = ["email", "whatsapp"];

export interface Draft {
  text: Record<Gap, string>;
  enabled: boolean;
  /** For whom a rule of its own is made; null: the rule itself is changed. */
  exception: RuleScope | null;
  excluded: readonly string[];
  channels: readonly Channel[];
  runbook_url: string;
  owner: string;
}

/** A rule that does not exist yet: the database's own defaults, and no limit. */
export function blankRule(metric: RuleMetric, code: string, service: string | null): NocRule {
  return {
    rule_id: "",
    code,
    metric: metric.metric,
    scope_kind: metric.scope_kind,
    comparator: metric.comparator,
    service,
    excluded_services: [],
    company_cnpj: null,
    group_id: null,
    degraded_threshold: null,
    down_threshold: null,
    degraded_clear: null,
    down_clear: null,
    for_degraded_s: 180,
    for_down_s: 120,
    keep_firing_s: 180,
    reopen_s: 900,
    over_s: 300,
    min_samples: 20,
    no_data: "keep_last",
    channels: null,
    runbook_url: null,
    owner: null,
    enabled: true,
    version: 0,
    updated_at: null,
    unit: metric.unit,
    can_edit: true,
    in_force: false,
    health: null,
  };
}

export const isNew = ({ rule_id }: NocRule): boolean => rule_id === "";

/** A name as a rule's code, as far as it is one: "Omie lento à noite" is "omie_lento_a_noite". */
export function codeOf(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/_+$/, "");
}

/** What is wrong with the code of a new rule; null: nothing. */
export function wrongCode(code: string, rules: readonly NocRule[]): "short" | "taken" | null {
  if (!/^[a-z][a-z0-9_]{1,39}$/.test(code)) return "short";
  return rules.some((each) => each.code === code) ? "taken" : null;
}

/** A length that is whole minutes is written in minutes. */
function inMinutes(gap: Gap, rule: NocRule): boolean {
  return gap.endsWith("_s") && (rule[gap] ?? 0) % 60 === 0;
}

/** In what a gap is written: the measure's unit, minutes, seconds, or nothing. */
export function unitOf(gap: Gap, rule: NocRule): Unit | "minutes" {
  if (isLimit(gap)) return rule.unit;
  if (!gap.endsWith("_s")) return "count";
  return inMinutes(gap, rule) ? "minutes" : "seconds";
}

/** A ratio is written as percent, whole minutes as minutes, all else as it is. */
export function scaleOf(gap: Gap, rule: NocRule): number {
  if (isLimit(gap)) return rule.unit === "ratio" ? 100 : 1;
  return inMinutes(gap, rule) ? 1 / 60 : 1;
}

/** A number as it is written into a gap. */
export function written(value: number | null): string {
  return value === null ? "" : String(Math.round(value * 1e6) / 1e6).replace(".", ",");
}

export function draftOf(rule: NocRule): Draft {
  const text = Object.fromEntries(
    gaps.map((gap) => {
      const value = rule[gap];
      return [gap, written(value === null ? null : value * scaleOf(gap, rule))];
    }),
  ) as Record<Gap, string>;
  return {
    text,
    enabled: rule.enabled,
    exception: null,
    excluded: rule.excluded_services,
    channels: rule.channels ?? channels,
    runbook_url: rule.runbook_url ?? "",
    owner: rule.owner ?? "",
  };
}

/** The number that was written; null where it is empty, undefined where it is none. */
export function numberOf(gap: Gap, text: string, rule: NocRule): number | null | undefined {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return isLimit(gap) ? null : undefined;
  if (!/^\d+(\.\d+)?$/.test(plain)) return undefined;
  const value = Number(plain) / scaleOf(gap, rule);
  // The database counts samples and seconds whole.
  return isLimit(gap) ? Math.round(value * 1e9) / 1e9 : Math.round(value);
}

/** Gaps that hold no number. */
export function wrongGaps(rule: NocRule, draft: Draft): Gap[] {
  return gaps.filter((gap) => numberOf(gap, draft.text[gap], rule) === undefined);
}

/** The draft without anything to judge by: the rule would never fire. */
export function lacksLimit(rule: NocRule, draft: Draft): boolean {
  const limit = (gap: Gap) => numberOf(gap, draft.text[gap], rule) ?? null;
  return limit("degraded_threshold") === null && limit("down_threshold") === null;
}

const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Everything that the draft says of the rule, as the database names it. */
function saidOf(rule: NocRule, draft: Draft): RuleDraft {
  const numbers = gaps.map((gap) => [gap, numberOf(gap, draft.text[gap], rule)] as const);
  const all = channels.every((channel) => draft.channels.includes(channel));
  return {
    ...(Object.fromEntries(numbers) as Pick<NocRule, Gap>),
    enabled: draft.enabled,
    excluded_services: rule.service === null ? [...draft.excluded].sort() : [],
    channels: all ? null : [...draft.channels],
    runbook_url: orNull(draft.runbook_url),
    owner: orNull(draft.owner),
  };
}

/** What differs from the rule, as it is sent; null when nothing does or a gap is wrong. */
export function wishOf(rule: NocRule, draft: Draft): RuleDraft | null {
  if (wrongGaps(rule, draft).length > 0 || lacksLimit(rule, draft)) return null;
  if (draft.channels.length === 0) return null;
  const said = saidOf(rule, draft);
  const { code, metric, service } = rule;
  if (isNew(rule)) return { code, metric, service, version: 0, ...said };
  // What is seen is what is saved: its scope's nearest rule may say something else.
  if (draft.exception !== null) return { code, service, ...draft.exception, version: 0, ...said };
  const before: RuleDraft = { ...rule, excluded_services: [...rule.excluded_services].sort() };
  const changed = Object.entries(said).filter(
    ([field, value]) => !same(value, before[field as keyof RuleDraft]),
  );
  if (changed.length === 0) return null;
  return { rule_id: rule.rule_id, version: rule.version, ...(Object.fromEntries(changed) as RuleDraft) };
}

/** The rule as it stands, as a backtest is asked of it. */
export function asItStands(rule: NocRule): RuleDraft {
  const { code, service, company_cnpj, group_id } = rule;
  return { code, service, company_cnpj, group_id };
}

/** What the draft would be judged as; the same question as the rule's own when nothing differs. */
export function trialOf(rule: NocRule, draft: Draft): RuleDraft | null {
  if (wrongGaps(rule, draft).length > 0 || lacksLimit(rule, draft)) return null;
  // No episode depends on these, so no backtest is asked again for them.
  const { version, enabled, channels: by, runbook_url, owner, ...wish }: RuleDraft =
    wishOf(rule, { ...draft, channels }) ?? {};
  void [version, enabled, by, runbook_url, owner];
  if (isNew(rule)) return /^[a-z][a-z0-9_]{1,39}$/.test(rule.code) ? wish : { ...wish, code: "ensaio" };
  const named = draft.exception !== null;
  return named || Object.keys(wish).length > 1 ? wish : asItStands(rule);
}

/** Everybody's rules first, each followed by its exceptions. */
export function ruleOrder(rules: readonly NocRule[]): NocRule[] {
  const rank = ({ company_cnpj, group_id }: NocRule) =>
    company_cnpj !== null ? 2 : group_id !== null ? 1 : 0;
  return rules.toSorted(
    (a, b) =>
      a.code.localeCompare(b.code) ||
      (a.service ?? "").localeCompare(b.service ?? "") ||
      rank(a) - rank(b),
  );
}
