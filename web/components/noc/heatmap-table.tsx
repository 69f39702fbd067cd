"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import type { Heatmap, Thresholds } from "@/lib/noc/types";
import { Table, TableCell, TableHead, TableRow } from "../ui/table";
import { EndpointName, WorstOf } from "./heatmap-rows";

/** The map as figures: each endpoint's worst and newest p95 and its calls. */
export function HeatmapTable({
  heatmap,
  thresholds,
}: {
  heatmap: Heatmap;
  thresholds: Thresholds | null;
}) {
  const t = useT();
  const format = useFormat();
  return (
    <Table label={t("heatmap.title")}>
      <thead>
        <tr>
          <TableHead>{t("heatmap.endpoint")}</TableHead>
          <TableHead>{t("services.service")}</TableHead>
          <TableHead numeric>{t("heatmap.worst")}</TableHead>
          <TableHead numeric>{t("heatmap.newest")}</TableHead>
          <TableHead numeric>{t("services.n")}</TableHead>
        </tr>
      </thead>
      <tbody>
        {heatmap.rows.map((row) => {
          const newest = row.p95_ms.findLast((value) => value !== null) ?? null;
          return (
            <TableRow key={`${row.service} ${row.endpoint}`}>
              <TableCell>
                <EndpointName endpoint={row.endpoint} />
              </TableCell>
              <TableCell className="text-fg-2">{t.code("service", row.service)}</TableCell>
              <TableCell numeric>
                <WorstOf row={row} thresholds={thresholds} />
              </TableCell>
              <TableCell numeric>{newest === null ? "—" : format.ms(newest)}</TableCell>
              <TableCell numeric>{format.number(row.count)}</TableCell>
            </TableRow>
          );
        })}
      </tbody>
    </Table>
  );
}
