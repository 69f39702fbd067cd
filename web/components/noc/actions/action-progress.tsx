"use client";

import { doneOf } from "@/lib/noc/action-result";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action, Progress } from "@/lib/noc/types/actions";

const parts = ["ok", "failed", "skipped", "running", "waiting"] as const;

export interface ActionProgressProps {
  action: Action;
  progress: Progress;
  /** The bar and its number alone. */
  short?: boolean;
}

/** How many of its items ended, and how. */
export function ActionProgress({ action, progress, short = false }: ActionProgressProps) {
  const t = useT();
  const format = useFormat();
  const done = doneOf(progress);
  const said = t("action.progress", {
    done: format.number(done),
    total: format.number(progress.items),
  });
  return (
    <div className="grid gap-1.5">
      <p role={short ? undefined : "status"} className="flex items-baseline gap-2">
        {!short && (
          <span className="text-title font-semibold">{t(`action.status.${action.status}`)}</span>
        )}
        <span className={short ? "text-small text-fg-2" : "ml-auto text-small text-fg-2"}>{said}</span>
      </p>
      <progress
        aria-label={said}
        value={done}
        max={Math.max(1, progress.items)}
        className="noc-progress"
      />
      {!short && (
        <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-small">
          {parts.map((part) => (
            <li key={part} className={progress[part] === 0 ? "text-fg-3" : "text-fg-1"}>
              <b className="font-semibold">{format.number(progress[part])}</b>{" "}
              {t(`action.progress.${part}`)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
