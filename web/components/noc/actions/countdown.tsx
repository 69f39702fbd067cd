"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { useNow } from "../now";

/** "volta sozinha em 12 min"; null: until somebody resumes. */
export function Countdown({ until }: { until: string | null }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  if (until === null) return <span className="text-fg-2">{t("mitigation.open")}</span>;
  const left = now === null ? null : (Date.parse(until) - now) / 1000;
  const instant = `${format.instant(until)} ${format.zone}`;
  if (left !== null && left <= 0) return <span className="text-fg-2">{t("mitigation.backSoon")}</span>;
  return (
    <time dateTime={until} title={instant} className="whitespace-nowrap text-fg-2">
      {left === null
        ? t("action.how.until", { time: format.time(until) })
        : t("mitigation.back", { age: format.duration(left) })}
    </time>
  );
}
