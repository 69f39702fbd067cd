"use client";

import { useT } from "@/lib/noc/i18n";
import { queueOffer } from "@/lib/noc/queue-said";
import type { Me } from "@/lib/noc/types";
import type { CompanyQueue } from "@/lib/noc/types/queue";
import { ActionButton } from "../actions/action-button";

export interface QueueActionProps {
  queue: CompanyQueue;
  me: Me | null;
  size: "row" | "touch";
  className?: string;
}

/** Pause or resume, whichever the queue needs; who may not sees it locked. */
export function QueueAction({ queue, me, ...look }: QueueActionProps) {
  const t = useT();
  const { kind, ask, locked } = queueOffer(t, queue, me);
  return <ActionButton ask={ask} locked={locked} label={t(`queue.${kind}`)} {...look} />;
}
