"use client";

import { extent } from "@/lib/noc/chart";
import { decidedIn, drawnOf, frozenSeries, limitsOf } from "@/lib/noc/evidence";
import { useFormat, useT } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import type { Incident, Rule } from "@/lib/noc/types";
import type { Evidence } from "@/lib/noc/types-story";
import type { ChartLook } from "../chart-look";
import { ChartPlot } from "../chart-plot";
import { ChartTable } from "../chart-table";

/** How a rule's measure is drawn; null where it was not kept by the minute. */
function useLook(rule: Rule): ChartLook | null {
  const t = useT();
  const format = useFormat();
  const main = drawnOf(rule.metric);
  if (main === null) return null;
  const common = { main, sub: null, subName: null, thresholds: limitsOf(rule) };
  if (main === "p95_ms") {
    return {
      ...common,
      title: t("chart.latency"),
      mainName: t("chart.p95"),
      write: (ms) => format.value(ms, "ms"),
      tick: (ms) => format.number(ms, 1),
    };
  }
  if (main === "error_rate") {
    return {
      ...common,
      title: t("chart.errors"),
      mainName: t("chart.5xx"),
      write: (ratio) => format.percent(ratio),
      tick: (ratio) => format.percent(ratio),
    };
  }
  return {
    ...common,
    title: t("chart.throughput"),
    mainName: t("chart.throughput"),
    write: (rate) => format.number(rate, 1),
    tick: (rate) => format.number(rate, 1),
  };
}

export interface EvidenceChartProps {
  evidence: Evidence;
  alert: Incident;
  rule: Rule;
}

/** The minutes that decided, as they were; nothing for a rule without minutes. */
export function EvidenceChart({ evidence, alert, rule }: EvidenceChartProps) {
  const t = useT();
  const format = useFormat();
  const look = useLook(rule);
  const series = frozenSeries(evidence, alert);
  if (look === null || series === null) return null;
  const range = extent(series.points.map((point) => point[look.main]));
  if (range === null) return null;
  const summary = t("chart.summary", {
    name: look.title,
    service: serviceName(t, alert.service),
    from: format.moment(series.from),
    to: format.moment(series.to),
    min: look.write(range.min),
    max: look.write(range.max),
  });
  const decided = decidedIn(evidence, series);
  return (
    <div className="noc-frozen mb-2">
      <p className="flex flex-wrap items-center gap-x-3 text-micro text-fg-2">
        <span>{look.mainName}</span>
        {decided !== null && (
          <span className="inline-flex items-center gap-1.5 text-fg-3">
            <span aria-hidden className="noc-decided" />
            {t("evidence.window")}
          </span>
        )}
      </p>
      <div role="img" aria-label={summary}>
        <ChartPlot series={series} look={look} frozen decided={decided} />
      </div>
      <ChartTable series={series} look={look} />
    </div>
  );
}
