/** The cards of calls: latency, errors, throughput. A null measure is an em dash, never zero. */

import { asideOf, calm, DASH, type KpiView, type LatencyReading, type Writer } from "./kpi-card";
import { serviceName } from "./sentence";
import { breach } from "./status";
import type { ErrorsKpi, LatencyKpi, ThroughputKpi } from "./types";

export function latencyView(
  kpi: LatencyKpi,
  { t, format }: Writer,
  reading: LatencyReading,
): KpiView {
  const { worst } = kpi;
  const own = reading === "worst" && worst !== null;
  const shown = format.measure(own ? worst.p95_ms : kpi.p95_ms, "ms");
  const change = own ? null : format.change(kpi.p95_ms, kpi.previous_p95_ms);
  const label = worst && `${serviceName(t, worst.service)} ${worst.label}`;
  return {
    label: own ? worst.label : t("kpi.latency"),
    status: own ? (breach(worst.p95_ms, kpi.thresholds) ?? kpi.status) : kpi.status,
    ...shown,
    aside: asideOf(change, (kpi.p95_ms ?? 0) > (kpi.previous_p95_ms ?? 0), t),
    spark: kpi.spark,
    thresholds: kpi.thresholds,
    worst:
      worst === null
        ? calm(kpi.p50_ms === null ? DASH : t("kpi.p50", { value: format.ms(kpi.p50_ms) }))
        : {
            text: t("kpi.worst", { label: serviceName(t, worst.service) }),
            figure: format.ms(worst.p95_ms),
            status: breach(worst.p95_ms, kpi.thresholds) ?? "UP",
            title: label ?? "",
          },
    sample: t("kpi.n", { n: format.number(kpi.count) }),
  };
}

export function errorsView(kpi: ErrorsKpi, { t, format }: Writer): KpiView {
  const { worst } = kpi;
  const above = worst === null ? null : breach(worst.error_rate, kpi.thresholds);
  return {
    label: t("kpi.errors"),
    status: kpi.status,
    ...format.measure(kpi.error_rate, "ratio"),
    aside: asideOf(
      format.points(kpi.error_rate, kpi.previous_error_rate),
      (kpi.error_rate ?? 0) > (kpi.previous_error_rate ?? 0),
      t,
    ),
    spark: kpi.spark,
    thresholds: kpi.thresholds,
    worst:
      worst !== null && above !== null
        ? {
            text: t("kpi.worst", { label: serviceName(t, worst.service) }),
            figure: format.percent(worst.error_rate),
            status: above,
          }
        : calm(
            kpi.error_rate_4xx === null
              ? DASH
              : t("kpi.4xx", { value: format.percent(kpi.error_rate_4xx) }),
          ),
    sample: t("kpi.n", { n: format.number(kpi.count) }),
  };
}

export function throughputView(kpi: ThroughputKpi, { t, format }: Writer): KpiView {
  const before = kpi.previous_per_minute;
  return {
    label: t("kpi.throughput"),
    status: kpi.status,
    value: kpi.per_minute === null ? DASH : format.number(kpi.per_minute),
    unit: kpi.per_minute === null ? "" : t("kpi.unit.perMinute"),
    aside: asideOf(format.change(kpi.per_minute, before), (kpi.per_minute ?? 0) > (before ?? 0), t),
    spark: kpi.spark,
    worst: calm(
      before === null ? t("kpi.noYesterday") : t("kpi.yesterday", { value: format.number(before) }),
    ),
    sample: t("kpi.n", { n: format.number(kpi.count) }),
  };
}
