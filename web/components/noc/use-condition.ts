"use client";

import { useMemo } from "react";
import type { PanelView } from "@/lib/noc/shown";
import type { Condition } from "./panel-state";

/** How a panel stands, with the way to try again; the same object while it says the same. */
export function useCondition(view: PanelView, onRetry: () => unknown): Condition {
  return useMemo(
    () => (view.kind === "error" ? { ...view, onRetry: () => void onRetry() } : view),
    [view, onRetry],
  );
}
