"use client";

import type { ReadResult } from "@/hooks/use-noc-query";
import { useFormat, useT } from "@/lib/noc/i18n";
import { previewSaid } from "@/lib/noc/maintenance-said";
import type { MaintenancePreview } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Reached } from "../reached";

export interface PreviewProps {
  /** Whether day and time can be asked about. */
  complete: boolean;
  weekly: boolean;
  now: number;
  read: ReadResult<MaintenancePreview>;
}

/** What the window would do: when nothing opens, for whom, and which open alerts fall silent. */
export function Preview({ complete, weekly, now, read }: PreviewProps) {
  const t = useT();
  const format = useFormat();
  const preview = complete && read.error === null ? (read.data?.data ?? null) : null;
  const said = preview === null ? null : previewSaid(t, format, preview, weekly, now);
  let line: string;
  if (!complete) line = t("maintenance.preview.wait");
  else if (read.error !== null) {
    const { hint } = read.error;
    const why = (hint && t.find("maintenance.wrong", hint)) ?? failureSentence(t, read.error);
    line = t("maintenance.preview.failed", { why });
  } else line = said?.span ?? t("maintenance.preview.reading");
  return (
    <div className="grid min-h-13 content-start gap-1 rounded-control bg-sunken px-3 py-2 text-small">
      <div role="status">
        <p className="font-medium">{line}</p>
        {said !== null && said.facts !== "" && <p className="text-fg-2">{said.facts}</p>}
      </div>
      {preview !== null && preview.starts_at !== null && <Reached {...preview} />}
    </div>
  );
}
