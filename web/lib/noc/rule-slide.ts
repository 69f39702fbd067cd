/** Limits that are moved rather than written: how far, in which steps, and what goes along. Pure. */
import { numberOf, scaleOf, written, type Draft, type Limit } from "./rule-draft";
import type { Unit } from "./types";
import type { NocRule } from "./types-settings";

/** A slider in the unit that people read. */
export interface Slide {
  max: number;
  step: number;
  value: number;
}

const NICE = [1, 2, 5, 10];
/** How far a slider reaches where nothing is known of the measure. */
const UNKNOWN: Record<Unit, number> = { ms: 3000, ratio: 0.25, seconds: 900, count: 1000, status: 2 };

/** The least of 1, 2, 5 × 10ⁿ that is not below. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (NICE.find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/**
 * The slider of a limit; `highest` is the most that was measured. Its end depends on the rule
 * as it was saved and not on the draft, so that it stays under the hand that moves it.
 */
export function slideOf(rule: NocRule, draft: Draft, limit: Limit, highest: number | null): Slide {
  const known = [rule.degraded_threshold, rule.down_threshold].filter((value) => value !== null);
  const reach = Math.max(highest ?? 0, ...known.map((value) => value * 1.5)) || UNKNOWN[rule.unit];
  const scale = scaleOf(limit, rule);
  const most = rule.unit === "ratio" ? 1 : Infinity;
  const step = niceAbove((Math.min(reach, most) * scale) / 200);
  const max = Math.min(Math.ceil((reach * scale) / step) * step, most * scale);
  const value = numberOf(limit, draft.text[limit], rule) ?? 0;
  return { max, step, value: Math.min(value * scale, max) };
}

/**
 * The draft after one limit was moved to a value in the unit that people read: the two
 * thresholds keep their order, and a clear limit never lies beyond its threshold.
 */
export function moved(rule: NocRule, draft: Draft, limit: Limit, to: number): Draft {
  const side = rule.comparator === "above" ? 1 : -1;
  const scale = scaleOf(limit, rule);
  const step = slideOf(rule, draft, limit, null).step;
  const at = (each: Limit) => {
    const value = numberOf(each, draft.text[each], rule);
    return typeof value === "number" ? value * scale : null;
  };
  const notBeyond = (value: number, end: number | null) =>
    end === null || value * side <= end * side ? value : end;
  const notBefore = (value: number, end: number | null) =>
    end === null || value * side >= end * side ? value : end;
  const text = { ...draft.text };
  const set = (each: Limit, value: number | null) => {
    if (value !== null) text[each] = written(Math.max(0, value));
  };
  switch (limit) {
    case "degraded_threshold": {
      const down = at("down_threshold");
      const value = notBeyond(to, down === null ? null : down - step * side);
      set(limit, value);
      const clear = at("degraded_clear");
      set("degraded_clear", clear === null ? null : notBeyond(clear, value));
      break;
    }
    case "down_threshold": {
      const degraded = at("degraded_threshold");
      const value = notBefore(to, degraded === null ? null : degraded + step * side);
      set(limit, value);
      const clear = at("down_clear");
      set("down_clear", clear === null ? null : notBeyond(clear, value));
      break;
    }
    case "degraded_clear":
      set(limit, notBeyond(to, at("degraded_threshold")));
      break;
    case "down_clear":
      set(limit, notBeyond(to, at("down_threshold")));
      break;
  }
  return { ...draft, text };
}
