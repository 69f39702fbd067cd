"use client";

import type { ReactNode } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { endSaid, statusSaid, verifiedSaid } from "@/lib/noc/action-result";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action } from "@/lib/noc/types/actions";
import { DrawerSection } from "../../ui/drawer";
import { StatusShape } from "../status-shape";

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[104px_minmax(0,1fr)] gap-2 text-small">
      <dt className="text-fg-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** Who, when, why, how it ended, and whether it had effect. */
export function ReceiptFacts({ action }: { action: Action }) {
  const t = useT();
  const format = useFormat();
  const { email } = useAlertWork();
  const person = (who: string) => (who === email ? t("action.list.you") : who);
  const end = endSaid(t, action);
  const verified = verifiedSaid(t, format, action);
  const at = (iso: string) => `${format.instant(iso)} ${format.zone}`;
  return (
    <DrawerSection>
      <dl className="grid gap-1.5">
        <Fact label={t("action.receipt.result")}>
          {[statusSaid(t, action), end].filter(Boolean).join(" · ")}
        </Fact>
        {verified !== null && (
          <Fact label={t("action.receipt.effect")}>
            <span className="inline-flex items-center gap-1.5">
              {verified.status !== null && <StatusShape status={verified.status} size={14} />}
              {verified.text}
            </span>
          </Fact>
        )}
        <Fact label={t("action.receipt.by")}>
          {action.by === null ? t("action.list.someone") : person(action.by)}
        </Fact>
        <Fact label={t("action.receipt.asked")}>{at(action.created_at)}</Fact>
        {action.ended_at !== null && (
          <Fact label={t("action.receipt.ended")}>{at(action.ended_at)}</Fact>
        )}
        {action.reason !== null && (
          <Fact label={t("action.receipt.reason")}>“{action.reason}”</Fact>
        )}
        {action.decided_by !== null && (
          <Fact label={t("action.receipt.decided")}>{person(action.decided_by)}</Fact>
        )}
      </dl>
    </DrawerSection>
  );
}
