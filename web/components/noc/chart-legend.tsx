"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { whatHappened } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Annotation, Series } from "@/lib/noc/types";

const SHOWN = 4;

function Mark({ annotation }: { annotation: Annotation }) {
  const t = useT();
  const format = useFormat();
  const opened = annotation.kind === "alert_opened";
  const scope = looks[statusOfSeverity[annotation.severity]].scope;
  return (
    <li className={`inline-flex items-center gap-1.5 ${scope}`}>
      <svg aria-hidden width={10} height={10} viewBox="0 0 10 10">
        <path
          d="M.8 1.2h8.4L5 8.8Z"
          className={opened ? "fill-state" : "fill-none stroke-fg-3"}
          strokeWidth={1.25}
          strokeLinejoin="round"
        />
      </svg>
      {format.time(annotation.at)} {t(`chart.annotation.${annotation.kind}`)}:{" "}
      {whatHappened(t, annotation.title, annotation.service)}
    </li>
  );
}

/** What the marks of the three charts mean, in words, once below them. */
export function ChartLegend({ series }: { series: Series | null }) {
  const t = useT();
  if (series === null) return null;
  const newest = series.annotations.toSorted((a, b) => b.at.localeCompare(a.at));
  const rest = newest.length - SHOWN;
  const hasGap = series.points.some((point) => point.count === null && !point.open);
  const hasOpen = series.points.some((point) => point.open);
  return (
    <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 px-1 text-micro text-fg-2">
      {newest.slice(0, SHOWN).map((annotation) => (
        <Mark key={`${annotation.alert_id}${annotation.kind}`} annotation={annotation} />
      ))}
      {rest > 0 && <li>{t.count("chart.moreAnnotations", rest)}</li>}
      {hasGap && (
        <li className="inline-flex items-center gap-1.5">
          <span aria-hidden className="noc-hatch inline-block size-3 rounded-[2px]" />
          {t("chart.gap")}
        </li>
      )}
      {hasOpen && <li className="ml-auto">{t("chart.openBucket")}</li>}
    </ul>
  );
}
