"use client";

import { Info } from "lucide-react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { alertSentence, measureSentence } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Alert } from "@/lib/noc/types";
import { Button } from "../ui/button";
import { Age } from "./age";
import { StatusShape } from "./status-shape";

/** The initials of a role or name: "Operador 2" is "O2". */
function initials(owner: string): string {
  const words = owner.split(/[\s@.]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}

/** Nobody inferred: an alert without an owner says so. */
function Owner({ owner }: { owner: string | null }) {
  const t = useT();
  const said = owner ?? t("alerts.noOwner");
  return (
    <span className="inline-flex max-w-40 items-center gap-1.5 text-small whitespace-nowrap text-fg-2 max-tablet:order-3 max-tablet:max-w-none max-tablet:basis-full">
      <span
        aria-hidden
        className={
          owner === null
            ? "noc-avatar border-dashed border-line-3 text-fg-3"
            : "noc-avatar border-line-2 bg-selected"
        }
      >
        {owner === null ? "?" : initials(owner)}
      </span>
      <span className="truncate" title={said}>
        {said}
      </span>
    </span>
  );
}

function SeverityShape({ alert }: { alert: Alert }) {
  if (alert.severity === "info") {
    return <Info aria-hidden size={16} className="mt-0.5 shrink-0 text-fg-3" />;
  }
  return <StatusShape status={statusOfSeverity[alert.severity]} className="mt-0.5" />;
}

function Measure({ alert }: { alert: Alert }) {
  const t = useT();
  const format = useFormat();
  const measure = measureSentence(t, format, alert);
  const status = statusOfSeverity[alert.severity];
  const word = alert.severity === "info" ? t("alerts.info") : t(looks[status].word);
  return (
    <p className="min-w-0 grow text-small text-fg-2 max-tablet:basis-full">
      <b
        className={`font-semibold ${looks[status].scope} ${looks[status].loud ? "text-state-fg" : ""}`}
      >
        {word}
      </b>
      {measure !== null && ` · ${measure}`}
      {alert.state === "ack" && ` · ${t("alerts.acknowledged")}`}
    </p>
  );
}

export interface AlertRowProps {
  alert: Alert;
  onOpen?: (alert: Alert) => void;
}

/** 64 px: what, who has it and for how long; then state, value and limit. */
export function AlertRow({ alert, onOpen }: AlertRowProps) {
  const t = useT();
  const sentence = alertSentence(t, alert);
  return (
    <li className="grid min-h-16 grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 border-t border-line-1 px-3 py-2 last:border-b">
      <SeverityShape alert={alert} />
      <div className="min-w-0">
        <div className="flex min-h-5 min-w-0 items-center gap-2 max-tablet:flex-wrap max-tablet:items-start">
          <strong
            className="min-w-0 grow truncate font-semibold max-tablet:basis-0 max-tablet:whitespace-normal"
            title={sentence}
          >
            {sentence}
          </strong>
          <Owner owner={alert.owner} />
          <Age
            at={alert.opened_at}
            bare
            className="min-w-11 text-right text-small font-medium whitespace-nowrap"
          />
        </div>
        <div className="flex min-h-6 min-w-0 items-center gap-2 pt-1 max-tablet:flex-wrap">
          <Measure alert={alert} />
          {onOpen && (
            <Button
              size="row"
              className="max-tablet:mt-1 max-tablet:h-11 max-tablet:w-full max-tablet:text-body"
              aria-label={`${t("alerts.show")}: ${sentence}`}
              onClick={() => onOpen(alert)}
            >
              {t("alerts.showShort")}
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
