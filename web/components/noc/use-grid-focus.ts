"use client";

import { useRef, useState, type KeyboardEvent } from "react";
import { moved, type Place } from "@/lib/noc/grid-keys";

export interface GridFocus {
  /** The one cell that Tab reaches. */
  at: Place;
  setAt: (place: Place) => void;
  /** Spread on the element with role grid; its cells carry data-place="row:column". */
  grid: {
    ref: (element: HTMLElement | null) => void;
    onKeyDown: (event: KeyboardEvent) => void;
  };
}

export function placeId({ row, column }: Place): string {
  return `${row}:${column}`;
}

/** One stop of Tab for a whole grid, arrows inside it (ARIA grid pattern). */
export function useGridFocus(rows: number, columns: number): GridFocus {
  const element = useRef<HTMLElement | null>(null);
  const [place, setAt] = useState<Place>({ row: 0, column: 0 });
  // Data may shrink under the focus.
  const at = {
    row: Math.min(place.row, Math.max(0, rows - 1)),
    column: Math.min(place.column, Math.max(0, columns - 1)),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(event.key, at, rows, columns);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    element.current?.querySelector<HTMLElement>(`[data-place="${placeId(next)}"]`)?.focus();
  };
  const ref = (found: HTMLElement | null) => {
    element.current = found;
  };
  return { at, setAt, grid: { ref, onKeyDown } };
}
