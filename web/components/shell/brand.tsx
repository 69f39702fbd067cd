"use client";

import { ChartNoAxesColumnIncreasing } from "lucide-react";
import { useT } from "@/lib/noc/i18n";

export function Brand() {
  const t = useT();
  return (
    <span className="flex items-center gap-2 text-body font-semibold whitespace-nowrap">
      <span className="grid size-5 place-items-center rounded-cell bg-fg-1 text-panel">
        <ChartNoAxesColumnIncreasing aria-hidden size={14} strokeWidth={2.25} />
      </span>
      {t("shell.name")}
    </span>
  );
}
