/** A rule while its gaps are filled. Pure. Numbers are text here, in the unit that people read. */
import type { Unit } from "./types";
import type { NocRule, RuleDraft } from "./types-settings";

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

/** Those that may be left empty: this rule never goes that far. */
const optional: ReadonlySet<Gap> = new Set(["degraded_threshold", "down_threshold", "degraded_clear", "down_clear"]);
const measured = optional;

export interface Draft {
  text: Record<Gap, string>;
  enabled: boolean;
  /** The company that gets a rule of its own; null: the rule itself is changed. */
  exception: string | null;
}

/** A length that is whole minutes is written in minutes. */
function inMinutes(gap: Gap, rule: NocRule): boolean {
  return gap.endsWith("_s") && (rule[gap] ?? 0) % 60 === 0;
}

/** In what a gap is written: the measure's unit, minutes, seconds, or nothing. */
export function unitOf(gap: Gap, rule: NocRule): Unit | "minutes" {
  if (measured.has(gap)) return rule.unit;
  if (!gap.endsWith("_s")) return "count";
  return inMinutes(gap, rule) ? "minutes" : "seconds";
}

/** A ratio is written as percent, whole minutes as minutes, all else as it is. */
function scaleOf(gap: Gap, rule: NocRule): number {
  if (measured.has(gap)) return rule.unit === "ratio" ? 100 : 1;
  return inMinutes(gap, rule) ? 1 / 60 : 1;
}

function shown(value: number | null, scale: number): string {
  if (value === null) return "";
  return String(Math.round(value * scale * 1e6) / 1e6).replace(".", ",");
}

export function draftOf(rule: NocRule): Draft {
  const text = Object.fromEntries(
    gaps.map((gap) => [gap, shown(rule[gap], scaleOf(gap, rule))]),
  ) as Record<Gap, string>;
  return { text, enabled: rule.enabled, exception: null };
}

/** The number that was written; null where it is empty, undefined where it is none. */
export function numberOf(gap: Gap, text: string, rule: NocRule): number | null | undefined {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return optional.has(gap) ? null : undefined;
  if (!/^\d+(\.\d+)?$/.test(plain)) return undefined;
  const value = Number(plain) / scaleOf(gap, rule);
  // The database counts samples and seconds whole.
  return measured.has(gap) ? Math.round(value * 1e9) / 1e9 : Math.round(value);
}

/** Gaps that hold no number. */
export function wrongGaps(rule: NocRule, draft: Draft): Gap[] {
  return gaps.filter((gap) => numberOf(gap, draft.text[gap], rule) === undefined);
}

/** What differs from the rule, as it is sent; null when nothing does or a gap is wrong. */
export function wishOf(rule: NocRule, draft: Draft): RuleDraft | null {
  if (wrongGaps(rule, draft).length > 0) return null;
  const numbers = gaps
    .map((gap) => [gap, numberOf(gap, draft.text[gap], rule)] as const)
    .filter(([gap, value]) => value !== rule[gap]);
  const changed: RuleDraft = Object.fromEntries(numbers);
  if (draft.enabled !== rule.enabled) changed.enabled = draft.enabled;
  if (draft.exception !== null) {
    return { code: rule.code, service: rule.service, company_cnpj: draft.exception, ...changed };
  }
  if (Object.keys(changed).length === 0) return null;
  return { rule_id: rule.rule_id, version: rule.version, ...changed };
}

/** The rule as it stands, as a backtest is asked of it. */
export function asItStands(rule: NocRule): RuleDraft {
  const { code, service, company_cnpj, group_id } = rule;
  return { code, service, company_cnpj, group_id };
}

/** What the draft would be judged as; the same question as the rule's own when nothing differs. */
export function trialOf(rule: NocRule, draft: Draft): RuleDraft | null {
  if (wrongGaps(rule, draft).length > 0) return null;
  const { version, ...rest } = wishOf(rule, draft) ?? asItStands(rule);
  void version;
  return rest;
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
