"use client";

import { ChartLine } from "lucide-react";
import { memo } from "react";
import { extent } from "@/lib/noc/chart";
import { useFormat, useT } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import type { Series } from "@/lib/noc/types";
import { Card } from "../ui/card";
import type { ChartLook } from "./chart-look";
import { ChartPlot } from "./chart-plot";
import { ChartTable } from "./chart-table";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  READY,
  settled,
  showsContent,
  type Condition,
} from "./panel-state";

/** Props of the three charts. */
export interface ChartProps {
  /** Null before the first answer. */
  series: Series | null;
  /** Service of the filter; null is all of them. */
  service: string | null;
  condition?: Condition;
}

function Key({ name, className }: { name: string; className: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden width={16} height={8} className={className}>
        <path d="M0 4h16" stroke="currentColor" strokeWidth="inherit" />
      </svg>
      {name}
    </span>
  );
}

function Keys({ look }: { look: ChartLook }) {
  return (
    <span className="flex gap-3 pr-1 text-micro whitespace-nowrap text-fg-2">
      <Key name={look.mainName} className="stroke-2 text-fg-1" />
      {look.subName !== null && <Key name={look.subName} className="stroke-[1.25] text-fg-3" />}
    </span>
  );
}

function useSummary(series: Series, look: ChartLook, service: string | null): string {
  const t = useT();
  const format = useFormat();
  const range = extent(series.points.map((point) => point[look.main]));
  const fill = {
    name: look.title,
    service: serviceName(t, service),
    from: format.moment(series.from),
    to: format.moment(series.to),
  };
  if (range === null) return t("chart.summaryEmpty", fill);
  return t("chart.summary", { ...fill, min: look.write(range.min), max: look.write(range.max) });
}

function ChartBody({
  series,
  look,
  service,
}: Omit<ChartPanelProps, "condition"> & { series: Series }) {
  const t = useT();
  const summary = useSummary(series, look, service);
  if (series.points.every((point) => point[look.main] === null)) {
    return (
      <PanelEmpty
        icon={<ChartLine aria-hidden size={16} />}
        title={t("chart.emptyTitle")}
        note={t("chart.emptyNote")}
      />
    );
  }
  return (
    <div className="px-1 pb-2">
      <div role="img" aria-label={summary}>
        <ChartPlot series={series} look={look} />
      </div>
      <ChartTable series={series} look={look} />
    </div>
  );
}

export interface ChartPanelProps extends ChartProps {
  look: ChartLook;
}

/** One measure in one panel; height fixed, whatever its state. */
export const ChartPanel = memo(function ChartPanel({
  series,
  service,
  condition = READY,
  look,
}: ChartPanelProps) {
  const t = useT();
  const shown = settled(series, condition);
  const old = shown.kind === "stale" || shown.kind === "noContact";
  return (
    <Card
      title={look.title}
      note={serviceName(t, service)}
      aside={
        old ? <ConditionMark condition={shown} /> : showsContent(shown) && <Keys look={look} />
      }
      className="relative min-h-[262px]"
    >
      <PanelState name={look.title} condition={shown} shape="chart">
        {series && <ChartBody series={series} look={look} service={service} />}
      </PanelState>
    </Card>
  );
});
