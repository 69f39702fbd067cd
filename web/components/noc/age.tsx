"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { useNow } from "./now";

export interface AgeProps {
  at: string;
  /** Milliseconds since the epoch; the page's clock when absent. */
  now?: number;
  /** "27 min" instead of "há 27 min", where a heading already says that it is an age. */
  bare?: boolean;
  className?: string;
}

/** How long ago, with the instant as tooltip. Without a clock it says the moment itself. */
export function Age({ at, now, bare = false, className }: AgeProps) {
  const t = useT();
  const format = useFormat();
  const pageNow = useNow();
  const clock = now ?? pageNow;
  const instant = `${format.instant(at)} ${format.zone}`;
  const age = clock === null ? null : format.duration((clock - Date.parse(at)) / 1000);
  const text = age === null ? format.moment(at) : bare ? age : t("time.ago", { age });
  return (
    <time dateTime={at} title={instant} className={className}>
      {text}
    </time>
  );
}
