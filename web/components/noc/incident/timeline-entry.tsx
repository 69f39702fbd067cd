"use client";

import clsx from "clsx";
import { useAlertWork } from "@/hooks/use-alert-work";
import type { Entry } from "@/lib/noc/incident";
import { eventSaid, nowSaid, type Said } from "@/lib/noc/incident-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import { isRecovering } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Incident, Rule } from "@/lib/noc/types";
import { useNow } from "../now";
import { EntryFrame } from "./entry-frame";
import { Told } from "./told";

/** The hour; on another day than today the day below it. */
function When({ at }: { at: string }) {
  const format = useFormat();
  const now = useNow();
  const today = now === null ? at : new Date(now).toISOString();
  return (
    <time dateTime={at} title={`${format.instant(at)} ${format.zone}`} className="grid">
      {format.time(at)}
      {format.day(at) !== format.day(today) && (
        <span className="text-micro">{format.day(at)}</span>
      )}
    </time>
  );
}

function Sentence({ said, scope }: { said: Said; scope: string | null }) {
  return (
    <div className="min-w-0 pt-1 pb-2.5 text-fg-2">
      <p className="break-words">
        <strong className={clsx("font-[550]", scope === null ? "text-fg-1" : [scope, "text-state-fg"])}>
          {said.title}
        </strong>
        {said.more !== null && ` · ${said.more}`}
      </p>
      {said.note !== null && (
        <p className="mt-0.5 text-small break-words whitespace-pre-line">{said.note}</p>
      )}
    </div>
  );
}

export interface TimelineEntryProps {
  entry: Entry;
  alert: Incident;
  rule: Rule | null;
}

export function TimelineEntry({ entry, alert, rule }: TimelineEntryProps) {
  const t = useT();
  const format = useFormat();
  const { email: me } = useAlertWork();
  const speaker = { t, format, me };
  if (entry.kind === "silence") {
    return (
      <EntryFrame time={null} lane={null} scope={null}>
        <p className="py-1.5 text-small text-fg-3">
          {t("incident.silence", { age: format.duration(entry.seconds) })}
        </p>
      </EntryFrame>
    );
  }
  const time = <When at={entry.at} />;
  if (entry.kind === "now") {
    const scope = isRecovering(alert) ? null : looks[statusOfSeverity[alert.severity]].scope;
    return (
      <EntryFrame time={time} lane={entry.lane} scope={scope}>
        <Sentence said={nowSaid(speaker, alert)} scope={scope} />
      </EntryFrame>
    );
  }
  if (entry.kind === "notice") {
    return (
      <EntryFrame time={time} lane={entry.lane} scope={null}>
        <Told event={entry.event} notices={entry.messages} />
      </EntryFrame>
    );
  }
  const { event, lane, last } = entry;
  const healed = event.kind === "closed" && !event.by_person;
  const status = healed ? "UP" : statusOfSeverity[event.severity];
  return (
    <EntryFrame time={time} lane={lane} scope={lane === "alert" ? looks[status].scope : null}>
      <Sentence said={eventSaid(speaker, { alert, rule, event, last })} scope={null} />
    </EntryFrame>
  );
}
