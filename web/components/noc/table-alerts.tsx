"use client";

import { BellOff } from "lucide-react";
import type { ReactNode } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import { sortMuted } from "@/lib/noc/muted";
import { compareStatus, statusOfSeverity } from "@/lib/noc/status";
import type { Alert } from "@/lib/noc/types";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { AlertRow } from "./alert-row";
import { MutedGroups } from "./muted-groups";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  READY,
  settled,
  showsContent,
  type Condition,
} from "./panel-state";
import { StatusShape } from "./status-shape";
import { useHeld } from "./use-held";

export interface TableAlertsProps {
  alerts: readonly Alert[] | null;
  /** Whether nothing else is wrong: a shared provider may be down without an alert of one's own. */
  calm?: boolean;
  /** ISO 8601: since when nothing is wrong, said when the list is empty. */
  calmSince?: string | null;
  condition?: Condition;
  /** The alert whose drawer is open. */
  openId?: string | null;
  onOpen?: (alert: Alert) => void;
  /** The switch between this list and the others. */
  views?: ReactNode;
}

/** Gravest first, then the oldest: who waits longest is not pushed down by who just came. */
function byGravity(a: Alert, b: Alert): number {
  return (
    compareStatus(statusOfSeverity[a.severity], statusOfSeverity[b.severity]) ||
    a.opened_at.localeCompare(b.opened_at)
  );
}

function Calm({ since }: { since: string | null }) {
  const t = useT();
  const format = useFormat();
  return (
    <PanelEmpty
      icon={<StatusShape status="UP" size={20} />}
      title={t("alerts.emptyTitle")}
      note={
        since === null
          ? t("alerts.emptyNote")
          : t("alerts.emptySince", { time: format.moment(since) })
      }
    />
  );
}

/** Open alerts are left, but they ask nobody: that is no green. */
function OnlyMuted() {
  const t = useT();
  return (
    <PanelEmpty
      icon={<BellOff aria-hidden size={20} />}
      title={t("mute.onlyTitle")}
      note={t("mute.onlyNote")}
    />
  );
}

/** None is open here: the trouble is elsewhere, or the news is old and claims no calm. */
function NoneHere({ old }: { old: boolean }) {
  const t = useT();
  const note = t(old ? "alerts.emptyOld" : "alerts.emptyElsewhere");
  return <PanelEmpty title={t("alerts.emptyTitle")} note={note} />;
}

function Count({ alerts, old }: { alerts: readonly Alert[]; old: boolean }) {
  const t = useT();
  const { may } = useAlertWork();
  const unowned = alerts.filter((alert) => alert.owner === null && may(alert)).length;
  if (alerts.length === 0) return null;
  return (
    <span className="inline-flex items-center gap-2">
      <b
        className="noc-count"
        aria-label={t.count("alerts.open", alerts.length)}
        // A bare element may not be named.
        role="img"
      >
        {alerts.length}
      </b>
      {unowned > 0 && !old && t("alerts.unowned", { n: unowned })}
    </span>
  );
}

/** Open and acknowledged alerts; new ones wait above while the pointer is on the list. */
export function TableAlerts({
  alerts,
  calm = true,
  calmSince = null,
  condition = READY,
  openId = null,
  onOpen,
  views,
}: TableAlertsProps) {
  const t = useT();
  const title = t("alerts.title");
  const { active: sorted, groups } = sortMuted((alerts ?? []).toSorted(byGravity));
  const { items, waiting, hold, release } = useHeld(sorted, (alert) => alert.alert_id);
  const shown = settled(alerts, condition);
  return (
    <Card
      title={title}
      note={showsContent(shown) && <Count alerts={sorted} old={shown.kind !== "ready"} />}
      aside={
        <>
          {waiting > 0 && (
            <Button size="row" look="tonal" onClick={release}>
              {t.count("alerts.newOnes", waiting)} ↑
            </Button>
          )}
          <ConditionMark condition={shown} />
          {views}
        </>
      }
      className="noc-alerts"
    >
      <PanelState name={title} condition={shown} shape="list">
        {items.length > 0 ? (
          <ul {...hold}>
            {items.map((alert) => (
              <AlertRow
                key={alert.alert_id}
                alert={alert}
                current={alert.alert_id === openId}
                {...(onOpen && { onOpen })}
              />
            ))}
          </ul>
        ) : groups.length > 0 ? (
          <OnlyMuted />
        ) : calm && shown.kind === "ready" ? (
          <Calm since={calmSince} />
        ) : (
          <NoneHere old={shown.kind !== "ready"} />
        )}
        <MutedGroups groups={groups} openId={openId} onOpen={onOpen} />
      </PanelState>
    </Card>
  );
}
