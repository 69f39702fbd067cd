import clsx from "clsx";
import type { ReactNode } from "react";
import { lanes, type Lane } from "@/lib/noc/incident";
import { LaneSign } from "./lane-sign";

export interface EntryFrameProps {
  time: ReactNode;
  /** Null: a silence, which is in no lane. */
  lane: Lane | null;
  /** Class that sets the state's colours for the sign; null for what has no state. */
  scope: string | null;
  children: ReactNode;
}

function Sign({ lane, scope }: { lane: Lane; scope: string | null }) {
  return (
    <span
      className={clsx(
        "noc-dot",
        scope !== null && [scope, "noc-dot-state"],
        lane === "action" && "noc-dot-action",
      )}
    >
      <LaneSign lane={lane} />
    </span>
  );
}

/** One line of the timeline: when, in which lane, what. */
export function EntryFrame({ time, lane, scope, children }: EntryFrameProps) {
  return (
    <li className="noc-entry">
      <span className="pt-1.5 text-small text-fg-3">{time}</span>
      <span aria-hidden className={clsx("noc-lanes", lane === null && "noc-lanes-silent")}>
        {lanes.map((each) => (
          <span key={each} className={clsx("noc-lane", each !== lane && "noc-lane-empty")}>
            {each === lane && <Sign lane={lane} scope={scope} />}
          </span>
        ))}
      </span>
      {children}
    </li>
  );
}
