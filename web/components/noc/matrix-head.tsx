"use client";

import { useT } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import { looks, worstStatus } from "@/lib/noc/status";
import type { MatrixCompany } from "@/lib/noc/types";
import { StatusShape } from "./status-shape";

/** The worst state of a column and how many companies are in it; nothing while all is well. */
function Worst({ service, companies }: { service: string; companies: readonly MatrixCompany[] }) {
  const t = useT();
  const states = companies.flatMap(
    (company) => company.cells.find((cell) => cell.service === service)?.status ?? [],
  );
  const worst = worstStatus(states);
  if (worst === null || !looks[worst].loud) return null;
  const count = states.filter((state) => state === worst).length;
  return (
    <span
      className={`inline-flex items-center gap-1 font-semibold text-state-fg ${looks[worst].scope}`}
      title={t("matrix.columnWorst", { n: count, status: t(looks[worst].word) })}
    >
      <StatusShape status={worst} size={12} label={t(looks[worst].word)} />
      {count}
    </span>
  );
}

export function MatrixHead({
  services,
  companies,
}: {
  services: readonly string[];
  companies: readonly MatrixCompany[];
}) {
  const t = useT();
  return (
    <thead>
      <tr role="row">
        <th role="columnheader" scope="col" className="noc-matrix-head noc-matrix-name">
          {t("matrix.company")}
        </th>
        {services.map((service) => (
          <th key={service} role="columnheader" scope="col" className="noc-matrix-head">
            <span className="flex items-center gap-1.5">
              <span className="truncate">{serviceName(t, service)}</span>
              <Worst service={service} companies={companies} />
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}
