"use client";

import { useFormat, useT } from "@/lib/noc/i18n";
import { looks } from "@/lib/noc/status";
import type { MatrixCompany } from "@/lib/noc/types";
import { CompanyMenu } from "./actions/company-menu";
import { MatrixCell } from "./matrix-cell";
import { MatrixHead } from "./matrix-head";
import { StatusShape } from "./status-shape";
import { useGridFocus } from "./use-grid-focus";
import type { Held } from "./use-held";

/** px; narrower, a value would be cut: the grid scrolls sideways instead. */
const NAME_WIDTH = 196;
const CELL_WIDTH = 98;

function RowHead({ company, reachable }: { company: MatrixCompany; reachable: boolean }) {
  const t = useT();
  const format = useFormat();
  return (
    <th
      role="rowheader"
      scope="row"
      title={`${company.name} · ${format.cnpj(company.company_cnpj)}`}
      className="h-(--h-row) border-b border-line-1 p-0 text-left group-last:border-b-0 font-medium"
    >
      <span className="noc-row-name relative flex items-center gap-2 pr-2 pl-3">
        <StatusShape status={company.status} size={14} label={t(looks[company.status].word)} />
        <span className="min-w-0 grow truncate">{company.name}</span>
        <CompanyMenu company={company} reachable={reachable} />
      </span>
    </th>
  );
}

export interface MatrixGridProps {
  services: readonly string[];
  /** Every company, for the counts of the headers. */
  all: readonly MatrixCompany[];
  /** Those that are shown. */
  companies: readonly MatrixCompany[];
  onOpen: ((company_cnpj: string, service: string) => void) | undefined;
  /** Handlers that keep the order under the pointer. */
  hold: Held<MatrixCompany>["hold"];
}

/** Rows of companies; one stop of Tab, arrows inside it. */
export function MatrixGrid({ services, all, companies, onOpen, hold }: MatrixGridProps) {
  const t = useT();
  const { at, setAt, grid } = useGridFocus(companies.length, services.length);
  return (
    <div className="noc-scroll overflow-x-auto">
      <table
        role="grid"
        aria-label={t("matrix.title")}
        className="noc-matrix"
        style={{ minWidth: NAME_WIDTH + services.length * CELL_WIDTH }}
        {...grid}
        {...hold}
      >
        <MatrixHead services={services} companies={all} />
        <tbody>
          {companies.map((company, row) => (
            <tr key={company.company_cnpj} role="row" className="group hover:bg-hover">
              <RowHead company={company} reachable={at.row === row} />
              {services.map((service, column) => {
                const cell = company.cells.find((each) => each.service === service);
                return (
                  <MatrixCell
                    key={service}
                    company={company}
                    service={service}
                    cell={cell}
                    place={{ row, column }}
                    reachable={at.row === row && at.column === column}
                    onFocus={() => setAt({ row, column })}
                    onOpen={cell && onOpen && (() => onOpen(company.company_cnpj, service))}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
