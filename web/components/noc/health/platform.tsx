"use client";

import { memo } from "react";
import type { PanelView } from "@/lib/noc/shown";
import type { Overview } from "@/lib/noc/types";
import { CardDatabase } from "../card-database";
import { useCondition } from "../use-condition";
import { CardWorkers } from "./card-workers";

export interface PlatformProps {
  overview: Overview | null;
  view: PanelView;
  onRetry: () => unknown;
}

/** What the NOC itself stands on, for those who may see it: its database and its workers. */
export const Platform = memo(function Platform({ overview, view, onRetry }: PlatformProps) {
  const condition = useCondition(view, onRetry);
  if (overview === null) return null;
  return (
    <>
      {overview.database !== null && (
        <CardDatabase database={overview.database} condition={condition} />
      )}
      {overview.workers !== null && (
        <CardWorkers workers={overview.workers} condition={condition} />
      )}
    </>
  );
});
