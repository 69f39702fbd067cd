import { BellRing, Database, Pause, Play, RotateCcw, type LucideIcon } from "lucide-react";
import type { ActionKind } from "@/lib/noc/types";

const icons: Record<ActionKind, LucideIcon> = {
  pause_queue: Pause,
  resume_queue: Play,
  reprocess: RotateCcw,
  switch_source: Database,
  notify: BellRing,
};

export interface ActionIconProps {
  action: ActionKind;
  size?: 12 | 14 | 16;
  className?: string;
}

/** The sign of a kind of action; its word always stands beside it. */
export function ActionIcon({ action, size = 16, className = "" }: ActionIconProps) {
  const Icon = icons[action];
  return <Icon aria-hidden size={size} className={`shrink-0 ${className}`} />;
}
