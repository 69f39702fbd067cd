"use client";

import clsx from "clsx";
import { Cog } from "lucide-react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { worstStatus } from "@/lib/noc/status";
import type { WorkerCopy } from "@/lib/noc/types/workers";
import { workersSaid, type WorkerSaid } from "@/lib/noc/worker-said";
import { Card } from "../../ui/card";
import { Table, TableCell, TableHead, TableRow } from "../../ui/table";
import { ConditionMark, PanelEmpty, PanelState, settled, type Condition } from "../panel-state";
import { StatusPill } from "../status-pill";

function Row({ said: { copy, name, status, word, skew } }: { said: WorkerSaid }) {
  const format = useFormat();
  const t = useT();
  return (
    <TableRow>
      <TableCell className="font-medium">{name}</TableCell>
      <TableCell className="w-full max-w-0 min-w-24 truncate font-mono text-micro text-fg-3">
        {copy.instance}
      </TableCell>
      <TableCell>
        <StatusPill status={status} word={word} className="align-middle" />
      </TableCell>
      <TableCell numeric className="max-tablet:hidden">
        {t("time.ago", { age: format.duration(copy.age_s) })}
      </TableCell>
      <TableCell
        numeric
        className={clsx("max-tablet:hidden", copy.skew_s === null && "text-fg-3")}
      >
        {skew}
      </TableCell>
    </TableRow>
  );
}

export interface CardWorkersProps {
  workers: readonly WorkerCopy[] | null;
  condition: Condition;
}

/** The NOC's own hands: each copy of a worker, whether it speaks, how far its clock is off. */
export function CardWorkers({ workers, condition }: CardWorkersProps) {
  const t = useT();
  const format = useFormat();
  const title = t("health.title");
  const shown = settled(workers, condition);
  const said = workersSaid(t, format, workers ?? []);
  const worst = worstStatus(said.map(({ status }) => status));
  const fresh = shown.kind === "ready" && worst !== null;
  return (
    <Card
      title={title}
      note={workers !== null && t.count("health.note", workers.length)}
      aside={
        fresh ? <StatusPill status={worst} className="pr-1" /> : <ConditionMark condition={shown} />
      }
    >
      <PanelState name={title} condition={shown} shape="table">
        {said.length === 0 ? (
          <PanelEmpty
            icon={<Cog aria-hidden size={16} />}
            title={t("health.emptyTitle")}
            note={t("health.emptyNote")}
          />
        ) : (
          <Table label={title}>
            <thead>
              <tr>
                <TableHead>{t("health.column.worker")}</TableHead>
                <TableHead>{t("health.column.copy")}</TableHead>
                <TableHead>{t("health.column.state")}</TableHead>
                <TableHead numeric className="max-tablet:hidden">
                  {t("health.column.age")}
                </TableHead>
                <TableHead numeric className="max-tablet:hidden">
                  {t("health.column.skew")}
                </TableHead>
              </tr>
            </thead>
            <tbody>
              {said.map((one) => (
                <Row key={`${one.copy.worker} ${one.copy.instance}`} said={one} />
              ))}
            </tbody>
          </Table>
        )}
      </PanelState>
    </Card>
  );
}
