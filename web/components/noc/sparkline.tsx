import clsx from "clsx";
import { useId } from "react";
import { SPARK_HEIGHT, SPARK_WIDTH, sparkShape } from "@/lib/noc/spark";
import { breach, looks } from "@/lib/noc/status";
import type { Spark, Thresholds } from "@/lib/noc/types";

export interface SparklineProps {
  spark: Spark;
  thresholds?: Thresholds | null;
  /** Counts of separate events are bars, measures are a line. */
  look?: "line" | "bars";
}

function Bars({ spark }: { spark: Spark }) {
  const highest = Math.max(1, ...spark.filter((value) => value !== null));
  const step = SPARK_WIDTH / Math.max(1, spark.length);
  return spark.map((value, index) => {
    const height = ((value ?? 0) / highest) * SPARK_HEIGHT;
    return (
      <rect
        // The place in the series is the identity of a bar.
        key={index}
        x={index * step}
        y={SPARK_HEIGHT - height}
        width={Math.max(1, step - 1)}
        height={height}
        className="fill-fg-3"
      />
    );
  });
}

function Line({ spark, thresholds }: { spark: Spark; thresholds: Thresholds | null }) {
  const clip = useId();
  const { line, area, limit_y, broken } = sparkShape(spark, thresholds);
  // What was beyond a limit has that limit's colour, however the card stands now.
  const worst = breach(Math.max(...spark.filter((value) => value !== null)), thresholds);
  return (
    <g className={worst === null ? undefined : looks[worst].scope}>
      <path d={area} className="fill-fg-3 opacity-10" />
      {limit_y !== null && (
        <line
          x1={0}
          x2={SPARK_WIDTH}
          y1={limit_y}
          y2={limit_y}
          strokeDasharray="3 3"
          vectorEffect="non-scaling-stroke"
          className={broken ? "stroke-state" : "stroke-line-3"}
        />
      )}
      <path d={line} className="noc-spark-line stroke-fg-2" strokeWidth={1.5} />
      {broken && limit_y !== null && (
        <>
          <clipPath id={clip}>
            <rect x={-2} y={-2} width={SPARK_WIDTH + 4} height={limit_y + 2} />
          </clipPath>
          <path
            d={line}
            clipPath={`url(#${clip})`}
            className="noc-spark-line stroke-state"
            strokeWidth={2}
          />
        </>
      )}
    </g>
  );
}

/** The trend of a card, without words: the card says the numbers. Hatched when empty. */
export function Sparkline({ spark, thresholds = null, look = "line" }: SparklineProps) {
  const empty = spark.every((value) => value === null);
  if (empty) return <span aria-hidden className="noc-hatch block h-7 w-full rounded-[2px]" />;
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
      preserveAspectRatio="none"
      className={clsx("block h-7 w-full", look === "line" && "overflow-visible")}
    >
      {look === "bars" ? <Bars spark={spark} /> : <Line spark={spark} thresholds={thresholds} />}
    </svg>
  );
}
