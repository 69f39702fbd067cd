"use client";

import type { ReactNode } from "react";
import { StatusShape } from "./status-shape";

export interface ProblemProps {
  id?: string;
  children: ReactNode;
  /** What helps: try again, dismiss. */
  actions?: ReactNode;
}

/** Why something did not work, said at once. */
export function Problem({ id, children, actions }: ProblemProps) {
  return (
    <div className="st-down flex flex-wrap items-start gap-x-2 gap-y-1.5 rounded-control border border-state-edge bg-state-tint px-2.5 py-1.5 text-small [--cut:var(--down-tint)]">
      <StatusShape status="DOWN" size={14} className="mt-px" />
      <p id={id} role="alert" className="min-w-0 grow basis-0 text-state-fg">
        {children}
      </p>
      {actions !== undefined && <span className="flex gap-1.5 text-fg-1">{actions}</span>}
    </div>
  );
}
