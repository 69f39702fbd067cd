"use client";

import { lastContact } from "@/lib/noc/contact";
import { panelView, type PanelView } from "@/lib/noc/shown";
import { useFreshness } from "./use-badge-look";
import { useWatch } from "./use-noc";
import type { ReadResult } from "./use-noc-query";

/** How a panel that is made of one read stands. */
export function useReadCondition(read: ReadResult<unknown>): PanelView & { onRetry: () => void } {
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const view = panelView({
    freshness,
    answer: read.data ?? null,
    error: read.error,
    last_contact: lastContact(contact),
  });
  return { ...view, onRetry: () => void read.refetch() };
}
