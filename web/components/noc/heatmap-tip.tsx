"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { breach, looks } from "@/lib/noc/status";
import type { Heatmap, Thresholds } from "@/lib/noc/types";
import { StatusPill } from "./status-pill";

export interface HeatmapTipProps {
  heatmap: Heatmap;
  at: PointedCell;
  thresholds: Thresholds | null;
}

/** A cell and where it is in its frame, in px. */
export interface PointedCell {
  row: number;
  column: number;
  /** Middle of the cell. */
  x: number;
  /** Foot of the cell. */
  y: number;
  frame_width: number;
}

/** Beside the pointed cell, towards the middle of the map so that it never leaves the panel. */
export function HeatmapTip({ heatmap, at, thresholds }: HeatmapTipProps) {
  const t = useT();
  const format = useFormat();
  const { row, column, x, y, frame_width } = at;
  const line = heatmap.rows[row];
  const bucket = heatmap.buckets[column];
  if (line === undefined || bucket === undefined) return null;
  const value = line.p95_ms[column] ?? null;
  const count = line.counts[column] ?? null;
  const state = breach(value, thresholds);
  const side = x < frame_width / 2 ? { left: x } : { right: frame_width - x };
  return (
    <div className="noc-tip noc-heat-tip" style={{ ...side, top: y + 4 }}>
      <p>
        <span className="font-mono">{line.endpoint}</span>
        <span className="text-fg-3"> · {format.moment(bucket)}</span>
      </p>
      <p className="flex items-center gap-2">
        {state !== null && <StatusPill status={state} word={t(looks[state].word)} />}
        <b className="font-semibold">{value === null ? t("heatmap.noData") : format.ms(value)}</b>
        {count !== null && (
          <span className="text-fg-3">{t("kpi.n", { n: format.number(count) })}</span>
        )}
      </p>
    </div>
  );
}
