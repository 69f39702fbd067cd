/** The cards of work under way: queue, LLM, jobs. A null measure is an em dash, never zero. */

import { calm, DASH, type KpiView, type Writer } from "./kpi-card";
import { breach } from "./status";
import type { JobsKpi, LlmKpi, QueueKpi } from "./types";

export function queueView(kpi: QueueKpi, { t, format }: Writer): KpiView {
  const { worst } = kpi;
  // Nothing was ever measured: no zero is claimed.
  const pending = kpi.status === "NO_DATA" ? null : kpi.pending;
  /** There is room for one: what needs a person comes before what failed. */
  const lost = () => {
    const { dead, unknown, failed } = kpi;
    if (dead !== null && dead > 0) return t.count("kpi.queueDead", dead);
    if (unknown !== null && unknown > 0) return t.count("kpi.queueUnknown", unknown);
    return failed !== null && failed > 0 ? t.count("kpi.queueFailed", failed) : null;
  };
  const aside = lost();
  return {
    label: t("kpi.queue"),
    status: kpi.status,
    value: pending === null ? DASH : format.number(pending),
    unit: pending === null ? "" : t.count("kpi.unit.pending", pending),
    aside: aside === null ? undefined : { text: aside, trend: null },
    spark: kpi.spark,
    thresholds: kpi.thresholds,
    worst:
      worst === null
        ? calm(pending === 0 ? t("kpi.queueEmpty") : DASH)
        : {
            text: worst.label,
            figure: format.number(worst.pending),
            status: breach(worst.pending, kpi.thresholds) ?? "UP",
            title: worst.label,
          },
    sample:
      kpi.oldest_age_s === null ? "" : t("kpi.oldest", { age: format.duration(kpi.oldest_age_s) }),
  };
}

export function llmView(kpi: LlmKpi, { t, format, now }: Writer): KpiView {
  const p95 = kpi.p95_ms;
  const checked = kpi.checked_at;
  /** Members see the status of a shared service without the probe's time. */
  const checkedText = () => {
    if (checked !== null) return t("kpi.checkedAt", { time: format.time(checked) });
    return kpi.status === "NO_DATA" ? t("kpi.neverChecked") : "";
  };
  return {
    label: t("kpi.llm"),
    status: kpi.status,
    value: p95 === null ? DASH : format.number(p95 / 1000, 1),
    unit: p95 === null ? "" : t("kpi.unit.p95", { unit: "s" }),
    aside:
      kpi.since === null
        ? undefined
        : { text: t("time.since", { time: format.near(kpi.since, now) }), trend: null },
    spark: kpi.spark,
    worst: calm(checkedText()),
    sample: t("kpi.n", { n: format.number(kpi.count) }),
  };
}

export function jobsView(kpi: JobsKpi, { t, format }: Writer): KpiView {
  const { worst } = kpi;
  const known = kpi.status !== "NO_DATA";
  const failed = known ? kpi.failed : null;
  return {
    label: t("kpi.jobs"),
    status: kpi.status,
    value: failed === null ? DASH : format.number(failed),
    unit: failed === null ? "" : t.count("kpi.unit.failed", failed),
    aside:
      kpi.running === null || !known
        ? undefined
        : { text: t("kpi.running", { n: format.number(kpi.running) }), trend: null },
    spark: kpi.spark,
    look: "bars",
    worst:
      worst === null
        ? calm(failed === null ? DASH : t(failed > 0 ? "kpi.madeGood" : "kpi.noLate"))
        : {
            text: worst.label,
            figure: `${format.number(worst.failed)}×`,
            status: kpi.status === "UP" ? "UP" : kpi.status,
          },
    sample: kpi.succeeded === null || !known ? "" : t.count("kpi.succeeded", kpi.succeeded),
  };
}
