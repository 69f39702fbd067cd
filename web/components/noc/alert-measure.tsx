"use client";

import clsx from "clsx";
import { statusSentence } from "@/lib/noc/evidence-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import { isRecovering, measureSentence, untilSaid } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Alert } from "@/lib/noc/types";
import { useNow } from "./now";

/** State, value with its limit or else the probe's fault and since when, and what holds or softens them: "em recuperação", "reconhecido até". */
export function AlertMeasure({ alert, className }: { alert: Alert; className?: string }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const look = looks[statusOfSeverity[alert.severity]];
  const word = alert.severity === "info" ? t("alerts.info") : t(look.word);
  const today = now === null ? null : new Date(now).toISOString();
  const measure = measureSentence(t, format, alert) ?? statusSentence(t, format, alert, today);
  return (
    <p className={clsx("min-w-0 grow text-small text-fg-2", className)}>
      <b className={clsx("font-semibold", look.scope, look.loud && "text-state-fg")}>{word}</b>
      {` · ${measure}`}
      {isRecovering(alert) && (
        <>
          {" · "}
          <span title={t("alert.recoveringTip")} className="font-medium whitespace-nowrap text-fg-1">
            {t("alert.recovering")}
          </span>
        </>
      )}
      {alert.flapping && (
        <>
          {" · "}
          <span title={t("alert.flappingTip")} className="font-medium whitespace-nowrap text-fg-1">
            {t("alert.flapping")}
          </span>
        </>
      )}
      {alert.reopen_count > 0 && (
        <span className="whitespace-nowrap">
          {` · ${t("alert.reopened", { n: format.number(alert.reopen_count + 1) })}`}
        </span>
      )}
      {alert.state === "ack" && (
        <span className="whitespace-nowrap">
          {" · "}
          {alert.ack_until === null
            ? t("alerts.acknowledged")
            : t("alert.ackUntil", { time: untilSaid(format, alert.ack_until, today) })}
        </span>
      )}
    </p>
  );
}
