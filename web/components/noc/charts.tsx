"use client";

import { useMemo } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { ChartLook } from "./chart-look";
import { ChartPanel, type ChartProps } from "./chart-panel";

/** p95 over p50 with the limits of the latency rule. */
export function ChartLatency(props: ChartProps) {
  const t = useT();
  const format = useFormat();
  const thresholds = props.series?.thresholds.p95_ms ?? null;
  const look = useMemo<ChartLook>(
    () => ({
      title: t("chart.latency"),
      main: "p95_ms",
      mainName: t("chart.p95"),
      sub: "p50_ms",
      subName: t("chart.p50"),
      thresholds,
      write: (ms) => format.value(ms, "ms"),
      tick: (ms) => format.number(ms, 1),
    }),
    [t, format, thresholds],
  );
  return <ChartPanel {...props} look={look} />;
}

/** Server errors over client errors; only the first have limits. */
export function ChartErrors(props: ChartProps) {
  const t = useT();
  const format = useFormat();
  const thresholds = props.series?.thresholds.error_rate ?? null;
  const look = useMemo<ChartLook>(
    () => ({
      title: t("chart.errors"),
      main: "error_rate",
      mainName: t("chart.5xx"),
      sub: "error_rate_4xx",
      subName: t("chart.4xx"),
      thresholds,
      write: (ratio) => format.percent(ratio),
      tick: (ratio) => format.percent(ratio),
    }),
    [t, format, thresholds],
  );
  return <ChartPanel {...props} look={look} />;
}

/** Requests per minute; no traffic is a fact here, not an error, so it has no limit. */
export function ChartThroughput(props: ChartProps) {
  const t = useT();
  const format = useFormat();
  const look = useMemo<ChartLook>(
    () => ({
      title: t("chart.throughput"),
      main: "per_minute",
      mainName: t("chart.now"),
      sub: null,
      subName: null,
      thresholds: null,
      write: (rate) => format.number(rate, rate < 10 ? 1 : 0),
      tick: (rate) => format.number(rate, 1),
    }),
    [t, format],
  );
  return <ChartPanel {...props} look={look} />;
}
