"use client";

import clsx from "clsx";
import { useState } from "react";
import { StatusShape } from "@/components/noc/status-shape";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { useBadge, useBadgeLook } from "@/hooks/use-badge-look";
import { useFormat, useT } from "@/lib/noc/i18n";
import { looks } from "@/lib/noc/status";
import type { BadgeLook } from "@/lib/noc/verdict";
import { NocSummary } from "./noc-summary";

/** What follows "NOC" for someone who does not see the button's colour and shape. */
function useMeaning(look: BadgeLook): string {
  const t = useT();
  const format = useFormat();
  const badge = useBadge();
  if (look.status === null) return t("badge.reading");
  if (look.ring && badge !== null) {
    return t("badge.stillDown", { time: format.time(new Date(badge.at).toISOString()) });
  }
  const status = t(looks[look.status].word).toLowerCase();
  const parts = [status];
  if (look.count > 0) parts.push(t.count("badge.alerts", look.count));
  const critical = badge?.data.critical_alerts ?? 0;
  if (look.count > 0 && critical > 0) parts.push(t.count("badge.critical", critical));
  return parts.join(", ");
}

function Shape({ look }: { look: BadgeLook }) {
  if (look.status === null) return <span className="size-4 rounded-full bg-selected" />;
  return (
    <span
      className={clsx(
        "relative grid place-items-center",
        look.ring &&
          "after:absolute after:-inset-1 after:rounded-full after:border-[1.5px] after:border-dashed after:border-line-3",
      )}
    >
      <StatusShape status={look.status} />
    </span>
  );
}

/** Always visible: the worst of what the caller sees, by colour, shape, word and count. */
export function NocButton() {
  const t = useT();
  const look = useBadgeLook();
  const meaning = useMeaning(look);
  const [open, setOpen] = useState(false);
  const scope = look.status === null ? "st-nodata" : looks[look.status].scope;
  const loud = look.status === "DOWN" || look.status === "DEGRADED";
  const dashed = look.status === "NO_DATA";
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        data-status={look.status ?? "loading"}
        className={clsx(
          scope,
          "noc-button inline-flex h-8 items-center gap-2 rounded-control border pr-2.5 pl-2 font-semibold whitespace-nowrap hover:bg-hover max-tablet:h-10",
          loud ? "border-state-edge bg-state-tint" : "border-line-2 bg-panel",
          dashed && "border-dashed border-line-3",
        )}
      >
        <Shape key={look.status} look={look} />
        <span>
          {t("badge.button")}
          <span className="sr-only"> {meaning}</span>
        </span>
        {look.count > 0 && (
          <span
            aria-hidden
            className="grid h-[18px] min-w-[18px] place-items-center rounded-full bg-state px-[5px] text-[11px] leading-none font-[650] text-state-on"
          >
            {look.count > 99 ? "99+" : look.count}
          </span>
        )}
      </PopoverTrigger>
      <PopoverContent label={t("badge.summary")} align="end" className="w-86 max-w-[calc(100vw-16px)]">
        <NocSummary
          look={look}
          onLeave={() => {
            setOpen(false);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}
