"use client";

import { useEffect } from "react";

/**
 * A drawer takes the focus when it opens, and gives it back to the row that opened it (`[…] [data-row]`)
 * when nothing else has it. `of` names what the drawer shows.
 */
export function useDrawerFocus(headingId: string, row: "data-queue" | "data-job", of: string): void {
  useEffect(() => {
    document.getElementById(headingId)?.focus();
    return () => {
      const { activeElement } = document;
      if (activeElement !== null && activeElement !== document.body) return;
      document.querySelector<HTMLElement>(`[${row}="${CSS.escape(of)}"] [data-row]`)?.focus();
    };
  }, [headingId, row, of]);
}
