import type { Spark, Thresholds } from "./types";

/** Coordinates of the drawing; it is stretched to the width of its card. */
export const SPARK_WIDTH = 200;
export const SPARK_HEIGHT = 28;

export interface SparkShape {
  /** One path of the line; gaps break it, a lone point is a dot. Empty without a measure. */
  line: string;
  /** The area under the line. */
  area: string;
  /** Height of the limit; null when there is none or it is out of scale. */
  limit_y: number | null;
  /** Whether some point is above the limit. */
  broken: boolean;
}

interface Point {
  x: number;
  y: number;
}

/** Runs of measured points; what was not measured breaks them. */
function runsOf(points: readonly (Point | null)[]): Point[][] {
  const runs: Point[][] = [];
  let open = false;
  for (const point of points) {
    if (point !== null && !open) runs.push([]);
    if (point !== null) runs.at(-1)?.push(point);
    open = point !== null;
  }
  return runs;
}

const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

function pathOf(run: readonly Point[]): string {
  const [first, ...rest] = run;
  if (!first) return "";
  // A run of one point has no length: its round cap draws the dot.
  return rest.length === 0 ? `M${at(first)}h0` : `M${run.map(at).join("L")}`;
}

function areaOf(run: readonly Point[]): string {
  const first = run[0];
  const last = run.at(-1);
  if (!first || !last || first === last) return "";
  return `${pathOf(run)}L${at({ x: last.x, y: SPARK_HEIGHT })}L${at({ x: first.x, y: SPARK_HEIGHT })}Z`;
}

/** From zero to the highest of data and limit; a limit more than four times the data is left out. */
export function sparkShape(spark: Spark, thresholds: Thresholds | null): SparkShape {
  const measured = spark.filter((value) => value !== null);
  const highest = Math.max(0, ...measured);
  const limit = thresholds?.degraded ?? null;
  const shown = limit !== null && (measured.length === 0 || limit <= highest * 4);
  const top = Math.max(highest, shown ? limit : 0) * 1.08 || 1;
  const y = (value: number) => SPARK_HEIGHT - (value / top) * SPARK_HEIGHT;
  const step = spark.length > 1 ? SPARK_WIDTH / (spark.length - 1) : 0;
  const runs = runsOf(
    spark.map((value, index) => (value === null ? null : { x: index * step, y: y(value) })),
  );
  return {
    line: runs.map(pathOf).join(""),
    area: runs.map(areaOf).join(""),
    limit_y: shown ? y(limit) : null,
    broken: limit !== null && highest > limit,
  };
}
