"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import type { Series } from "@/lib/noc/types";
import type { ChartLook } from "./chart-look";

/** The chart as rows, for who cannot see it; newest first. */
export function ChartTable({ series, look }: { series: Series; look: ChartLook }) {
  const t = useT();
  const format = useFormat();
  const said = (value: number | null) => (value === null ? t("chart.gap") : look.write(value));
  return (
    <table className="sr-only">
      <caption>{t("chart.tableOf", { name: look.title })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("chart.time")}</th>
          <th scope="col">{look.mainName}</th>
          {look.subName !== null && <th scope="col">{look.subName}</th>}
          <th scope="col">{t("chart.n")}</th>
        </tr>
      </thead>
      <tbody>
        {series.points.toReversed().map((point) => (
          <tr key={point.bucket}>
            <th scope="row">{format.moment(point.bucket)}</th>
            <td>{said(point[look.main])}</td>
            {look.sub !== null && <td>{said(point[look.sub])}</td>}
            <td>{point.count === null ? t("chart.gap") : format.number(point.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
