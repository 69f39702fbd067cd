"use client";

import { BookOpen } from "lucide-react";
import { useT } from "@/lib/noc/i18n";
import type { Rule } from "@/lib/noc/types";

/** What to do about it and who answers for the rule; nothing where the rule does not say. */
export function RuleHelp({ rule: { runbook_url: url, owner } }: { rule: Rule }) {
  const t = useT();
  if (url === null && owner === null) return null;
  return (
    <p className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-small">
      {url !== null && (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1.5 font-medium underline decoration-line-3 underline-offset-4 max-tablet:min-h-11"
        >
          <BookOpen aria-hidden size={14} />
          {t("incident.help")}
        </a>
      )}
      {owner !== null && <span className="text-fg-2">{t("incident.ruleOwner", { owner })}</span>}
    </p>
  );
}
