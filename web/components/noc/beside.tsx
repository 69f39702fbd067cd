"use client";

import { useIncident } from "@/hooks/use-incident";
import type { NocPlace } from "@/hooks/use-noc-place";
import type { Alert, Me } from "@/lib/noc/types";
import { IncidentDrawer, type IncidentDrawerProps } from "./incident/drawer";
import { JobDrawer } from "./jobs/job-drawer";
import { QueueDrawer } from "./queues/queue-drawer";

/** The open alert's drawer, with what is read for it. */
function Incident({ alerts, ...rest }: Omit<IncidentDrawerProps, "known" | "read"> & { alerts: readonly Alert[] }) {
  const read = useIncident(rest.alert_id);
  const known = alerts.find((alert) => alert.alert_id === rest.alert_id) ?? null;
  return <IncidentDrawer known={known} read={read} {...rest} />;
}

export interface BesideProps {
  place: NocPlace;
  me: Me | null;
  alerts: readonly Alert[];
}

/** What is open beside the page: an alert, a company's messages, a job, or nothing. */
export function Beside({ place, me, alerts }: BesideProps) {
  const { alert_id, queue, job_id, open, close } = place;
  if (alert_id !== null) {
    return (
      <Incident key={alert_id} alert_id={alert_id} alerts={alerts} onOpen={open} onClose={close} />
    );
  }
  if (queue !== null) {
    return <QueueDrawer key={queue} company_cnpj={queue} me={me} onClose={close} />;
  }
  if (job_id !== null) return <JobDrawer key={job_id} job_id={job_id} onClose={close} />;
  return null;
}
