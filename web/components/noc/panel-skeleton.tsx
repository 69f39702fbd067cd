import type { ReactNode } from "react";
import { Skeleton } from "../ui/skeleton";

export type PanelShape = "chart" | "table" | "list" | "matrix" | "heatmap" | "facts";

const rows = (count: number) => Array.from({ length: count }, (_, index) => index);

function TableSkeleton() {
  return rows(5).map((row) => (
    <div key={row} className="flex h-8 items-center gap-4">
      <Skeleton className="h-3 w-40" />
      <span className="grow" />
      <Skeleton className="h-3 w-16" />
      <Skeleton className="h-3 w-12" />
    </div>
  ));
}

function ListSkeleton() {
  return rows(4).map((row) => (
    <div key={row} className="flex h-16 items-center gap-3">
      <Skeleton className="size-4 rounded-full" />
      <Skeleton className="h-3 w-56 max-w-[60%]" />
      <span className="grow" />
      <Skeleton className="h-3 w-10" />
    </div>
  ));
}

function MatrixSkeleton() {
  return rows(8).map((row) => (
    <div key={row} className="flex h-8 items-center gap-3">
      <Skeleton className="h-3 w-40 shrink-0" />
      {rows(6).map((cell) => (
        <Skeleton key={cell} className="h-5 grow" />
      ))}
    </div>
  ));
}

function HeatmapSkeleton() {
  return rows(10).map((row) => (
    <div key={row} className="flex h-[18px] items-center gap-3">
      <Skeleton className="h-3 w-40 shrink-0" />
      <Skeleton className="h-4 grow" />
    </div>
  ));
}

function FactsSkeleton() {
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-3">
      {rows(10).map((row) => (
        <Skeleton key={row} className="h-9" />
      ))}
    </div>
  );
}

const bodies: Record<PanelShape, () => ReactNode> = {
  chart: () => <Skeleton className="h-50 w-full" />,
  table: TableSkeleton,
  list: ListSkeleton,
  matrix: MatrixSkeleton,
  heatmap: HeatmapSkeleton,
  facts: FactsSkeleton,
};

/** The outline of what is being read; said once to a screen reader. */
export function PanelSkeleton({ shape, label }: { shape: PanelShape; label: string }) {
  const Body = bodies[shape];
  return (
    <div role="status" className="px-3 pt-1 pb-3">
      <span className="sr-only">{label}</span>
      <Body />
    </div>
  );
}
