"use client";

import { severityWord } from "@/lib/noc/incident-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import type { Backtest, NocRule } from "@/lib/noc/types-settings";
import { SeverityShape } from "../noc/severity-shape";
import { Table, TableCell, TableHead, TableRow } from "../ui/table";

const SHOWN = 12;

/** The alerts that there would have been, the latest first. */
export function RuleEpisodes({ rule, trial }: { rule: NocRule; trial: Backtest }) {
  const t = useT();
  const format = useFormat();
  if (trial.alerts.length === 0) return null;
  const rest = trial.opened - Math.min(SHOWN, trial.alerts.length);
  return (
    <>
      <Table label={t("backtest.episodes")}>
        <thead>
          <tr>
            <TableHead>{t("backtest.column.start")}</TableHead>
            <TableHead>{t("backtest.column.service")}</TableHead>
            <TableHead numeric>{t("backtest.column.length")}</TableHead>
            <TableHead numeric>{t("backtest.column.peak")}</TableHead>
          </tr>
        </thead>
        <tbody>
          {trial.alerts.slice(0, SHOWN).map((one) => (
            <TableRow key={`${one.service}:${one.opened_at}`}>
              <TableCell>
                <span className="inline-flex items-center gap-2">
                  <SeverityShape
                    severity={one.severity_max}
                    label={severityWord(t, one.severity_max)}
                    size={12}
                  />
                  {format.moment(one.opened_at)}
                </span>
              </TableCell>
              <TableCell className="text-fg-2">{serviceName(t, one.service)}</TableCell>
              <TableCell numeric>
                {one.closed_at === null
                  ? t("backtest.stillOpen")
                  : format.duration((Date.parse(one.closed_at) - Date.parse(one.opened_at)) / 1000)}
              </TableCell>
              <TableCell numeric>{format.value(one.peak_value, rule.unit)}</TableCell>
            </TableRow>
          ))}
        </tbody>
      </Table>
      {rest > 0 && (
        <p className="px-3 py-2 text-small text-fg-3">{t.count("backtest.more", rest)}</p>
      )}
    </>
  );
}
