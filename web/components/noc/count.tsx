import { useFormat } from "@/lib/noc/i18n";

/** A count in a table; nothing to count is written in support grey. */
export function Count({ n, strong = false }: { n: number; strong?: boolean }) {
  const format = useFormat();
  const look = n === 0 ? "text-fg-3" : strong ? "font-semibold text-state-fg" : undefined;
  return <span className={look}>{format.number(n)}</span>;
}
