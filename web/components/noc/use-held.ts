"use client";

import { useState } from "react";

export interface Held<T> {
  /** What to show: the fresh list, or the order that the pointer found, with fresh contents. */
  items: T[];
  /** Fresh items that wait outside the list. */
  waiting: number;
  /** Spread on the list. */
  hold: { onPointerEnter: () => void; onPointerLeave: () => void };
  release: () => void;
}

/** Keeps a list from jumping under the pointer; on leaving it takes its new order. */
export function useHeld<T>(fresh: readonly T[], idOf: (item: T) => string): Held<T> {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const release = () => setOrder(null);
  const hold = {
    onPointerEnter: () => setOrder(fresh.map(idOf)),
    onPointerLeave: release,
  };
  if (order === null) return { items: [...fresh], waiting: 0, hold, release };
  const byId = new Map(fresh.map((item) => [idOf(item), item]));
  const items = order.flatMap((id) => byId.get(id) ?? []);
  return { items, waiting: fresh.length - items.length, hold, release };
}
