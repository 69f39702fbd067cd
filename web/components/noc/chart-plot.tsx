"use client";

import { useId, useState } from "react";
import { CartesianGrid, ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import {
  chartRows,
  gapsOf,
  limitsWithin,
  STEP_MS,
  stopsOf,
  timeTicks,
  yScale,
  type Span,
} from "@/lib/noc/chart";
import { useFormat } from "@/lib/noc/i18n";
import type { Series } from "@/lib/noc/types";
import type { ChartLook } from "./chart-look";
import { Annotations, Decided, Gaps, LimitAreas, LimitLines, Lines } from "./chart-layers";
import { AXIS_HEIGHT, ChartDefs, PLOT_TOP } from "./chart-marks";
import { ChartTip } from "./chart-tip";

const MARGIN = { top: PLOT_TOP, right: 12, bottom: 0, left: 0 };
const TICK = { fontSize: 11, fill: "var(--fg-3)" };

export interface ChartPlotProps {
  series: Series;
  look: ChartLook;
  /** Of the past alone: its cursor is its own. */
  frozen?: boolean;
  /** The stretch that decided something. */
  decided?: Span | null;
}

/** The drawing itself; its words are said by the panel around it. */
export function ChartPlot({ series, look, frozen = false, decided = null }: ChartPlotProps) {
  const format = useFormat();
  const id = useId();
  const [hot, setHot] = useState(false);
  const rows = chartRows(series.points, look.main, look.sub);
  const measures = series.points.flatMap((point) => [
    point[look.main],
    look.sub === null ? null : point[look.sub],
  ]);
  const { top, ticks } = yScale(measures, look.thresholds);
  const limits = limitsWithin(look.thresholds, top);
  const gaps = gapsOf(series.points, look.main, STEP_MS[series.resolution]);
  const from = rows[0]?.t ?? Date.parse(series.from);
  const to = rows.at(-1)?.t ?? Date.parse(series.to);
  const days = series.resolution === "1h";
  const instant = (at: number) => new Date(at).toISOString();
  return (
    <div
      className="noc-chart"
      onPointerEnter={() => setHot(true)}
      onPointerLeave={() => setHot(false)}
    >
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart
          data={rows}
          margin={MARGIN}
          {...(frozen ? {} : { syncId: "noc", syncMethod: "value" as const })}
          accessibilityLayer={false}
        >
          <ChartDefs gradient={`${id}line`} hatch={`${id}hatch`} stops={stopsOf(limits, top)} />
          <CartesianGrid vertical={false} stroke="var(--grid)" syncWithTicks />
          <LimitAreas limits={limits} top={top} />
          {decided !== null && <Decided span={decided} />}
          <Gaps gaps={gaps} from={from} to={to} hatch={`${id}hatch`} />
          <XAxis
            dataKey="t"
            type="number"
            scale="time"
            domain={[from, to]}
            ticks={timeTicks(from, to, format.offset(from))}
            tickFormatter={(at: number) => (days ? format.day : format.time)(instant(at))}
            height={AXIS_HEIGHT}
            axisLine={false}
            tickLine={false}
            tick={TICK}
          />
          <YAxis
            width={44}
            domain={[0, top]}
            ticks={ticks}
            tickFormatter={look.tick}
            axisLine={false}
            tickLine={false}
            tick={TICK}
            allowDataOverflow
          />
          <LimitLines limits={limits} write={look.write} />
          <Annotations annotations={series.annotations} />
          <Lines main={`url(#${id}line)`} filling={rows.some((row) => row.open)} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--fg-2)", strokeWidth: 1 }}
            content={({ active, label }) =>
              active ? (
                <ChartTip
                  row={rows.find((row) => row.t === label)}
                  main={look.mainName}
                  sub={look.subName}
                  write={look.write}
                  full={hot}
                />
              ) : null
            }
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
