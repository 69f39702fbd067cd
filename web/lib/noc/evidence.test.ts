import { describe, expect, test } from "vitest";
import { decidedIn, drawnOf, frozenSeries, limitsOf, missingEvidence } from "./evidence";
import { deedSaid, endpointSaid, probeSaid } from "./evidence-said";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import type { Incident, Rule } from "./types";
import type { Evidence, EvidenceMinute } from "./types-story";

const t = createTranslate("pt-BR");
const format = createFormat("pt-BR", "America/Sao_Paulo");
const OPENED = Date.parse("2026-11-23T12:14:20Z");
const minute = (n: number) => new Date(Date.parse("2026-11-23T12:00:00Z") + n * 60_000).toISOString();
const row = (n: number, p95_ms: number | null = 1840): EvidenceMinute => ({
  bucket: minute(n),
  count: 40,
  error_rate: 0.1,
  p95_ms,
});
const alert = { alert_id: "a", opened_at: new Date(OPENED).toISOString() } as Incident;
const taken = (minutes: EvidenceMinute[] | null, window_from: string | null = minute(9)) =>
  ({ minutes, window_from, taken_at: minute(14) }) as Evidence;

describe("the frozen chart", () => {
  test("has a bucket for each minute, a gap where no row was kept, and none that is open", () => {
    const series = frozenSeries(taken([row(10), row(12), row(14)]), alert);
    expect(series?.points.map((point) => point.p95_ms)).toEqual([1840, null, 1840, null, 1840]);
    expect(series?.points.some((point) => point.open)).toBe(false);
  });

  test("misses nothing in a last minute that had just begun", () => {
    expect(frozenSeries(taken([row(12), row(13)]), alert)?.points).toHaveLength(2);
  });

  test("marks the opening where it is drawn, even in a minute that was never full", () => {
    const marked = (row_at: number, opened_at: string) =>
      frozenSeries(taken([row(0), row(row_at)]), { ...alert, opened_at })?.annotations[0]?.at;
    expect(marked(14, alert.opened_at)).toBe(minute(14));
    expect(marked(14, minute(12))).toBe(minute(12));
  });

  test("has no series without minutes", () => {
    expect(frozenSeries(taken(null), alert)).toBeNull();
    expect(frozenSeries(taken([]), alert)).toBeNull();
  });

  test("marks the window that decided, up to the opening or the last minute drawn", () => {
    const series = frozenSeries(taken([row(0), row(14)]), alert);
    expect(series && decidedIn(taken([], minute(9)), series)).toEqual({
      from: Date.parse(minute(9)),
      to: Date.parse(minute(14)),
    });
    expect(series && decidedIn(taken([], null), series)).toBeNull();
  });

  test("draws limits only over what they judge", () => {
    const rule = { metric: "p95_ms", degraded_threshold: 1200, down_threshold: 2000 } as Rule;
    expect(limitsOf(rule)).toEqual({ degraded: 1200, down: 2000 });
    expect(limitsOf({ ...rule, metric: "mean_ms" })).toBeNull();
    expect(drawnOf("error_rate")).toBe("error_rate");
    expect(drawnOf("throughput_low")).toBe("per_minute");
    expect(drawnOf("queue_pending")).toBeNull();
  });
});

describe("evidence that is not there", () => {
  const open = { state: "open", incident: false, opened_at: alert.opened_at } as const;

  test("is coming within five minutes of the opening, and not a moment later", () => {
    expect(missingEvidence(open, OPENED + 299_000)).toBe("coming");
    expect(missingEvidence(open, OPENED + 300_000)).toBe("none");
  });

  test("never comes for what is closed, and is with the parts of an incident", () => {
    expect(missingEvidence({ ...open, state: "closed" }, OPENED)).toBe("none");
    expect(missingEvidence({ ...open, incident: true }, OPENED)).toBe("inParts");
  });
});

describe("evidence in words", () => {
  const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

  test("of an endpoint counts calls and names what was bad of them", () => {
    const endpoint = { endpoint: "POST /titulos", count: 1, error_rate: 0, latency_max_ms: 2210 };
    expect(plain(endpointSaid(t, format, endpoint))).toBe("1 chamada · até 2.210 ms");
    expect(plain(endpointSaid(t, format, { ...endpoint, count: 40, error_rate: 0.1 }))).toBe(
      "40 chamadas · 10 % de erros · até 2.210 ms",
    );
  });

  test("of a probe says how it went and why", () => {
    const probe = { checked_at: "", status: "DOWN", latency_ms: 5000 } as const;
    expect(probeSaid(t, { ...probe, outcome: "bad", reason: "timeout" })).toBe(
      "falhou: sem resposta a tempo",
    );
    expect(probeSaid(t, { ...probe, outcome: "bad", reason: "http_503" })).toBe("falhou: HTTP 503");
    expect(probeSaid(t, { ...probe, outcome: "good", reason: null })).toBe("respondeu");
  });

  test("of a deed is a word, or the code made readable", () => {
    expect(deedSaid(t, { at: "", action: "save_rule", target: null })).toBe("Regra publicada");
    expect(deedSaid(t, { at: "", action: "brand_new", target: null })).toBe("Brand new");
  });
});
