"use client";

import clsx from "clsx";
import { severityWord } from "@/lib/noc/incident-said";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import { alertSentence, untilSaid } from "@/lib/noc/sentence";
import type { Format } from "@/lib/noc/format";
import type { PastAlert } from "@/lib/noc/types";
import { TableCell, TableRow } from "../../ui/table";
import { AlertOwner } from "../alert-owner";
import { useNow } from "../now";
import { SeverityShape } from "../severity-shape";

function stateSaid(t: Translate, format: Format, alert: PastAlert, now: string | null): string {
  if (alert.state === "ack") {
    return alert.ack_until === null
      ? t("alerts.acknowledged")
      : t("alert.ackUntil", { time: untilSaid(format, alert.ack_until, now) });
  }
  return t(`history.${alert.close_reason ?? "open"}`);
}

/** Whole minutes are enough for what is over; an open alert says that it lasts. */
function lengthSaid(t: Translate, format: Format, alert: PastAlert, now: number | null): string {
  const end = alert.closed_at === null ? now : Date.parse(alert.closed_at);
  if (end === null) return "—";
  const age = format.duration((end - Date.parse(alert.opened_at)) / 1000);
  return alert.closed_at === null ? t("history.soFar", { age }) : age;
}

export interface HistoryRowProps {
  alert: PastAlert;
  /** Whether the list tells who is responsible. */
  owned: boolean;
  /** Whether its drawer is open beside the list. */
  current: boolean;
  onOpen: (alert_id: string) => void;
}

/** One alert, open by a click anywhere on it; on a phone two lines of the same. */
export function HistoryRow({ alert, owned, current, onOpen }: HistoryRowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const over = alert.state === "closed";
  const sentence = alertSentence(t, alert);
  const state = stateSaid(t, format, alert, today);
  const lasted = lengthSaid(t, format, alert, now);
  const opened = format.near(alert.opened_at, today);
  const again =
    alert.reopen_count > 0 ? t("alert.reopened", { n: format.number(alert.reopen_count + 1) }) : null;
  return (
    <TableRow
      data-alert={alert.alert_id}
      aria-current={current ? "true" : undefined}
      className="relative aria-[current]:bg-hover"
    >
      <TableCell className="w-full max-w-0 max-tablet:h-auto max-tablet:py-2 max-tablet:whitespace-normal">
        <span className="flex min-w-0 items-center gap-2.5 max-tablet:items-start">
          <SeverityShape
            severity={alert.severity_max}
            label={severityWord(t, alert.severity_max)}
            // What is over is told without colour: colour is for what is still wrong.
            className={clsx("max-tablet:mt-0.5", over && "grayscale")}
          />
          <span className="min-w-0 grow">
            <button
              type="button"
              data-row
              aria-label={`${t("alerts.show")}: ${sentence}, ${opened}`}
              title={sentence}
              onClick={() => {
                onOpen(alert.alert_id);
              }}
              className="block max-w-full truncate text-left font-medium after:absolute after:inset-0 max-tablet:whitespace-normal"
            >
              {sentence}
            </button>
            <span className="block text-small text-fg-2 tablet:hidden">
              {[state, opened, lasted, again].filter(Boolean).join(" · ")}
            </span>
          </span>
          {again !== null && (
            <span className="shrink-0 text-small text-fg-3 max-tablet:hidden">{again}</span>
          )}
        </span>
      </TableCell>
      <TableCell
        className={clsx("max-tablet:hidden", over ? "text-fg-2" : "font-medium text-fg-1")}
      >
        {state}
      </TableCell>
      <TableCell numeric className="max-tablet:hidden">
        <time dateTime={alert.opened_at} title={`${format.instant(alert.opened_at)} ${format.zone}`}>
          {opened}
        </time>
      </TableCell>
      <TableCell numeric className="max-tablet:hidden">
        {lasted}
      </TableCell>
      <TableCell numeric className="max-desk:hidden">
        {alert.seconds_to_ack === null ? (
          <span className="text-fg-3">{t("history.notAcked")}</span>
        ) : (
          format.duration(alert.seconds_to_ack)
        )}
      </TableCell>
      {owned && (
        <TableCell className="max-desk:hidden">
          {over && alert.owner === null ? (
            <span className="text-fg-3">{t("history.nobody")}</span>
          ) : (
            <AlertOwner alert={alert} className="max-w-44 text-small text-fg-2" />
          )}
        </TableCell>
      )}
    </TableRow>
  );
}
