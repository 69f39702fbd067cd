"use client";

import clsx from "clsx";
import { useFormat, useT } from "@/lib/noc/i18n";
import { drainSaid, paceSaid } from "@/lib/noc/queue-said";
import { looks } from "@/lib/noc/status";
import type { Me } from "@/lib/noc/types";
import type { CompanyQueue, Queue, QueueNumbers } from "@/lib/noc/types/queue";
import { Table, TableCell, TableHead, TableRow } from "../../ui/table";
import { Age } from "../age";
import { Count } from "../count";
import { onRowArrows } from "../row-arrows";
import { QueueAction } from "./queue-action";
import { QueueState } from "./queue-state";

/** Which of the numbers a screen between a phone and a desk has room for. */
const columns = [
  { word: "queue.column.pending" },
  { word: "queue.column.sending" },
  { word: "queue.column.failed", hint: "queue.hint.failed" },
  { word: "queue.column.dead", hint: "queue.hint.dead" },
  { word: "queue.column.unknown", hint: "queue.hint.unknown" },
  { word: "queue.column.oldest" },
  { word: "queue.column.rate", hint: "queue.hint.rate" },
  { word: "queue.column.drain" },
] as const;

/** "–" in support grey: it does not apply. */
function Said({ text }: { text: string | null }) {
  return text === null ? <span className="text-fg-3">–</span> : text;
}

/** The numbers of one row; `loud` colours what waits. */
function Numbers({ of, paused, loud }: { of: QueueNumbers; paused: boolean; loud: boolean }) {
  const t = useT();
  const format = useFormat();
  const drain = drainSaid(t, format, of, paused);
  return (
    <>
      <TableCell numeric>
        <Count n={of.pending} strong={loud} />
      </TableCell>
      <TableCell numeric>
        <Count n={of.sending} />
      </TableCell>
      <TableCell numeric>
        <Count n={of.failed} />
      </TableCell>
      <TableCell numeric>
        <Count n={of.dead} />
      </TableCell>
      <TableCell numeric>
        <Count n={of.unknown} />
      </TableCell>
      <TableCell numeric>
        {of.oldest_at === null ? <Said text={null} /> : <Age at={of.oldest_at} bare />}
      </TableCell>
      <TableCell numeric>
        <Said text={paceSaid(t, format, of)} />
      </TableCell>
      <TableCell numeric className={clsx(of.pending === 0 && "text-fg-3")}>
        <Said text={drain} />
      </TableCell>
    </>
  );
}

export interface QueueListProps {
  queue: Queue;
  me: Me | null;
  /** The company whose messages are open. */
  openId: string | null;
  onOpen: (company_cnpj: string) => void;
}

function Row({ of, me, openId, onOpen }: { of: CompanyQueue } & Omit<QueueListProps, "queue">) {
  const t = useT();
  const format = useFormat();
  const look = looks[of.status];
  const troubled = of.status === "DEGRADED" || of.status === "DOWN";
  return (
    <TableRow
      data-queue={of.company_cnpj}
      aria-current={of.company_cnpj === openId ? "true" : undefined}
      className={clsx("relative aria-[current]:bg-hover", look.scope)}
    >
      <TableCell className="max-w-64 min-w-44 font-medium">
        <button
          type="button"
          data-row
          aria-label={t("queue.open", { company: of.company_name })}
          title={`${of.company_name} · ${format.cnpj(of.company_cnpj)}`}
          onClick={() => {
            onOpen(of.company_cnpj);
          }}
          className="block max-w-full truncate text-left after:absolute after:inset-0"
        >
          {of.company_name}
        </button>
      </TableCell>
      <TableCell>
        <QueueState queue={of} />
      </TableCell>
      <Numbers of={of} paused={of.status === "PAUSED"} loud={troubled} />
      <TableCell numeric className="pl-4">
        <QueueAction queue={of} me={me} size="row" className="relative z-1 min-w-22" />
      </TableCell>
    </TableRow>
  );
}

/** A row for each company, worst first, and the sum of what the reader sees. */
export function QueueTable({ queue, ...rest }: QueueListProps) {
  const t = useT();
  return (
    <Table label={t("queue.title")}>
      <thead>
        <tr>
          <TableHead>{t("queue.column.company")}</TableHead>
          <TableHead>{t("queue.column.state")}</TableHead>
          {columns.map((column) => (
            <TableHead
              key={column.word}
              numeric
              {...("hint" in column && { title: t(column.hint) })}
            >
              {t(column.word)}
            </TableHead>
          ))}
          <TableHead numeric>
            <span className="sr-only">{t("queue.column.action")}</span>
          </TableHead>
        </tr>
      </thead>
      <tbody onKeyDown={onRowArrows}>
        {queue.companies.map((one) => (
          <Row key={one.company_cnpj} of={one} {...rest} />
        ))}
      </tbody>
      {queue.companies.length > 1 && (
        <tfoot className="[&_td]:border-t [&_td]:border-b-0 [&_td]:bg-sunken [&_td]:text-fg-2">
          <tr>
            <TableCell className="font-medium">{t("queue.total")}</TableCell>
            <TableCell />
            <Numbers of={queue.totals} paused={false} loud={false} />
            <TableCell />
          </tr>
        </tfoot>
      )}
    </Table>
  );
}
