"use client";

import { useT } from "@/lib/noc/i18n";
import type { Status } from "@/lib/noc/types";
import type { MessageState as State } from "@/lib/noc/types/queue";
import { StatusPill } from "../status-pill";

/** What of it needs somebody; the rest goes its way and has no colour. */
const looks: Record<State, Status | null> = {
  queued: null,
  retry: "DEGRADED",
  leased: null,
  sending: null,
  sent: "UP",
  delivered: "UP",
  read: "UP",
  failed: "DOWN",
  unknown: "NO_DATA",
  dead: "DOWN",
  cancelled: null,
};

/** The state of a message: a shape where it tells more than the word. */
export function MessageState({ state }: { state: State }) {
  const t = useT();
  const word = t(`message.state.${state}`);
  const status = looks[state];
  if (status !== null) return <StatusPill status={status} word={word} />;
  return <span className="text-small whitespace-nowrap text-fg-2">{word}</span>;
}
