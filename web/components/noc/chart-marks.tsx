import type { ReactElement } from "react";
import { usePlotArea } from "recharts";
import type { Stop } from "@/lib/noc/chart";
import type { Annotation, Severity } from "@/lib/noc/types";

/** px above the plot, for the marks of annotations. */
export const PLOT_TOP = 20;
export const AXIS_HEIGHT = 24;

const strokeOf: Record<Stop["state"], string> = {
  DOWN: "var(--down-solid)",
  DEGRADED: "var(--degraded-solid)",
  UP: "var(--series-main)",
};

const markOf: Record<Severity, string> = {
  critical: "var(--down-solid)",
  warning: "var(--degraded-solid)",
  info: "var(--fg-3)",
};

export interface ChartDefsProps {
  gradient: string;
  hatch: string;
  stops: readonly Stop[];
}

/** Paint of the main line, hard at each limit, and the hatching of gaps. */
export function ChartDefs({ gradient, hatch, stops }: ChartDefsProps) {
  const plot = usePlotArea();
  if (plot === undefined) return null;
  return (
    <defs>
      <linearGradient
        id={gradient}
        gradientUnits="userSpaceOnUse"
        x1={0}
        x2={0}
        y1={plot.y}
        y2={plot.y + plot.height}
      >
        {stops.map((stop, index) => (
          <stop key={index} offset={stop.offset} stopColor={strokeOf[stop.state]} />
        ))}
      </linearGradient>
      <pattern
        id={hatch}
        width={5}
        height={5}
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <path d="M0 0V5" stroke="var(--hatch)" strokeWidth={2} />
      </pattern>
    </defs>
  );
}

/** Where Recharts asks a reference to draw its label. */
interface Box {
  x?: number;
  y?: number;
}

/** Recharts types the box of a label as any of its boxes; all that are used have x and y. */
function placeOf(viewBox: unknown): { x: number; y: number } {
  const box: Box = typeof viewBox === "object" && viewBox !== null ? viewBox : {};
  return { x: box.x ?? 0, y: box.y ?? 0 };
}

/** Writes a limit inside the plot, above its line, with a halo of the panel's colour. */
export function limitLabel(text: string, colour: string) {
  return ({ viewBox }: { viewBox?: unknown }): ReactElement => {
    const { x, y } = placeOf(viewBox);
    return (
      <text x={x + 6} y={y - 5} className="noc-chart-limit" fill={colour}>
        {text}
      </text>
    );
  };
}

/** A triangle at the top of the plot: full when an alert opened, hollow when it closed. */
export function annotationMark({ kind, severity }: Pick<Annotation, "kind" | "severity">) {
  return ({ viewBox }: { viewBox?: unknown }): ReactElement => {
    const { x } = placeOf(viewBox);
    const colour = kind === "alert_opened" ? markOf[severity] : "var(--fg-3)";
    return (
      <path
        d={`M${x - 5} 5.5h10l-5 8.5Z`}
        fill={kind === "alert_opened" ? colour : "var(--bg-panel)"}
        stroke={colour}
        strokeWidth={kind === "alert_opened" ? 0 : 1.25}
        strokeLinejoin="round"
      />
    );
  };
}
