"use client";

import { BellOff, ChevronRight, Layers, Wrench } from "lucide-react";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Group } from "@/lib/noc/muted";
import { alertSentence, untilSaid } from "@/lib/noc/sentence";
import { muteSaid } from "@/lib/noc/silence-said";
import type { Alert } from "@/lib/noc/types";
import { severityWord } from "@/lib/noc/incident-said";
import { Age } from "./age";
import { useNow } from "./now";
import { SeverityShape } from "./severity-shape";

interface RowProps {
  alert: Alert;
  current: boolean;
  onOpen: ((alert: Alert) => void) | undefined;
}

function Row({ alert, current, onOpen }: RowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const sentence = alertSentence(t, alert);
  const until = alert.muted_by?.until ?? null;
  const reason = alert.muted_by?.reason ?? null;
  return (
    <li
      data-alert={alert.alert_id}
      aria-current={current ? "true" : undefined}
      className="relative flex min-h-8 min-w-0 items-center gap-2.5 py-1 pr-3 pl-9 text-small hover:bg-hover aria-[current]:bg-hover max-tablet:min-h-11"
    >
      <SeverityShape
        severity={alert.severity}
        size={12}
        label={severityWord(t, alert.severity)}
        className="grayscale"
      />
      <span className="min-w-0 grow truncate text-fg-2">
        <button
          type="button"
          aria-label={`${t("alerts.show")}: ${sentence}`}
          onClick={() => onOpen?.(alert)}
          className="after:absolute after:inset-0"
        >
          {sentence}
        </button>
        {reason !== null && <span className="text-fg-3">{` · ${reason}`}</span>}
      </span>
      <span className="shrink-0 text-fg-3">
        {until === null ? (
          <Age at={alert.opened_at} bare />
        ) : (
          t("mute.until", { time: untilSaid(format, until, today) })
        )}
      </span>
    </li>
  );
}

function Sign({ group }: { group: Group }) {
  if (group.kind === "parts") return <Layers aria-hidden size={14} />;
  if (group.cause.kind === "maintenance") return <Wrench aria-hidden size={14} />;
  return <BellOff aria-hidden size={14} />;
}

export interface MutedGroupsProps {
  groups: readonly Group[];
  openId: string | null;
  onOpen: ((alert: Alert) => void) | undefined;
}

/** What is open and tells nobody: folded, grey, never counted, one heading for each cause. */
export function MutedGroups({ groups, openId, onOpen }: MutedGroupsProps) {
  const t = useT();
  return groups.map((group) => {
    const n = group.alerts.length;
    const heading =
      group.kind === "parts"
        ? t.count("mute.parts", n, { incident: alertSentence(t, group.incident) })
        : muteSaid(t, group.cause, n);
    return (
      <details key={group.key} className="group border-t border-line-1 last:border-b">
        <summary className="flex min-h-9 cursor-pointer list-none items-center gap-2.5 px-3 text-small text-fg-2 hover:bg-hover max-tablet:min-h-11">
          <span className="text-fg-3">
            <Sign group={group} />
          </span>
          <span className="min-w-0 grow truncate">{heading}</span>
          <ChevronRight
            aria-hidden
            size={14}
            className="shrink-0 text-fg-3 transition-transform duration-(--t-base) group-open:rotate-90"
          />
        </summary>
        <ul className="pb-1">
          {group.alerts.map((alert) => (
            <Row
              key={alert.alert_id}
              alert={alert}
              current={alert.alert_id === openId}
              onOpen={onOpen}
            />
          ))}
        </ul>
      </details>
    );
  });
}
