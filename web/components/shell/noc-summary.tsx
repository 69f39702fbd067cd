"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { StatusShape } from "@/components/noc/status-shape";
import { Skeleton } from "@/components/ui/skeleton";
import { useBadge } from "@/hooks/use-badge-look";
import { useWatch } from "@/hooks/use-noc";
import { useNow } from "@/hooks/use-now";
import { serverNow } from "@/lib/noc/contact";
import { useFormat, useT } from "@/lib/noc/i18n";
import { alertSentence } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Badge, BadgeAlert } from "@/lib/noc/types";
import type { BadgeLook, Seen } from "@/lib/noc/verdict";

const iso = (at: number) => new Date(at).toISOString();

function Row({ alert, now }: { alert: BadgeAlert; now: number | null }) {
  const t = useT();
  const format = useFormat();
  const age = now === null ? null : (now - Date.parse(alert.opened_at)) / 1000;
  return (
    <li className="flex items-start gap-2.5 border-t border-line-1 px-4 py-2.5">
      <StatusShape status={statusOfSeverity[alert.severity]} size={14} className="mt-[3px]" />
      <span className="min-w-0 grow font-medium">{alertSentence(t, alert)}</span>
      {age !== null && (
        <time
          dateTime={alert.opened_at}
          title={format.instant(alert.opened_at)}
          className="shrink-0 text-small leading-5 text-fg-2"
        >
          {format.duration(age)}
        </time>
      )}
    </li>
  );
}

function Head({ look, badge }: { look: BadgeLook; badge: Seen<Badge> | null }) {
  const t = useT();
  const format = useFormat();
  if (look.status === null) {
    return (
      <div className="grid gap-2 p-4">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-3 w-24" />
      </div>
    );
  }
  const { word, scope, loud } = looks[look.status];
  const open = badge?.data.open_alerts ?? 0;
  const remembered = badge !== null && (look.ring || look.status === "NO_DATA");
  const since = badge?.data.since ?? null;
  return (
    <div className={`${scope} flex items-start gap-3 px-4 py-3`}>
      <StatusShape status={look.status} size={20} className="mt-0.5" />
      <p className="min-w-0">
        <strong className={loud ? "font-semibold text-state-fg" : "font-semibold"}>
          {look.ring && badge !== null
            ? t("badge.seenAt", { status: t(word), time: format.time(iso(badge.at)) })
            : t(word)}
        </strong>
        {look.count > 0 && <span className="font-semibold"> · {t.count("badge.alerts", open)}</span>}
        <span className="block text-small text-fg-2">
          {remembered
            ? t("badge.lastSignal", { time: format.time(iso(badge.at)) })
            : since !== null && t("badge.since", { time: format.moment(since) })}
        </span>
      </p>
    </div>
  );
}

/** The popover of the NOC button: one sentence, the three worst, the age of the news, the way in. */
export function NocSummary({ look, onLeave }: { look: BadgeLook; onLeave: () => void }) {
  const t = useT();
  const format = useFormat();
  const badge = useBadge();
  const local = useNow();
  const now = serverNow(
    useWatch((state) => state.contact.clock),
    local,
  );
  const worst = badge?.data.worst ?? [];
  const more = look.count - worst.length;
  return (
    <>
      <Head look={look} badge={badge} />
      {worst.length > 0 && (
        <ul>
          {worst.map((alert) => (
            <Row key={alert.alert_id} alert={alert} now={now} />
          ))}
        </ul>
      )}
      <div className="flex items-center gap-2 border-t border-line-1 bg-sunken py-2 pr-2 pl-4 text-micro text-fg-3">
        <span className="grow">
          {more > 0 && `${t("badge.more", { n: more })} · `}
          {badge === null
            ? t("badge.retrying")
            : t("badge.updated", { age: format.duration((local - badge.at) / 1000) })}
        </span>
        <Link
          href="/noc/"
          onClick={onLeave}
          className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line-2 bg-panel px-2.5 text-small font-medium text-fg-1 hover:bg-hover max-tablet:h-11"
        >
          {t("badge.openPage")}
          <ArrowRight aria-hidden size={12} />
        </Link>
      </div>
    </>
  );
}
