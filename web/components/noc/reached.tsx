"use client";

import { useT } from "@/lib/noc/i18n";
import { severityWord } from "@/lib/noc/incident-said";
import { alertSentence } from "@/lib/noc/sentence";
import type { SilencePreview } from "@/lib/noc/types";
import { SeverityShape } from "./severity-shape";

const NAMED = 3;

/** The worst of the alerts that something would mute, by name; nothing where there are none. */
export function Reached({ alerts, matching }: Pick<SilencePreview, "alerts" | "matching">) {
  const t = useT();
  const named = alerts.slice(0, NAMED);
  const rest = matching - named.length;
  if (named.length === 0) return null;
  return (
    <ul className="grid gap-0.5 text-fg-2">
      {named.map((alert) => (
        <li key={alert.alert_id} className="flex min-w-0 items-center gap-1.5">
          <SeverityShape severity={alert.severity} size={12} label={severityWord(t, alert.severity)} />
          <span className="min-w-0 truncate">{alertSentence(t, { ...alert, title: alert.code })}</span>
        </li>
      ))}
      {rest > 0 && <li className="pl-4.5 text-fg-3">{t.count("silence.previewMore", rest)}</li>}
    </ul>
  );
}
