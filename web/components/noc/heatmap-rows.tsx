"use client";

import clsx from "clsx";
import { memo } from "react";
import { heatStep } from "@/lib/noc/heat";
import { useFormat, useT } from "@/lib/noc/i18n";
import { breach, looks } from "@/lib/noc/status";
import type { HeatmapRow, Thresholds } from "@/lib/noc/types";
import { StatusShape } from "./status-shape";
import { placeId } from "./use-grid-focus";

/** Route in fixed width, the method apart: "POST /titulos". */
export function EndpointName({ endpoint, service }: { endpoint: string; service?: string }) {
  const t = useT();
  const [method, ...route] = endpoint.split(" ");
  const name = service === undefined ? null : t.code("service", service);
  return (
    <span
      className="flex min-w-0 items-center gap-1.5 font-mono text-small text-fg-2"
      title={name === null ? endpoint : `${endpoint} · ${name}`}
    >
      <b className="w-10 shrink-0 font-medium text-fg-3">{method}</b>
      <span className="min-w-0 grow truncate">{route.join(" ")}</span>
      {name !== null && <span className="shrink-0 font-sans text-micro text-fg-3">{name}</span>}
    </span>
  );
}

/** The row's worst, with its shape when it is above a limit. */
export function WorstOf({ row, thresholds }: { row: HeatmapRow; thresholds: Thresholds | null }) {
  const t = useT();
  const format = useFormat();
  const state = breach(row.worst_p95_ms, thresholds);
  return (
    <span className="flex items-center justify-end gap-1 text-small whitespace-nowrap text-fg-2">
      {state !== null && <StatusShape status={state} size={12} label={t(looks[state].word)} />}
      {row.worst_p95_ms === null ? "—" : format.ms(row.worst_p95_ms)}
    </span>
  );
}

export interface HeatmapRowCellsProps {
  row: HeatmapRow;
  index: number;
  buckets: readonly string[];
  top: number;
  thresholds: Thresholds | null;
  /** Column that Tab reaches in this row; null in all rows but one. */
  reachable: number | null;
}

/** The cells of one endpoint. The limit is a stroke at the foot, never another hue. */
export const HeatmapRowCells = memo(function HeatmapRowCells({
  row,
  index,
  buckets,
  top,
  thresholds,
  reachable,
}: HeatmapRowCellsProps) {
  const t = useT();
  const format = useFormat();
  return buckets.map((bucket, column) => {
    const value = row.p95_ms[column] ?? null;
    const state = breach(value, thresholds);
    const said = value === null ? t("heatmap.noData") : format.ms(value);
    return (
      <span
        key={bucket}
        role="gridcell"
        tabIndex={reachable === column ? 0 : -1}
        data-place={placeId({ row: index, column })}
        aria-label={t("heatmap.cell", {
          endpoint: row.endpoint,
          time: format.time(bucket),
          value: state === null ? said : `${said}, ${t(looks[state].word)}`,
        })}
        className={clsx(
          "noc-heat",
          value === null ? "noc-heat-none" : `noc-heat-${heatStep(value, top)}`,
          state !== null && `noc-heat-above ${looks[state].scope}`,
        )}
      />
    );
  });
});
