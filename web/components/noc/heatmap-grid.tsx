"use client";

import { useRef, useState } from "react";
import { axisPlaces, heatTop } from "@/lib/noc/heat";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Heatmap, Thresholds } from "@/lib/noc/types";
import { EndpointName, HeatmapRowCells, WorstOf } from "./heatmap-rows";
import { HeatmapTip, type PointedCell } from "./heatmap-tip";
import { useGridFocus } from "./use-grid-focus";

/** The cell under an event, by the place that it carries; null between cells. */
function pointedCell(target: EventTarget, frame: HTMLElement | null): PointedCell | null {
  if (!(target instanceof HTMLElement) || frame === null) return null;
  const [row, column] = (target.dataset.place ?? "").split(":").map(Number);
  if (row === undefined || column === undefined) return null;
  const cell = target.getBoundingClientRect();
  const box = frame.getBoundingClientRect();
  return {
    row,
    column,
    x: (cell.left + cell.right) / 2 - box.left,
    y: cell.bottom - box.top,
    frame_width: box.width,
  };
}

function Axis({ heatmap }: { heatmap: Heatmap }) {
  const format = useFormat();
  const day = heatmap.resolution === "1h";
  return (
    <div aria-hidden className="noc-heat-axis">
      {axisPlaces(heatmap.buckets.length).map((place) => {
        const bucket = heatmap.buckets[place];
        if (bucket === undefined) return null;
        return <span key={place}>{day ? format.moment(bucket) : format.time(bucket)}</span>;
      })}
    </div>
  );
}

export interface HeatmapGridProps {
  heatmap: Heatmap;
  thresholds: Thresholds | null;
}

/** Endpoints down, time across; arrows walk, the pointed cell says its measure. */
export function HeatmapGrid({ heatmap, thresholds }: HeatmapGridProps) {
  const t = useT();
  const { rows, buckets } = heatmap;
  const frame = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<PointedCell | null>(null);
  const { at, setAt, grid } = useGridFocus(rows.length, buckets.length);
  const top = heatTop(rows, thresholds);
  return (
    <div ref={frame} className="noc-heat-frame">
      <div
        role="grid"
        aria-label={t("heatmap.title")}
        className="noc-heat-grid"
        onPointerOver={(event) => setPointed(pointedCell(event.target, frame.current))}
        onPointerLeave={() => setPointed(null)}
        onFocus={(event) => {
          const cell = pointedCell(event.target, frame.current);
          if (cell) setAt(cell);
          setPointed(cell);
        }}
        onBlur={() => setPointed(null)}
        {...grid}
      >
        {rows.map((row, index) => (
          <div key={`${row.service} ${row.endpoint}`} role="row" className="noc-heat-row">
            <span role="rowheader" className="min-w-0">
              <EndpointName endpoint={row.endpoint} service={row.service} />
            </span>
            <span role="presentation" className="noc-heat-cells">
              <HeatmapRowCells
                row={row}
                index={index}
                buckets={buckets}
                top={top}
                thresholds={thresholds}
                reachable={at.row === index ? at.column : null}
              />
            </span>
            <span role="gridcell">
              <WorstOf row={row} thresholds={thresholds} />
            </span>
          </div>
        ))}
      </div>
      {pointed && <HeatmapTip heatmap={heatmap} at={pointed} thresholds={thresholds} />}
      <div className="noc-heat-row">
        <span />
        <Axis heatmap={heatmap} />
        <span />
      </div>
    </div>
  );
}
