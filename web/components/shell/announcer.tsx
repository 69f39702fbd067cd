"use client";

import { useState } from "react";
import { useBadge } from "@/hooks/use-badge-look";
import { hear, silent } from "@/lib/noc/announce";
import { useT } from "@/lib/noc/i18n";
import { alertSentence } from "@/lib/noc/sentence";
import { looks } from "@/lib/noc/status";

/** Tells a screen reader what changed: politely for a severity, at once for a new critical alert. */
export function Announcer() {
  const t = useT();
  const badge = useBadge();
  const [heard, setHeard] = useState(badge);
  const [speech, setSpeech] = useState(silent);
  if (badge !== null && badge.at !== heard?.at) {
    setHeard(badge);
    setSpeech(hear(speech, badge.data, badge.at));
  }
  const { polite, urgent } = speech;
  return (
    <div className="sr-only">
      <p role="status" aria-live="polite">
        {polite !== null && t("say.change", { status: t(looks[polite].word) })}
      </p>
      <p role="alert">
        {urgent !== null && t("say.newCritical", { what: alertSentence(t, urgent) })}
      </p>
    </div>
  );
}
