import { Cpu, Send, StickyNote, TriangleAlert, Zap } from "lucide-react";
import type { Lane } from "@/lib/noc/incident";

const icons = { alert: TriangleAlert, action: Zap, notice: Send, note: StickyNote, system: Cpu };

/** The sign of a lane; the word stands beside it or in the sentence of the event. */
export function LaneSign({ lane }: { lane: Lane }) {
  const Icon = icons[lane];
  return <Icon aria-hidden size={12} />;
}
