"use client";

import { lastContact } from "@/lib/noc/contact";
import { panelView, type PanelView } from "@/lib/noc/shown";
import type { Timeline } from "@/lib/noc/types";
import { useFreshness } from "./use-badge-look";
import { useWatch } from "./use-noc";
import { useTimeline } from "./use-noc-query";

export interface IncidentRead {
  timeline: Timeline | null;
  view: PanelView;
  /** The alert does not exist or is another's: one answer for both. */
  missing: boolean;
  onRetry: () => void;
}

/** What the drawer shows of one alert and how that stands. */
export function useIncident(alert_id: string): IncidentRead {
  const { data, error, refetch } = useTimeline(alert_id);
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const answer = data ?? null;
  return {
    timeline: answer?.data ?? null,
    view: panelView({ freshness, answer, error, last_contact: lastContact(contact) }),
    missing: error?.hint === "alert_not_found",
    onRetry: () => void refetch(),
  };
}
