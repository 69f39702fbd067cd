"use client";

import { useAlertWork } from "@/hooks/use-alert-work";
import type { HistoryRead } from "@/hooks/use-history";
import { DEFAULT_PERIOD, isNarrowed, PAGE_ROWS, widerThan, type HistoryFilter } from "@/lib/noc/history";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { View } from "@/lib/noc/filters";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Table, TableHead } from "../../ui/table";
import { AlertViews } from "../alert-views";
import { MoreButton } from "../more-button";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  settled,
  showsContent,
  type Condition,
} from "../panel-state";
import { onRowArrows } from "../row-arrows";
import { CsvButton } from "./csv-button";
import { HistoryRow } from "./row";
import { Toolbar } from "./toolbar";

type Ask = (part: Partial<HistoryFilter>) => void;

function Empty({ asked, onAsk }: { asked: HistoryFilter; onAsk: Ask }) {
  const t = useT();
  if (isNarrowed(asked)) {
    return (
      <PanelEmpty
        title={t("history.narrowTitle")}
        note={t("history.narrowNote")}
        action={
          <Button
            onClick={() => {
              onAsk({ severity: null, state: null, code: null });
            }}
          >
            {t("history.clear")}
          </Button>
        }
      />
    );
  }
  const wider = widerThan(asked.period);
  const period = t(`history.within.${asked.period ?? DEFAULT_PERIOD}`);
  return (
    <PanelEmpty
      title={t("history.emptyTitle")}
      note={wider === null ? t("history.emptyEver") : t("history.emptyNote", { period })}
      action={
        wider !== null && (
          <Button
            onClick={() => {
              onAsk({ period: wider });
            }}
          >
            {t("history.widen", { period: t(`history.within.${wider}`) })}
          </Button>
        )
      }
    />
  );
}

const columns = [
  { word: "history.column.alert", numeric: false, className: "" },
  { word: "history.column.state", numeric: false, className: "" },
  { word: "history.column.opened", numeric: true, className: "" },
  { word: "history.column.lasted", numeric: true, className: "" },
  { word: "history.column.toAck", numeric: true, className: "max-desk:hidden" },
] as const;
const owner = { word: "history.column.owner", numeric: false, className: "max-desk:hidden" } as const;

interface RowsProps extends Pick<HistoryRead, "alerts"> {
  openId: string | null;
  onOpen: (alert_id: string) => void;
}

function Rows({ alerts, openId, onOpen }: RowsProps) {
  const t = useT();
  const { may } = useAlertWork();
  // Who only reads is not told who works.
  const owned = alerts?.some(may) === true;
  const heads = owned ? [...columns, owner] : columns;
  return (
    <Table label={t("history.title")}>
      <thead className="max-tablet:sr-only">
        <tr>
          {heads.map(({ word, numeric, className }) => (
            <TableHead key={word} numeric={numeric} className={className}>
              {t(word)}
            </TableHead>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={onRowArrows} className="max-tablet:[&_td]:border-t">
        {alerts?.map((alert) => (
          <HistoryRow
            key={alert.alert_id}
            alert={alert}
            owned={owned}
            current={alert.alert_id === openId}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </Table>
  );
}

export interface HistoryProps {
  read: HistoryRead;
  asked: HistoryFilter;
  onAsk: Ask;
  onView: (view: View) => void;
  openId: string | null;
  onOpen: (alert_id: string) => void;
}

/** Every alert of a period, open or over: filtered by the database, read page by page. */
export function History({ read, asked, onAsk, onView, openId, onOpen }: HistoryProps) {
  const t = useT();
  const format = useFormat();
  const { alerts, total, view, onRetry } = read;
  const condition: Condition = view.kind === "error" ? { ...view, onRetry } : view;
  const shown = settled(alerts, condition);
  const known = showsContent(shown) && alerts !== null;
  const count = format.number(alerts?.length ?? 0);
  const left = Math.min(PAGE_ROWS, total - (alerts?.length ?? 0));
  return (
    <Card
      id="alerts"
      title={t("history.title")}
      note={
        known && (
          <b className="noc-count" role="img" aria-label={t.count("history.total", total)}>
            {format.number(total)}
          </b>
        )
      }
      aside={
        <>
          <ConditionMark condition={shown} />
          <AlertViews view="history" onView={onView} />
        </>
      }
      footer={
        known && (
          <span role="status">
            <b className="font-medium text-fg-1">
              {t.count("history.shown", total, { shown: count })}
            </b>
            {` · ${t(`history.within.${asked.period ?? DEFAULT_PERIOD}`)}`}
          </span>
        )
      }
      className="noc-alerts"
    >
      <Toolbar asked={asked} codes={read.codes} onAsk={onAsk}>
        <CsvButton total={known ? total : 0} question={read.question} />
      </Toolbar>
      <PanelState name={t("history.title")} condition={shown} shape="table">
        {alerts !== null && alerts.length === 0 ? (
          <Empty asked={asked} onAsk={onAsk} />
        ) : (
          <Rows alerts={alerts} openId={openId} onOpen={onOpen} />
        )}
        <MoreButton read={read} label={t("history.more", { n: format.number(Math.max(1, left)) })} />
      </PanelState>
    </Card>
  );
}
