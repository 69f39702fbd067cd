"use client";

import clsx from "clsx";
import { Send } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useMedia } from "@/hooks/use-media";
import { useNotifications } from "@/hooks/use-noc-query";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useFormat, useT } from "@/lib/noc/i18n";
import { readable } from "@/lib/noc/sentence";
import { isTroubled, reasonSaid, stateSaid } from "@/lib/noc/told-said";
import type { ChannelFacts, Notification } from "@/lib/noc/types-settings";
import { useNow } from "../noc/now";
import { ConditionMark, PanelEmpty, PanelState, settled } from "../noc/panel-state";
import { ResolveUnknown } from "../noc/resolve-unknown";
import { SeverityShape } from "../noc/severity-shape";
import { StatusShape } from "../noc/status-shape";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Table, TableCell, TableHead, TableRow } from "../ui/table";

function ChannelFact({ facts }: { facts: ChannelFacts }) {
  const t = useT();
  const { channel, configured, sent, waiting, dead, unknown } = facts;
  const state =
    configured === null ? "silent" : configured ? "configured" : "unconfigured";
  const figures = [
    t.count("notice.channel.sent", sent),
    waiting > 0 ? t.count("notice.channel.waiting", waiting) : null,
    unknown > 0 ? t.count("notice.channel.unknown", unknown) : null,
    dead > 0 ? t.count("notice.channel.dead", dead) : null,
  ];
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-small">
      <StatusShape status={configured === true ? "UP" : "NO_DATA"} size={14} />
      <span className="font-medium">{t(`contact.channel.${channel}`)}</span>
      <span className="text-fg-2">{t(`notice.channel.${state}`)}</span>
      <span className="text-fg-3">{figures.filter(Boolean).join(" · ")}</span>
    </p>
  );
}

/** What became of it, and where nobody knows the way to say so. */
function Became({ one, to, onResolve }: { one: Notification; to: string; onResolve: () => void }) {
  const t = useT();
  const bad = isTroubled(one);
  const state = stateSaid(t, one);
  const why = one.state === "bundled" ? null : one.reason;
  return (
    <span className="flex items-center gap-x-2 gap-y-1 max-tablet:flex-wrap">
      <span className={clsx("inline-flex min-w-0 items-center gap-1.5", bad ? "font-medium text-state-fg" : "text-fg-2")}>
        {bad && <StatusShape status="DEGRADED" size={12} />}
        {why === null ? state : t("told.because", { state, reason: reasonSaid(t, why) })}
      </span>
      {one.state === "unknown" && (
        <Button
          size="row"
          className="text-fg-1 max-tablet:h-11"
          aria-label={t("notice.resolveOf", { to })}
          onClick={onResolve}
        >
          {t("notice.resolve")}
        </Button>
      )}
    </span>
  );
}

/** A message that a person says something of, and what it tells whom. */
interface Asked {
  notice: Notification;
  what: string;
}

interface RowProps {
  one: Notification;
  /** All in one cell, one under the other. */
  narrow: boolean;
  onResolve: (asked: Asked) => void;
}

function Row({ one, narrow, onResolve }: RowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const today = now === null ? null : new Date(now).toISOString();
  const at = one.done_at ?? one.created_at;
  const what = t.find("notice.event", one.event) ?? readable(one.event);
  const channel = t(`contact.channel.${one.channel}`);
  const to = one.recipient === null ? t("notice.someone") : [one.name, one.recipient].filter(Boolean).join(" · ");
  const when = (
    <time dateTime={at} title={`${format.instant(at)} ${format.zone}`}>
      {format.near(at, today)}
    </time>
  );
  const told = (
    <span className="flex min-w-0 items-center gap-2">
      {one.severity === null ? (
        <Send aria-hidden size={14} className="shrink-0 text-fg-3" />
      ) : (
        <SeverityShape severity={one.severity} className="grayscale" />
      )}
      <span className="min-w-0 truncate">
        {what}
        <span className="text-fg-3">{` · ${channel}`}</span>
        {narrow && <span className="text-fg-3"> · {when}</span>}
      </span>
      {one.alert_id !== null && (
        <Link
          href={`/noc/?alert=${one.alert_id}`}
          className="shrink-0 text-small underline decoration-line-3 underline-offset-4 max-tablet:py-3"
        >
          {t("notice.open")}
        </Link>
      )}
    </span>
  );
  const became = (
    <Became
      one={one}
      to={to}
      onResolve={() => {
        onResolve({ notice: one, what: [what, channel, to].join(" · ") });
      }}
    />
  );
  const troubled = isTroubled(one) && "st-degraded";
  if (narrow) {
    return (
      <TableRow>
        <TableCell colSpan={4} className={clsx("w-full max-w-0 py-1.5", troubled)}>
          {told}
          <span className="grid gap-1 pb-1 pl-6 text-small whitespace-normal">
            <span className="text-fg-3">{to}</span>
            {became}
          </span>
        </TableCell>
      </TableRow>
    );
  }
  return (
    <TableRow>
      <TableCell className="text-fg-2">{when}</TableCell>
      <TableCell className="w-full max-w-0">{told}</TableCell>
      <TableCell className={clsx(one.recipient === null && "text-fg-3")}>{to}</TableCell>
      <TableCell className={clsx(troubled)}>{became}</TableCell>
    </TableRow>
  );
}

/** What was told to whom, and whether it arrived. */
export function Notices() {
  const t = useT();
  const read = useNotifications();
  const narrow = useMedia("(width <= 640px)");
  const [asked, ask] = useState<Asked | null>(null);
  const data = read.data?.data ?? null;
  const shown = settled(data, useReadCondition(read));
  return (
    <Card
      title={t("notice.title")}
      note={t("notice.note")}
      aside={<ConditionMark condition={shown} />}
    >
      <PanelState name={t("notice.title")} condition={shown} shape="table">
        <div className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line-1 px-3 py-2 empty:hidden">
          {data?.channels?.map((facts) => (
            <ChannelFact key={facts.channel} facts={facts} />
          ))}
        </div>
        {data !== null && data.notifications.length === 0 ? (
          <PanelEmpty
            icon={<Send aria-hidden size={20} />}
            title={t("notice.emptyTitle")}
            note={t("notice.emptyNote")}
          />
        ) : (
          <Table label={t("notice.title")}>
            <thead className="max-tablet:sr-only">
              <tr>
                <TableHead>{t("notice.column.when")}</TableHead>
                <TableHead>{t("notice.column.what")}</TableHead>
                <TableHead>{t("notice.column.to")}</TableHead>
                <TableHead>{t("notice.column.state")}</TableHead>
              </tr>
            </thead>
            <tbody>
              {data?.notifications.map((one) => (
                <Row key={one.notification_id} one={one} narrow={narrow} onResolve={ask} />
              ))}
            </tbody>
          </Table>
        )}
      </PanelState>
      {asked !== null && (
        <ResolveUnknown
          kind="notification"
          id={asked.notice.notification_id}
          what={asked.what}
          onClose={() => {
            ask(null);
          }}
        />
      )}
    </Card>
  );
}
