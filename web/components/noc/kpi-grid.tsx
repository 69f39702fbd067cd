"use client";

import { useState } from "react";
import type { KpiView, LatencyReading } from "@/lib/noc/kpi-card";
import { kpiViews } from "@/lib/noc/kpi-view";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { KpiName, Kpis, Traffic } from "@/lib/noc/types";
import { QueueQuick } from "./actions/queue-quick";
import { KpiCard, KpiSkeleton } from "./kpi-card";
import { useAgeOf, useNow } from "./now";
import { PanelState, READY, settled, showsContent, type Condition } from "./panel-state";

const order: readonly KpiName[] = ["latency", "errors", "throughput", "queue", "llm", "jobs"];

export interface KpiGridProps {
  kpis: Kpis | null;
  traffic: Traffic | null;
  condition?: Condition;
  /** Company of the filter; null is all of them. */
  company?: string | null;
}

/** Old numbers stay readable: the word and the footer say how old they are. */
function useAged(condition: Condition): (view: KpiView) => KpiView {
  const t = useT();
  const format = useFormat();
  const at = condition.kind === "stale" ? condition.at : null;
  const age = useAgeOf(at);
  return (view) => {
    if (condition.kind === "noContact") {
      const seen = t("banner.seenAt", { time: format.second(condition.since) });
      return {
        ...view,
        status: "NO_DATA",
        word: t("panel.noContact"),
        worst: { text: seen, status: "UP" },
      };
    }
    if (at === null) return view;
    const text = t("kpi.agedAt", {
      time: format.second(at),
      age: age === null ? "" : format.duration(age),
    });
    return {
      ...view,
      status: "NO_DATA",
      word: t("panel.stale"),
      worst: { text, status: "UP" },
      sample: "",
    };
  };
}

export function KpiGrid(props: KpiGridProps) {
  const { kpis, traffic, condition = READY, company = null } = props;
  const t = useT();
  const format = useFormat();
  const [reading, setReading] = useState<LatencyReading>("global");
  const aged = useAged(condition);
  const now = useNow();

  if (settled(kpis, condition).kind === "loading") {
    return (
      <section aria-label={t("kpi.group")} className="noc-kpis">
        <p role="status" className="sr-only">
          {t("panel.loading", { name: t("kpi.group") })}
        </p>
        {order.map((name) => (
          <KpiSkeleton key={name} />
        ))}
      </section>
    );
  }
  if (kpis === null || traffic === null || !showsContent(condition)) {
    return (
      <section
        aria-label={t("kpi.group")}
        className="flex min-h-[134px] rounded-panel border border-line-1 bg-panel *:min-h-0 *:py-2"
      >
        <PanelState name={t("kpi.group")} condition={condition} shape="facts">
          {null}
        </PanelState>
      </section>
    );
  }

  const today = now === null ? null : new Date(now).toISOString();
  const views = kpiViews(kpis, traffic, reading, { t, format, now: today });
  const switches = kpis.latency.worst !== null;
  const turn = () => {
    setReading(reading === "global" ? "worst" : "global");
  };
  return (
    <section
      aria-label={t("kpi.group")}
      className={condition.kind === "ready" ? "noc-kpis" : "noc-kpis noc-aged"}
    >
      {order.map((name) => (
        <KpiCard
          key={name}
          view={aged(views[name])}
          onSelect={name === "latency" && switches ? turn : undefined}
          pressed={name === "latency" && switches ? reading === "worst" : undefined}
          action={name === "queue" && <QueueQuick kpi={kpis.queue} company={company} />}
        />
      ))}
    </section>
  );
}
