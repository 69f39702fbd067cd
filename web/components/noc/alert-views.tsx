"use client";

import { useEffect, useRef } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import type { View } from "@/lib/noc/filters";
import { useT } from "@/lib/noc/i18n";
import { Segments } from "../ui/radio-group";

/** Who only reads has no silences to see. */
const reading = ["live", "history"] as const;
const operating = [...reading, "silences"] as const;

// The view that is left takes its switch with it; the next one gives the focus back to its own.
let switching = false;

export interface AlertViewsProps {
  view: View;
  onView: (view: View) => void;
}

/** Which alerts are shown; the same switch stands at the head of each list. */
export function AlertViews({ view, onView }: AlertViewsProps) {
  const t = useT();
  const { operates } = useAlertWork();
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (switching) place.current?.querySelector<HTMLElement>("[data-state=checked]")?.focus();
    switching = false;
  }, []);
  return (
    <span ref={place} className="inline-flex shrink-0">
      <Segments
        label={t("views.label")}
        value={view}
        onChange={(next) => {
          switching = true;
          onView(next);
        }}
        choices={(operates ? operating : reading).map((value) => ({ value, label: t(`views.${value}`) }))}
        className="max-tablet:h-11"
      />
    </span>
  );
}
