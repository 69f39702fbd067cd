"use client";

import type { ReadResult } from "@/hooks/use-noc-query";
import { useT } from "@/lib/noc/i18n";
import type { SilencePreview } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Reached } from "../reached";

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
  return (
    <div className="grid gap-1 rounded-control bg-sunken px-3 py-2 text-small">
      <p role="status" className="font-medium">
        {said}
      </p>
      {chosen && read.error === null && preview !== null && <Reached {...preview} />}
    </div>
  );
}
