"use client";

import type { ChartRow } from "@/lib/noc/chart";
import { useFormat, useT } from "@/lib/noc/i18n";

export interface ChartTipProps {
  row: ChartRow | undefined;
  main: string;
  sub: string | null;
  write: (value: number) => string;
  /** The chart under the pointer says everything, the others their value. */
  full: boolean;
}

export function ChartTip({ row, main, sub, write, full }: ChartTipProps) {
  const t = useT();
  const format = useFormat();
  if (row === undefined) return null;
  const value = row.main ?? row.main_open;
  const second = row.sub ?? row.sub_open;
  const said = (measure: number | null) => (measure === null ? t("chart.gap") : write(measure));
  if (!full) return <div className="noc-tip font-semibold">{said(value)}</div>;
  return (
    <div className="noc-tip">
      <p className="text-micro text-fg-3">
        {format.time(new Date(row.t).toISOString())}
        {row.count !== null && ` · ${t("kpi.n", { n: format.number(row.count) })}`}
      </p>
      <dl className="grid grid-cols-[auto_auto] gap-x-4 gap-y-0.5">
        <dt className="text-fg-2">{main}</dt>
        <dd className="text-right font-semibold">{said(value)}</dd>
        {sub !== null && (
          <>
            <dt className="text-fg-2">{sub}</dt>
            <dd className="text-right font-semibold">{said(second)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
