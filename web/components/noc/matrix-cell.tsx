"use client";

import clsx from "clsx";
import type { Format } from "@/lib/noc/format";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import { looks } from "@/lib/noc/status";
import type { MatrixCell as Cell, MatrixCompany } from "@/lib/noc/types";
import { StatusShape } from "./status-shape";
import { placeId } from "./use-grid-focus";

export interface MatrixCellProps {
  company: MatrixCompany;
  service: string;
  cell: Cell | undefined;
  place: { row: number; column: number };
  reachable: boolean;
  onFocus: () => void;
  onOpen: (() => void) | undefined;
}

/** Healthy is a ring; what is wrong has its ground, its edge and its value. */
function Face({ cell, text }: { cell: Cell | undefined; text: string | null }) {
  const t = useT();
  if (cell === undefined) return <span className="noc-cell text-fg-3">–</span>;
  const look = looks[cell.status];
  if (!look.loud) {
    return (
      <span className="noc-cell">
        <StatusShape status={cell.status} size={13} className="opacity-80" />
      </span>
    );
  }
  return (
    <span className={clsx("noc-cell noc-cell-loud", look.scope)} data-status={cell.status}>
      <StatusShape status={cell.status} size={12} />
      <span className="truncate">{text ?? t(look.word)}</span>
    </span>
  );
}

/** What stands beside the shape: until when, or how much; null: the word of the state. */
function textOf(t: Translate, format: Format, cell: Cell): string | null {
  if (cell.status === "NO_DATA") return null;
  if (cell.until !== null) {
    return t("maintenance.until", { time: format.time(cell.until) });
  }
  return cell.value === null || cell.unit === "status" ? null : format.value(cell.value, cell.unit);
}

export function MatrixCell(props: MatrixCellProps) {
  const { company, service, cell, place, reachable, onFocus, onOpen } = props;
  const t = useT();
  const format = useFormat();
  const value = cell === undefined ? null : textOf(t, format, cell);
  const names = { company: company.name, service: serviceName(t, service) };
  const status = cell === undefined ? t("matrix.unused") : t(looks[cell.status].word);
  const label =
    value === null
      ? t("matrix.cell", { ...names, status })
      : t("matrix.cellValue", { ...names, status, value });
  const sample = cell?.count == null ? "" : ` · ${t("kpi.n", { n: format.number(cell.count) })}`;
  return (
    <td
      role="gridcell"
      tabIndex={reachable ? 0 : -1}
      data-place={placeId(place)}
      aria-label={label}
      title={`${label}${sample}`}
      onFocus={onFocus}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (event.key === "Enter") onOpen?.();
      }}
      className={clsx(
        "border-b border-line-1 p-0 group-last:border-b-0",
        onOpen && cell && "cursor-pointer",
      )}
    >
      <Face cell={cell} text={value} />
    </td>
  );
}
