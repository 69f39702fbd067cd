"use client";

import clsx from "clsx";
import { ArrowDownRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import type { KpiView } from "@/lib/noc/kpi-card";
import { looks } from "@/lib/noc/status";
import type { Spark } from "@/lib/noc/types";
import { Skeleton } from "../ui/skeleton";
import { Sparkline } from "./sparkline";
import { StatusPill } from "./status-pill";
import { StatusShape } from "./status-shape";

/** Known to be zero all along, as opposed to hatched: not known. */
const FLAT: Spark = [0, 0];

const arrows = { up: ArrowUpRight, down: ArrowDownRight } as const;

function Aside({ text, trend, title }: NonNullable<KpiView["aside"]>) {
  const Arrow = trend === null ? null : arrows[trend];
  return (
    <span
      title={title}
      className="ml-auto inline-flex items-center gap-0.5 text-small font-normal text-fg-2 max-tablet:hidden"
    >
      {Arrow && <Arrow aria-hidden size={12} />}
      {text}
    </span>
  );
}

function Foot({ worst, sample }: Pick<KpiView, "worst" | "sample">): ReactNode {
  const loud = looks[worst.status].loud && worst.status !== "NO_DATA";
  return (
    <span className="flex justify-between gap-1.5 text-micro whitespace-nowrap text-fg-3">
      <span
        title={worst.title}
        className={clsx(
          "inline-flex min-w-0 items-center gap-1",
          looks[worst.status].scope,
          loud && "text-state-fg",
        )}
      >
        {loud && <StatusShape status={worst.status} size={12} />}
        <span className="truncate">{worst.text}</span>
        {worst.figure}
      </span>
      <span className="shrink-0 max-wide:hidden max-desk:inline max-tablet:hidden">{sample}</span>
    </span>
  );
}

export interface KpiCardProps {
  view: KpiView;
  onSelect?: (() => void) | undefined;
  /** Set for a card that switches between two readings. */
  pressed?: boolean | undefined;
  /** What can be done about it, in the row of the line. */
  action?: ReactNode;
}

/** 134 px: label and state, number, trend, worst item. The edge has the state, never the ground. */
export function KpiCard({ view, onSelect, pressed, action }: KpiCardProps) {
  const look = looks[view.status];
  const Tag = onSelect ? "button" : "div";
  return (
    <Tag
      {...(onSelect && { type: "button", onClick: onSelect, "aria-pressed": pressed })}
      className={clsx(
        "noc-kpi relative grid min-w-0 gap-1 rounded-panel border bg-panel p-3 text-left",
        look.scope,
        view.status === "DEGRADED" || view.status === "DOWN"
          ? "noc-kpi-loud border-state-edge"
          : "border-line-1",
        onSelect && "transition-colors duration-(--t-fast) hover:bg-hover",
      )}
    >
      <span className="flex justify-between gap-2 text-small text-fg-2">
        <span className="truncate">{view.label}</span>
        {view.idle ? (
          <span className="whitespace-nowrap">{view.word}</span>
        ) : (
          <StatusPill status={view.status} {...(view.word !== undefined && { word: view.word })} />
        )}
      </span>
      {/* What does not fit beside the number wraps out of sight: a number is never cut. */}
      <span className="flex h-9 flex-wrap items-baseline gap-x-1.5 gap-y-4 overflow-hidden text-kpi font-[550] tracking-[-0.01em] whitespace-nowrap">
        {view.value}
        {view.unit !== "" && (
          <small className="text-body font-normal tracking-normal text-fg-2">{view.unit}</small>
        )}
        {view.aside && <Aside {...view.aside} />}
      </span>
      <span className="flex items-center gap-2 max-tablet:contents">
        <span className="block min-w-0 grow max-tablet:hidden">
          <Sparkline
            spark={view.idle ? FLAT : view.spark}
            thresholds={view.idle ? null : (view.thresholds ?? null)}
            look={view.look ?? "line"}
          />
        </span>
        {action}
      </span>
      <Foot worst={view.worst} sample={view.sample} />
    </Tag>
  );
}

/** The same box before the first answer. */
export function KpiSkeleton() {
  return (
    <div className="noc-kpi grid gap-1 rounded-panel border border-line-1 bg-panel p-3">
      <span className="flex justify-between">
        <Skeleton className="h-3 w-20" />
        <Skeleton className="h-3 w-14" />
      </span>
      <Skeleton className="h-7 w-24" />
      <Skeleton className="h-7 w-full max-tablet:hidden" />
      <Skeleton className="h-3 w-32" />
    </div>
  );
}
