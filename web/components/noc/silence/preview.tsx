"use client";

import type { ReadResult } from "@/hooks/use-noc-query";
import { useT } from "@/lib/noc/i18n";
import { severityWord } from "@/lib/noc/incident-said";
import { alertSentence } from "@/lib/noc/sentence";
import type { SilencePreview } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { SeverityShape } from "../severity-shape";

const NAMED = 3;

export interface PreviewProps {
  /** Whether anything was chosen to silence. */
  chosen: boolean;
  read: ReadResult<SilencePreview>;
}

/** What the silence would do now: how many open alerts, and the worst of them by name. */
export function Preview({ chosen, read }: PreviewProps) {
  const t = useT();
  const preview = read.data?.data ?? null;
  let said: string;
  if (!chosen) said = t("silence.previewChoose");
  else if (read.error !== null) {
    said = t("silence.previewFailed", { why: failureSentence(t, read.error) });
  } else if (preview === null) said = t("silence.previewing");
  else if (preview.matching === 0) said = t("silence.previewNone");
  else {
    const all = t.count("silence.preview", preview.matching);
    said = preview.critical === 0 ? all : `${all}, ${t.count("badge.critical", preview.critical)}`;
  }
  const named = chosen && read.error === null ? (preview?.alerts ?? []).slice(0, NAMED) : [];
  const rest = (preview?.matching ?? 0) - named.length;
  return (
    <div className="grid gap-1 rounded-control bg-sunken px-3 py-2 text-small">
      <p role="status" className="font-medium">
        {said}
      </p>
      {named.length > 0 && (
        <ul className="grid gap-0.5 text-fg-2">
          {named.map((alert) => (
            <li key={alert.alert_id} className="flex min-w-0 items-center gap-1.5">
              <SeverityShape
                severity={alert.severity}
                size={12}
                label={severityWord(t, alert.severity)}
              />
              <span className="min-w-0 truncate">
                {alertSentence(t, { ...alert, title: alert.code })}
              </span>
            </li>
          ))}
          {rest > 0 && <li className="pl-4.5 text-fg-3">{t.count("silence.previewMore", rest)}</li>}
        </ul>
      )}
    </div>
  );
}
