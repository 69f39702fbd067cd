"use client";

import clsx from "clsx";
import { useT } from "@/lib/noc/i18n";
import { looks } from "@/lib/noc/status";
import type { Status } from "@/lib/noc/types";
import { StatusShape } from "./status-shape";

export interface StatusPillProps {
  status: Status;
  /** Instead of the status word: "Sem tráfego", "Pausada até 09:53". */
  word?: string;
  className?: string;
}

/** Shape and word. Healthy writes in support grey: only what is wrong has colour. */
export function StatusPill({ status, word, className }: StatusPillProps) {
  const t = useT();
  const look = looks[status];
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-1 text-small font-medium whitespace-nowrap",
        look.scope,
        look.loud ? "text-state-fg" : "text-fg-2",
        className,
      )}
    >
      <StatusShape status={status} size={14} />
      {word ?? t(look.word)}
    </span>
  );
}
