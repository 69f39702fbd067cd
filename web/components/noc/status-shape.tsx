import clsx from "clsx";
import type { ReactNode } from "react";
import { looks } from "@/lib/noc/status";
import type { Status } from "@/lib/noc/types";

/** Six silhouettes that stay apart in grey; the inner cut shows the surface below. */
const cut = "var(--cut, var(--bg-panel))";
const silhouettes: Record<Status, ReactNode> = {
  UP: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5">
      <circle cx="8" cy="8" r="6.25" />
      <path d="m5.4 8.2 1.8 1.8 3.5-3.9" strokeLinecap="round" strokeLinejoin="round" />
    </g>
  ),
  DEGRADED: (
    <>
      <path
        d="M8 2.2 14.4 13.4H1.6Z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
      <path d="M8 6v3.6M8 11.7v.1" stroke={cut} strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  DOWN: (
    <>
      <path d="M5.2 1.4h5.6l3.8 3.8v5.6l-3.8 3.8H5.2l-3.8-3.8V5.2Z" fill="currentColor" />
      <path
        d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"
        stroke={cut}
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </>
  ),
  NO_DATA: (
    <circle
      cx="8"
      cy="8"
      r="6.25"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="2.6 2.31"
    />
  ),
  MAINTENANCE: (
    <path
      d="M13.9 4.1a3.9 3.9 0 0 1-5.2 4.6l-4.3 4.5a1.6 1.6 0 0 1-2.3-2.3l4.5-4.3a3.9 3.9 0 0 1 4.7-5.2L9 3.7l.3 2.7 2.6.3Z"
      fill="currentColor"
    />
  ),
  PAUSED: (
    <g fill="currentColor">
      <rect x="2.6" y="2" width="4" height="12" rx="1.2" />
      <rect x="9.4" y="2" width="4" height="12" rx="1.2" />
    </g>
  ),
};

export interface StatusShapeProps {
  status: Status;
  size?: 20 | 16 | 14 | 13 | 12;
  /** Says the state where no word stands beside the shape; else it is decoration. */
  label?: string;
  className?: string;
}

export function StatusShape({ status, size = 16, label, className }: StatusShapeProps) {
  const naming =
    label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      data-status={status}
      className={clsx("block shrink-0 text-state", looks[status].scope, className)}
      {...naming}
    >
      {silhouettes[status]}
    </svg>
  );
}
