"use client";

import { useId } from "react";
import { CartesianGrid, ComposedChart, ReferenceArea, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { extent, limitsWithin, stopsOf, timeTicks, yScale } from "@/lib/noc/chart";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Limit } from "@/lib/noc/rule-draft";
import { bandsOf, rowsOf, type Band } from "@/lib/noc/rule-trial";
import { serviceName } from "@/lib/noc/sentence";
import type { Severity } from "@/lib/noc/types";
import type { Backtest, NocRule } from "@/lib/noc/types-settings";
import { LimitAreas, LimitLines, Lines } from "../noc/chart-layers";
import { AXIS_HEIGHT, ChartDefs, PLOT_TOP } from "../noc/chart-marks";

const MARGIN = { top: PLOT_TOP, right: 12, bottom: 0, left: 0 };
const TICK = { fontSize: 11, fill: "var(--fg-3)" };
const NO_LIMITS = { degraded: null, down: null };
const WEEK_MS = 7 * 86_400_000;

const paint: Record<Severity, string> = {
  critical: "var(--down-solid)",
  warning: "var(--degraded-solid)",
  info: "var(--fg-3)",
};

/** Would-be alerts over the whole height. */
function Bands({ bands }: { bands: readonly Band[] }) {
  return (
    <>
      {bands.map(({ from, to, severity }) => (
        <ReferenceArea
          key={`${from}${severity}`}
          x1={from}
          x2={to}
          fill={paint[severity]}
          fillOpacity={0.28}
        />
      ))}
    </>
  );
}

export interface RuleChartProps {
  rule: NocRule;
  trial: Backtest;
  /** One of the trial's. */
  service: string;
  /** As they are written now, perhaps ahead of the trial. */
  limits: Record<Limit, number | null>;
}

/** What was measured, the limits over it, and the alerts that they would have made. */
export function RuleChart({ rule, trial, service, limits }: RuleChartProps) {
  const t = useT();
  const format = useFormat();
  const id = useId();
  const rows = rowsOf(trial, service);
  const bands = bandsOf(trial, service);
  const write = (value: number) => format.value(value, rule.unit);
  const thresholds = { degraded: limits.degraded_threshold, down: limits.down_threshold };
  const values = [...rows.map((row) => row.main), thresholds.degraded, thresholds.down];
  const { top, ticks } = yScale(values, null);
  const within = limitsWithin(thresholds, top);
  const above = rule.comparator === "above";
  const clears = [limits.degraded_clear, limits.down_clear].filter(
    (value): value is number => value !== null && value < top,
  );
  const from = Date.parse(trial.from);
  const to = Date.parse(trial.to);
  const instant = (at: number) => new Date(at).toISOString();
  const days = to - from > WEEK_MS / 3;
  const range = extent(rows.map((row) => row.main));
  const summary = t("backtest.chart", {
    service: serviceName(t, service),
    from: format.moment(trial.from),
    to: format.moment(trial.to),
    min: range === null ? "—" : write(range.min),
    max: range === null ? "—" : write(range.max),
    n: format.number(bands.length),
  });
  return (
    <div role="img" aria-label={summary} className="noc-chart px-1">
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={rows} margin={MARGIN} accessibilityLayer={false}>
          <ChartDefs gradient={`${id}line`} hatch={`${id}hatch`} stops={stopsOf(above ? within : NO_LIMITS, top)} />
          <CartesianGrid vertical={false} stroke="var(--grid)" syncWithTicks />
          {above && <LimitAreas limits={within} top={top} />}
          <Bands bands={bands} />
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
            width={52}
            domain={[0, top]}
            ticks={ticks}
            tickFormatter={(value: number) =>
              rule.unit === "ratio" ? format.percent(value) : format.short(value)
            }
            axisLine={false}
            tickLine={false}
            tick={TICK}
            allowDataOverflow
          />
          {clears.map((value, index) => (
            <ReferenceLine key={index} y={value} stroke="var(--fg-3)" strokeOpacity={0.8} strokeDasharray="1 4" />
          ))}
          <LimitLines limits={within} write={write} below={!above} />
          <Lines main={`url(#${id}line)`} filling={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--fg-2)", strokeWidth: 1 }}
            content={({ active, label }) => {
              const row = active ? rows.find((each) => each.t === label) : undefined;
              if (row === undefined) return null;
              return (
                <div className="noc-tip">
                  <p className="text-micro text-fg-3">{format.moment(instant(row.t))}</p>
                  <p className="font-semibold">{row.main === null ? t("chart.gap") : write(row.main)}</p>
                </div>
              );
            }}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
