"use client";

import type { Lane } from "@/lib/noc/incident";
import { useT } from "@/lib/noc/i18n";
import { LaneSign } from "./lane-sign";

export interface LaneFilterProps {
  /** Those that this reader has. */
  lanes: readonly Lane[];
  off: ReadonlySet<Lane>;
  onChange: (off: ReadonlySet<Lane>) => void;
}

/** The lanes' legend, which also turns them off. */
export function LaneFilter({ lanes, off, onChange }: LaneFilterProps) {
  const t = useT();
  const toggle = (lane: Lane) => {
    const next = new Set(off);
    if (!next.delete(lane)) next.add(lane);
    onChange(next);
  };
  return (
    <div role="group" aria-label={t("incident.lanes")} className="flex flex-wrap gap-0.5">
      {lanes.map((lane) => (
        <button
          key={lane}
          type="button"
          aria-pressed={!off.has(lane)}
          onClick={() => {
            toggle(lane);
          }}
          className="inline-flex h-6 items-center gap-1 rounded-cell px-1.5 text-micro text-fg-2 hover:bg-hover aria-[pressed=false]:text-fg-3 aria-[pressed=false]:line-through max-tablet:h-11 max-tablet:px-2"
        >
          <LaneSign lane={lane} />
          {t(`incident.lane.${lane}`)}
        </button>
      ))}
    </div>
  );
}
