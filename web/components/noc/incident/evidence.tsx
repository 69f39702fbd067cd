"use client";

import type { ReactNode } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { deedSaid, endpointSaid, probeSaid } from "@/lib/noc/evidence-said";
import { readable } from "@/lib/noc/sentence";
import type { Deed, Evidence, EvidenceEndpoint, EvidenceProbe, EvidenceQueue, EvidenceRequest } from "@/lib/noc/types-story";
import { StatusShape } from "../status-shape";

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  const heading = `evidence-${id}`;
  return (
    <section aria-labelledby={heading} className="mt-4">
      <h4 id={heading} className="pb-1 text-small font-[550] text-fg-2">
        {title}
      </h4>
      {children}
    </section>
  );
}

const line = "flex items-baseline gap-2 border-t border-line-1 py-1 text-small";

function None({ children }: { children: ReactNode }) {
  return <p className="border-t border-line-1 pt-1.5 text-small text-fg-3">{children}</p>;
}

function Time({ at }: { at: string }) {
  const format = useFormat();
  return (
    <time
      dateTime={at}
      title={`${format.instant(at)} ${format.zone}`}
      className="shrink-0 text-fg-3"
    >
      {format.second(at)}
    </time>
  );
}

function Endpoints({ endpoints }: { endpoints: readonly EvidenceEndpoint[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ul>
      {endpoints.map((one) => (
        <li key={one.endpoint} className={`${line} flex-wrap justify-between gap-y-0`}>
          <code className="min-w-0 break-all">{one.endpoint}</code>
          <span className="text-fg-3">{endpointSaid(t, format, one)}</span>
        </li>
      ))}
    </ul>
  );
}

function Requests({ requests }: { requests: readonly EvidenceRequest[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ul>
      {requests.map((one, index) => (
        <li key={index} className={line}>
          <Time at={one.at} />
          <code className="min-w-0 grow break-all">{one.endpoint}</code>
          <span className="shrink-0 text-fg-2">
            {one.status === 0 ? (
              t("evidence.noAnswer")
            ) : (
              <abbr title={t("evidence.status", { status: one.status })} className="no-underline">
                {one.status}
              </abbr>
            )}
          </span>
          <span className="shrink-0 text-right font-medium">{format.value(one.latency_ms, "ms")}</span>
        </li>
      ))}
    </ul>
  );
}

const outcomeStatus = { good: "UP", slow: "DEGRADED", bad: "DOWN" } as const;

function Probes({ probes }: { probes: readonly EvidenceProbe[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ul>
      {probes.map((one) => (
        <li key={one.checked_at} className={line}>
          <Time at={one.checked_at} />
          <StatusShape status={outcomeStatus[one.outcome]} size={12} className="self-center" />
          <span className="min-w-0 grow">{probeSaid(t, one)}</span>
          <span className="shrink-0 text-fg-3">{format.value(one.latency_ms, "ms")}</span>
        </li>
      ))}
    </ul>
  );
}

function Queue({ queue, at }: { queue: EvidenceQueue; at: string }) {
  const t = useT();
  const format = useFormat();
  const statuses = Object.entries(queue.statuses).toSorted(([one], [other]) => one.localeCompare(other));
  if (statuses.length === 0) return <None>{t("evidence.queueEmpty")}</None>;
  return (
    <dl>
      {statuses.map(([status, n]) => (
        <div key={status} className={`${line} justify-between`}>
          <dt className="text-fg-2">{t.find("evidence.queued", status) ?? readable(status)}</dt>
          <dd className="font-medium">{format.number(n ?? 0)}</dd>
        </div>
      ))}
      {queue.oldest_at !== null && (
        <div className={`${line} justify-between`}>
          <dt className="text-fg-2">{t("evidence.oldest")}</dt>
          <dd className="font-medium">
            {format.duration((Date.parse(at) - Date.parse(queue.oldest_at)) / 1000)}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Deeds({ deeds }: { deeds: readonly Deed[] }) {
  const t = useT();
  return (
    <ul>
      {deeds.map((one, index) => (
        <li key={index} className={line}>
          <Time at={one.at} />
          <span className="min-w-0 grow break-words">{deedSaid(t, one)}</span>
        </li>
      ))}
    </ul>
  );
}

export interface EvidenceProps {
  evidence: Evidence;
  /** Who only reads is not told what people did. */
  works: boolean;
}

/** What was kept when it opened: the worst, samples, probes, the queue, what people changed. */
export function EvidenceFacts({ evidence, works }: EvidenceProps) {
  const t = useT();
  const { taken_at, window_from, endpoints, requests, probes, queue, deeds } = evidence;
  return (
    <>
      {window_from !== null && (
        <Part id="endpoints" title={t("evidence.endpoints")}>
          {endpoints === null ? (
            <None>{t("evidence.endpointsNone")}</None>
          ) : (
            <Endpoints endpoints={endpoints} />
          )}
        </Part>
      )}
      {requests !== null && (
        <Part id="requests" title={t("evidence.requests")}>
          <Requests requests={requests} />
        </Part>
      )}
      {probes !== null && (
        <Part id="probes" title={t("evidence.probes")}>
          <Probes probes={probes} />
        </Part>
      )}
      {queue !== null && (
        <Part id="queue" title={t("evidence.queue")}>
          <Queue queue={queue} at={taken_at} />
        </Part>
      )}
      {works && (
        <Part id="deeds" title={t("evidence.deeds")}>
          {deeds === null ? <None>{t("evidence.deedsNone")}</None> : <Deeds deeds={deeds} />}
        </Part>
      )}
    </>
  );
}
