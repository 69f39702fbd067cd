/** Writes the KPIs of noc_overview as cards. Pure. */

import { errorsView, latencyView, throughputView } from "./kpi-calls";
import { calm, DASH, type KpiView, type LatencyReading, type Writer } from "./kpi-card";
import { jobsView, llmView, queueView } from "./kpi-work";
import type { HealthStatus, KpiName, Kpis, Traffic } from "./types";

/** A collector that is alive and silent brought no traffic; a silent one brought no data. */
function withoutTraffic(view: KpiView, traffic: Traffic, { t, format }: Writer): KpiView {
  const last = traffic.last_event_at;
  if (traffic.state === "silent") {
    const text =
      last === null ? t("kpi.neverSignal") : t("kpi.lastSignal", { time: format.time(last) });
    return { ...view, value: DASH, unit: "", aside: undefined, worst: calm(text), sample: "" };
  }
  return {
    ...view,
    idle: true,
    word: t("kpi.noTraffic"),
    value: DASH,
    unit: t("kpi.noTrafficNote"),
    aside: undefined,
    worst: calm(
      last === null ? t("kpi.collectorAlive") : t("kpi.collectorLast", { time: format.time(last) }),
    ),
    sample: t("kpi.n", { n: "0" }),
  };
}

/** The six cards in their order on the page. */
export function kpiViews(
  kpis: Kpis,
  traffic: Traffic,
  reading: LatencyReading,
  writer: Writer,
): Record<KpiName, KpiView> {
  const orSilent = (view: KpiView, status: HealthStatus, count: number) =>
    status === "NO_DATA" && count === 0 ? withoutTraffic(view, traffic, writer) : view;
  const { latency, errors, throughput } = kpis;
  return {
    latency: orSilent(latencyView(latency, writer, reading), latency.status, latency.count),
    errors: orSilent(errorsView(errors, writer), errors.status, errors.count),
    throughput: orSilent(throughputView(throughput, writer), throughput.status, throughput.count),
    queue: queueView(kpis.queue, writer),
    llm: llmView(kpis.llm, writer),
    jobs: jobsView(kpis.jobs, writer),
  };
}
