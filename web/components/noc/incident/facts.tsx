"use client";

import type { ReactNode } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { severityWord } from "@/lib/noc/incident-said";
import { isRecovering, untilSaid } from "@/lib/noc/sentence";
import type { Timeline } from "@/lib/noc/types";
import { Age } from "../age";
import { AlertOwner } from "../alert-owner";
import { useNow } from "../now";

function Fact({ label, more, children }: { label: string; more?: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-micro text-fg-3">{label}</dt>
      <dd className="flex min-h-[22px] flex-wrap items-center gap-x-1.5 font-[550] whitespace-nowrap">
        {children}
        {more && <span className="font-normal text-fg-3">{more}</span>}
      </dd>
    </div>
  );
}

function Value({ story: { alert } }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  const { value, threshold, unit, state } = alert;
  const label = t(state === "closed" ? "incident.lastValue" : "incident.value");
  if (value === null || unit === "status") return null;
  const limit =
    threshold === null ? null : t("incident.limit", { value: format.value(threshold, unit) });
  const recovering = state !== "closed" && isRecovering(alert) ? t("alert.recovering") : null;
  return (
    <Fact label={label} more={[limit, recovering].filter(Boolean).join(" · ")}>
      {format.value(value, unit)}
    </Fact>
  );
}

/** How bad it was while it lasted; a status has no figures. */
function Worst({ story: { alert } }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  const { worst_value: worst, mean_value: mean, unit } = alert;
  if (worst === null || mean === null) return null;
  return (
    <Fact
      label={t("incident.worstValue")}
      more={t("incident.mean", { value: format.value(mean, unit) })}
    >
      {format.value(worst, unit)}
    </Fact>
  );
}

function ToAck({ story }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { alert, seconds_to_ack: seconds } = story;
  const today = now === null ? null : new Date(now).toISOString();
  const until =
    alert.ack_until === null
      ? null
      : t("incident.validUntil", { time: untilSaid(format, alert.ack_until, today) });
  const none = alert.state === "closed" ? "incident.never" : "incident.notYet";
  return (
    <Fact label={t("incident.toAck")} more={until}>
      {seconds === null ? t(none) : format.duration(seconds)}
    </Fact>
  );
}

/** Since when, how far beyond the limit, who has it, how fast it was seen and ended. */
export function Facts({ story }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { alert, can_work: works, seconds_to_close: closed } = story;
  const today = now === null ? null : new Date(now).toISOString();
  const graver =
    alert.severity_max === alert.severity
      ? null
      : t("incident.worst", { status: severityWord(t, alert.severity_max) });
  return (
    <dl
      aria-label={t("incident.facts")}
      className="grid shrink-0 grid-cols-2 gap-x-6 gap-y-2 border-b border-line-1 px-3 py-3 tablet:flex tablet:flex-wrap tablet:justify-between tablet:px-5"
    >
      <Fact label={t("incident.start")} more={<Age at={alert.opened_at} />}>
        {format.near(alert.opened_at, today)}
      </Fact>
      <Value story={story} />
      <Worst story={story} />
      <Fact label={t("incident.owner")}>
        {works || alert.state === "ack" ? (
          <AlertOwner alert={alert} className="max-w-44" />
        ) : (
          <span className="font-normal text-fg-3">{t("incident.ownerHidden")}</span>
        )}
      </Fact>
      <ToAck story={story} />
      {closed !== null && (
        <Fact label={t("incident.length")} more={graver}>
          {format.duration(closed)}
        </Fact>
      )}
      {closed === null && graver !== null && (
        <Fact label={t("services.status")} more={graver}>
          {severityWord(t, alert.severity)}
        </Fact>
      )}
    </dl>
  );
}
