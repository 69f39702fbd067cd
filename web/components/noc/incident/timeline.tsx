"use client";

import { useMemo, useState } from "react";
import { entriesOf, lanes, shownEntries, type Entry, type Lane } from "@/lib/noc/incident";
import { useT } from "@/lib/noc/i18n";
import type { Timeline as Story } from "@/lib/noc/types";
import { useNow } from "../now";
import { LaneFilter } from "./lane-filter";
import { TimelineEntry } from "./timeline-entry";

/** A silence grows by the minute, so more than that need not be drawn again. */
const MINUTE_MS = 60_000;

function keyOf(entry: Entry, index: number): string {
  if (entry.kind === "silence") return `silence ${entry.from}`;
  return `${entry.kind} ${entry.at} ${index}`;
}

/** What happened, newest on top, in lanes that can be turned off. */
export function Timeline({ story }: { story: Story }) {
  const t = useT();
  const now = useNow();
  const minute = now === null ? null : Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const [off, setOff] = useState<ReadonlySet<Lane>>(new Set());
  const { alert, rule, events, notifications } = story;
  const entries = useMemo(
    () => entriesOf(alert, events ?? [], notifications ?? [], minute),
    [alert, events, notifications, minute],
  );
  const own = notifications === null ? lanes.filter((lane) => lane !== "notice") : lanes;
  const shown = shownEntries(entries, off);
  return (
    <section aria-labelledby="incident-timeline" className="min-w-0 px-3 py-3 tablet:px-5">
      <div className="mb-2 flex min-h-6 flex-wrap items-center gap-x-2">
        <h3 id="incident-timeline" className="grow text-title font-semibold">
          {t("incident.timeline")}
        </h3>
        <LaneFilter lanes={own} off={off} onChange={setOff} />
      </div>
      <ol>
        {shown.map((entry, index) => (
          <TimelineEntry
            key={keyOf(entry, shown.length - index)}
            entry={entry}
            alert={alert}
            rule={rule}
          />
        ))}
      </ol>
      {shown.length === 0 && (
        <p className="py-6 text-center text-small text-fg-3">
          {t(off.size === own.length ? "incident.allHidden" : "incident.nothingInLanes")}
        </p>
      )}
    </section>
  );
}
