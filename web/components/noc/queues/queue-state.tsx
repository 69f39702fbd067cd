"use client";

import { useAlertWork } from "@/hooks/use-alert-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import { queueStateSaid } from "@/lib/noc/queue-said";
import type { CompanyQueue } from "@/lib/noc/types/queue";
import { useNow } from "../now";
import { StatusPill } from "../status-pill";

/** "Pausada por Ana até 09:53"; beside it what the word cannot hold. */
export function QueueState({ queue }: { queue: CompanyQueue }) {
  const t = useT();
  const format = useFormat();
  const { email } = useAlertWork();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const { word, more, whole } = queueStateSaid(t, format, queue, today, email);
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2" title={whole ?? undefined}>
      <StatusPill status={queue.status} {...(word !== null && { word })} />
      {more !== null && <span className="text-micro text-fg-3">{more}</span>}
    </span>
  );
}
