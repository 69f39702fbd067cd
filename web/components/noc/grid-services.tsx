"use client";

import { Server } from "lucide-react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import { compareStatus } from "@/lib/noc/status";
import type { Company, Service } from "@/lib/noc/types";
import type { CutOff } from "@/lib/noc/types/workers";
import { Card } from "../ui/card";
import { Table, TableCell, TableHead, TableRow } from "../ui/table";
import { Age } from "./age";
import { CutOffs } from "./health/cut-offs";
import { PlanButton } from "./maintenance/plan-button";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  READY,
  settled,
  type Condition,
} from "./panel-state";
import { StatusPill } from "./status-pill";

export interface GridServicesProps {
  services: readonly Service[] | null;
  /** Providers that nobody calls now; said above the services. */
  cut_off?: readonly CutOff[];
  /** For the names of companies that a provider is not called for. */
  companies?: readonly Company[];
  condition?: Condition;
  /** A service was chosen, to filter the page by it. */
  onSelect?: (service: string) => void;
}

/** "—" in support grey: not measured, or not for this reader. */
function Measured({ text }: { text: string | null }) {
  return text === null ? <span className="text-fg-3">—</span> : text;
}

function NameCell({
  service,
  onSelect,
}: { service: Service } & Pick<GridServicesProps, "onSelect">) {
  const t = useT();
  const name = serviceName(t, service.service_name);
  return (
    <TableCell className="font-medium">
      {onSelect ? (
        <button
          type="button"
          onClick={() => onSelect(service.service_name)}
          className="underline-offset-4 hover:underline"
        >
          {name}
        </button>
      ) : (
        name
      )}
      <span className="ml-2 text-micro font-normal text-fg-3">{t(`kind.${service.kind}`)}</span>
    </TableCell>
  );
}

function ServiceRow({
  service,
  onSelect,
}: { service: Service } & Pick<GridServicesProps, "onSelect">) {
  const t = useT();
  const format = useFormat();
  const { p95_ms, error_rate, count, checked_at, reason } = service;
  return (
    <TableRow>
      <NameCell service={service} {...(onSelect && { onSelect })} />
      <TableCell>
        <span className="flex items-center gap-1.5">
          <StatusPill status={service.status} />
          {service.until !== null && (
            <span className="text-micro text-fg-3">
              {t("maintenance.until", { time: format.time(service.until) })}
            </span>
          )}
          {reason !== null && <span className="text-micro text-fg-3">{t(`reason.${reason}`)}</span>}
        </span>
      </TableCell>
      <TableCell className="text-fg-2">
        {service.since === null ? <Measured text={null} /> : <Age at={service.since} bare />}
      </TableCell>
      <TableCell numeric>
        <Measured text={p95_ms === null ? null : format.ms(p95_ms)} />
      </TableCell>
      <TableCell numeric className={error_rate === 0 ? "text-fg-3" : ""}>
        <Measured text={error_rate === null ? null : format.percent(error_rate)} />
      </TableCell>
      <TableCell
        numeric
        className={count === 0 ? "text-fg-3" : ""}
        {...(checked_at !== null && { title: format.instant(checked_at) })}
      >
        <Measured text={count === null ? null : format.number(count)} />
      </TableCell>
    </TableRow>
  );
}

/** Every service that the reader may see, worst first, then by name. */
export function GridServices({
  services,
  cut_off = [],
  companies = [],
  condition = READY,
  onSelect,
}: GridServicesProps) {
  const t = useT();
  const title = t("services.title");
  const shown = settled(services, condition);
  const rows = (services ?? []).toSorted(
    (a, b) =>
      compareStatus(a.status, b.status) ||
      serviceName(t, a.service_name).localeCompare(serviceName(t, b.service_name)),
  );
  return (
    <Card
      title={title}
      note={t("services.note")}
      aside={
        <>
          <ConditionMark condition={shown} />
          {services !== null && <PlanButton />}
        </>
      }
    >
      <PanelState name={title} condition={shown} shape="table">
        <CutOffs cut_off={cut_off} companies={companies} />
        {rows.length === 0 ? (
          <PanelEmpty
            icon={<Server aria-hidden size={16} />}
            title={t("services.emptyTitle")}
            note={t("services.emptyNote")}
          />
        ) : (
          <Table label={title}>
            <thead>
              <tr>
                <TableHead>{t("services.service")}</TableHead>
                <TableHead>{t("services.status")}</TableHead>
                <TableHead>{t("services.since")}</TableHead>
                <TableHead numeric>{t("services.p95")}</TableHead>
                <TableHead numeric>{t("services.errors")}</TableHead>
                <TableHead numeric>{t("services.n")}</TableHead>
              </tr>
            </thead>
            <tbody>
              {rows.map((service) => (
                <ServiceRow
                  key={service.service_name}
                  service={service}
                  {...(onSelect && { onSelect })}
                />
              ))}
            </tbody>
          </Table>
        )}
      </PanelState>
    </Card>
  );
}
