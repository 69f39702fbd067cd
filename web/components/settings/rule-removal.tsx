"use client";

import { useState } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { afterRemoval } from "@/lib/noc/rule-scope";
import { ruleName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { Button } from "../ui/button";
import { limitsSaid, whereSaid } from "./rule-said";

export interface RuleRemovalProps {
  me: Me;
  rule: NocRule;
  rules: readonly NocRule[];
  busy: boolean;
  onRemove: () => void;
}

/** Takes an exception back by a second click, once it was said what judges instead. */
export function RuleRemoval({ me, rule, rules, busy, onRemove }: RuleRemovalProps) {
  const t = useT();
  const format = useFormat();
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <Button disabled={busy} onClick={() => setSure(true)} className="max-tablet:h-11">
        {t("ruleEdit.remove")}
      </Button>
    );
  }
  const next = afterRemoval(rule, rules, me);
  const limits = next === null ? null : limitsSaid(format, next);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
      <p role="status" className="min-w-0 text-small">
        {next === null
          ? t("ruleEdit.afterNothing")
          : t("ruleEdit.after", {
              rule: [ruleName(t, next.code), whereSaid(t, me, next), limits].filter(Boolean).join(" · "),
            })}
      </p>
      <span className="flex gap-1.5">
        <Button onClick={() => setSure(false)} className="max-tablet:h-11">
          {t("work.cancel")}
        </Button>
        <Button look="primary" disabled={busy} onClick={onRemove} className="max-tablet:h-11" autoFocus>
          {t("ruleEdit.removeSure")}
        </Button>
      </span>
    </div>
  );
}
