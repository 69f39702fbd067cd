"use client";

import { Building2 } from "lucide-react";
import { memo, useState } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { compareStatus, legend, looks } from "@/lib/noc/status";
import type { Matrix, MatrixCompany } from "@/lib/noc/types";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Segments } from "../ui/radio-group";
import { MatrixGrid } from "./matrix-grid";
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

/** As many rows as fit beside the alerts; more are asked for. */
const FIRST_ROWS = 12;
const MORE_ROWS = 100;

export interface CompanyMatrixProps {
  /** Null before the first answer. */
  matrix: Matrix | null;
  condition?: Condition;
  onOpen?: (company_cnpj: string, service: string) => void;
}

type Shown = "bad" | "all";

/** What money depends on stands first, also where a narrow screen shows few columns. */
const COLUMNS = ["omie", "f360", "whatsapp", "llm", "banks", "api"];
const placeOf = (service: string) => {
  const place = COLUMNS.indexOf(service);
  return place === -1 ? COLUMNS.length : place;
};
const byUse = (a: string, b: string) => placeOf(a) - placeOf(b) || a.localeCompare(b);

const byGravity = (a: MatrixCompany, b: MatrixCompany) =>
  compareStatus(a.status, b.status) || a.name.localeCompare(b.name, "pt-BR");

/** Shape and word of every state: the same screen explains its own signs. */
function Legend() {
  const t = useT();
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1 text-fg-2" aria-label={t("matrix.legend")}>
      {legend.map((status) => (
        <li key={status} className="inline-flex items-center gap-1">
          <StatusShape status={status} size={12} />
          {t(looks[status].word)}
        </li>
      ))}
    </ul>
  );
}

/** Which company has what: companies down, services across, worst first. */
export const CompanyMatrix = memo(function CompanyMatrix({
  matrix,
  condition = READY,
  onOpen,
}: CompanyMatrixProps) {
  const t = useT();
  const format = useFormat();
  const [shown, setShown] = useState<Shown>("all");
  const [limit, setLimit] = useState(FIRST_ROWS);
  const sorted = (matrix?.companies ?? []).toSorted(byGravity);
  const { items, hold } = useHeld(sorted, (company) => company.company_cnpj);
  const bad = items.filter((company) => looks[company.status].loud);
  const chosen = shown === "bad" ? bad : items;
  const rows = chosen.slice(0, limit);
  const title = t("matrix.title");
  const current = settled(matrix, condition);
  const full = showsContent(current) && items.length > 0;
  const empty = current.kind === "ready" && items.length === 0;

  const footer = (
    <>
      <Legend />
      <span className="grow" />
      {rows.length < chosen.length && (
        <Button size="row" look="ghost" onClick={() => setLimit(limit + MORE_ROWS)}>
          {t("matrix.more", { n: format.number(chosen.length - rows.length) })}
        </Button>
      )}
      <span>
        {t("matrix.shown", {
          shown: format.number(rows.length),
          total: format.number(items.length),
        })}{" "}
        · {t.count("matrix.normal", items.length - bad.length)}
      </span>
    </>
  );
  return (
    <Card
      title={title}
      note={t("matrix.note")}
      aside={
        <>
          <ConditionMark condition={current} />
          {full && (
            <Segments<Shown>
              label={t("matrix.show")}
              value={shown}
              onChange={setShown}
              choices={[
                { value: "bad", label: t("matrix.withProblem", { n: format.number(bad.length) }) },
                { value: "all", label: t("matrix.all", { n: format.number(items.length) }) },
              ]}
            />
          )}
        </>
      }
      {...(full && { footer })}
    >
      <PanelState name={title} condition={current} shape="matrix">
        {empty ? (
          <PanelEmpty
            icon={<Building2 aria-hidden size={16} />}
            title={t("matrix.emptyTitle")}
            note={t("matrix.emptyNote")}
          />
        ) : matrix?.services.length === 0 ? (
          <PanelEmpty
            icon={<StatusShape status="NO_DATA" size={20} />}
            title={t("matrix.noCallsTitle")}
            note={t("matrix.noCallsNote")}
          />
        ) : rows.length === 0 ? (
          <PanelEmpty
            icon={<StatusShape status="UP" size={20} />}
            title={t("matrix.noneBad")}
            note={t("matrix.noneBadNote", { n: format.number(items.length) })}
          />
        ) : (
          <MatrixGrid
            services={(matrix?.services ?? []).toSorted(byUse)}
            all={items}
            companies={rows}
            onOpen={onOpen}
            hold={hold}
          />
        )}
      </PanelState>
    </Card>
  );
});
