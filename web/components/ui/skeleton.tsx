import clsx from "clsx";

/** A block in the place of what is being read; it does not move. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx("block rounded-[3px] bg-selected", className)} />;
}
