"use client";

import type { ReactElement } from "react";
import { Line, ReferenceArea, ReferenceLine } from "recharts";
import type { ChartRow, Span } from "@/lib/noc/chart";
import { useT } from "@/lib/noc/i18n";
import type { Annotation, Thresholds } from "@/lib/noc/types";
import { annotationMark, limitLabel } from "./chart-marks";

/** Grounds above the limits, faint; the upper one starts where the lower ends. */
export function LimitAreas({ limits, top }: { limits: Thresholds; top: number }) {
  return (
    <>
      {limits.degraded !== null && (
        <ReferenceArea
          y1={limits.degraded}
          y2={limits.down ?? top}
          fill="var(--degraded-solid)"
          fillOpacity={0.07}
        />
      )}
      {limits.down !== null && (
        <ReferenceArea y1={limits.down} y2={top} fill="var(--down-solid)" fillOpacity={0.1} />
      )}
    </>
  );
}

/** The window in which something was decided, faint over its whole height. */
export function Decided({ span }: { span: Span }) {
  return <ReferenceArea x1={span.from} x2={span.to} fill="var(--fg-1)" fillOpacity={0.08} />;
}

/** What was not measured is hatched, and no line crosses it. */
export function Gaps({
  gaps,
  from,
  to,
  hatch,
}: {
  gaps: readonly Span[];
  from: number;
  to: number;
  hatch: string;
}) {
  return (
    <>
      {gaps.map((gap) => (
        <ReferenceArea
          key={gap.from}
          x1={Math.max(gap.from, from)}
          x2={Math.min(gap.to, to)}
          fill={`url(#${hatch})`}
          fillOpacity={1}
        />
      ))}
    </>
  );
}

/** The limits themselves, each with its words; `below`: trouble lies under them. */
export function LimitLines({
  limits,
  write,
  below = false,
}: {
  limits: Thresholds;
  write: (value: number) => string;
  below?: boolean;
}) {
  const t = useT();
  const side = below ? "Below" : "";
  return (
    <>
      {limits.degraded !== null && (
        <ReferenceLine
          y={limits.degraded}
          stroke="var(--degraded-solid)"
          strokeOpacity={0.78}
          strokeDasharray="4 3"
          label={limitLabel(
            t(`chart.threshold.degraded${side}`, { value: write(limits.degraded) }),
            "var(--degraded-fg)",
          )}
        />
      )}
      {limits.down !== null && (
        <ReferenceLine
          y={limits.down}
          stroke="var(--down-solid)"
          strokeOpacity={0.78}
          strokeDasharray="4 3"
          label={limitLabel(
            t(`chart.threshold.down${side}`, { value: write(limits.down) }),
            "var(--down-fg)",
          )}
        />
      )}
    </>
  );
}

/** When alerts opened and closed. */
export function Annotations({ annotations }: { annotations: readonly Annotation[] }) {
  return (
    <>
      {annotations.map((annotation) => (
        <ReferenceLine
          key={`${annotation.alert_id}${annotation.kind}`}
          x={Date.parse(annotation.at)}
          stroke="var(--line-3)"
          strokeDasharray="2 2"
          ifOverflow="discard"
          label={annotationMark(annotation)}
        />
      ))}
    </>
  );
}

interface DotProps {
  cx?: number;
  cy?: number;
  payload?: ChartRow;
  key?: unknown;
}

/** A measure between two gaps has no segment: it is a dot. */
function loneDot({ cx, cy, payload }: DotProps): ReactElement {
  const key = payload?.t ?? "none";
  if (payload?.lone !== true || cx === undefined || cy === undefined) return <g key={key} />;
  return <circle key={key} cx={cx} cy={cy} r={1.75} fill="var(--series-main)" />;
}

const line = {
  type: "linear",
  dot: false,
  connectNulls: false,
  isAnimationActive: false,
} as const;

export interface LinesProps {
  /** Paint of the main line. */
  main: string;
  /** Whether the last bucket is open: its segments are dashed. */
  filling: boolean;
}

export function Lines({ main, filling }: LinesProps) {
  return (
    <>
      <Line
        {...line}
        dataKey="sub"
        stroke="var(--series-sub)"
        strokeWidth={1.25}
        activeDot={false}
      />
      {filling && (
        <Line
          {...line}
          dataKey="sub_open"
          stroke="var(--series-sub)"
          strokeWidth={1.25}
          strokeDasharray="3 4"
          activeDot={false}
        />
      )}
      {filling && (
        <Line
          {...line}
          dataKey="main_open"
          stroke={main}
          strokeWidth={2}
          strokeDasharray="3 4"
          activeDot={false}
        />
      )}
      <Line
        {...line}
        dataKey="main"
        stroke={main}
        strokeWidth={2}
        strokeLinejoin="round"
        strokeLinecap="round"
        dot={loneDot}
        activeDot={{
          r: 4,
          fill: "var(--bg-panel)",
          stroke: "var(--series-main)",
          strokeWidth: 2,
        }}
      />
    </>
  );
}
