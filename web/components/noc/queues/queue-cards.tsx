"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { looks } from "@/lib/noc/status";
import type { CompanyQueue } from "@/lib/noc/types/queue";
import { Age } from "../age";
import { onRowArrows } from "../row-arrows";
import { QueueAction } from "./queue-action";
import { QueueState } from "./queue-state";
import type { QueueListProps } from "./queue-table";

/** What a card says besides what waits: only what there is. */
function rest({ sending, failed, dead, unknown }: CompanyQueue) {
  return (
    [
      ["queue.column.sending", sending],
      ["queue.column.failed", failed],
      ["queue.column.dead", dead],
      ["queue.column.unknown", unknown],
    ] as const
  ).filter(([, n]) => n > 0);
}

function QueueCard({ of, me, openId, onOpen }: { of: CompanyQueue } & Omit<QueueListProps, "queue">) {
  const t = useT();
  const format = useFormat();
  const look = looks[of.status];
  const more = rest(of);
  return (
    <li
      data-queue={of.company_cnpj}
      aria-current={of.company_cnpj === openId ? "true" : undefined}
      className={clsx(
        "relative grid gap-2 rounded-panel border p-3",
        look.scope,
        look.loud ? "border-state-edge" : "border-line-1",
      )}
    >
      <div className="grid gap-1">
        <button
          type="button"
          data-row
          aria-label={t("queue.open", { company: of.company_name })}
          onClick={() => {
            onOpen(of.company_cnpj);
          }}
          className="flex items-center gap-2 text-left font-semibold after:absolute after:inset-0"
        >
          <span className="min-w-0 grow">{of.company_name}</span>
          <ChevronRight aria-hidden size={16} className="shrink-0 text-fg-3" />
        </button>
        <QueueState queue={of} />
      </div>
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-small text-fg-2">
        <span>
          <b className="text-lead font-semibold text-fg-1">{format.number(of.pending)}</b>{" "}
          {t(of.pending === 1 ? "queue.pending.one" : "queue.pending.other")}
        </span>
        {of.oldest_at !== null && (
          <span>
            <Age at={of.oldest_at} bare className="text-lead font-semibold text-fg-1" />{" "}
            {t("queue.oldestIs")}
          </span>
        )}
      </p>
      {more.length > 0 && (
        <p className="flex flex-wrap gap-x-3 text-small text-fg-2">
          {more.map(([word, n]) => (
            <span key={word}>{`${t(word)} ${format.number(n)}`}</span>
          ))}
        </p>
      )}
      <QueueAction queue={of} me={me} size="touch" className="relative z-1 w-full" />
    </li>
  );
}

/** The queues on a phone: one card for each company, its action in the thumb's reach. */
export function QueueCards({ queue, ...props }: QueueListProps) {
  const t = useT();
  return (
    <ul aria-label={t("queue.title")} onKeyDown={onRowArrows} className="grid gap-2 p-3">
      {queue.companies.map((one) => (
        <QueueCard key={one.company_cnpj} of={one} {...props} />
      ))}
    </ul>
  );
}
