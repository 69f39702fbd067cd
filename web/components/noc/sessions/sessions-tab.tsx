"use client";

import { UsersRound } from "lucide-react";
import { useMedia } from "@/hooks/use-media";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useSessions } from "@/hooks/use-tab-reads";
import { DEFAULT_RANGE, ranges } from "@/lib/noc/filters";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Filter, Range } from "@/lib/noc/types";
import type { CompanySessions, Sessions } from "@/lib/noc/types/sessions";
import { Button } from "../../ui/button";
import { Table, TableCell, TableHead, TableRow } from "../../ui/table";
import { Age } from "../age";
import { Count } from "../count";
import { useNow } from "../now";
import { PanelEmpty, settled } from "../panel-state";
import { Sparkline } from "../sparkline";
import { TabFrame } from "../tabs/tab-frame";

function Figure({ n, word, hint }: { n: number; word: string; hint?: string }) {
  const format = useFormat();
  return (
    <p className="whitespace-nowrap" title={hint}>
      <b className="text-kpi font-semibold">{format.number(n)}</b>{" "}
      <span className="text-small text-fg-2">{word}</span>
    </p>
  );
}

function Head({ sessions, range }: { sessions: Sessions; range: string }) {
  const t = useT();
  const format = useFormat();
  const { active, people, spark } = sessions;
  const measured = spark.filter((value) => value !== null);
  const said =
    measured.length === 0
      ? t("sessions.sparkNone", { range })
      : t("sessions.sparkSaid", { range, most: format.number(Math.max(...measured)) });
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 px-3 py-3">
      <Figure
        n={active}
        word={t(active === 1 ? "sessions.active.one" : "sessions.active.other")}
        hint={t("sessions.activeHint")}
      />
      <Figure n={people} word={t(people === 1 ? "sessions.people.one" : "sessions.people.other")} />
      <div role="img" aria-label={said} className="min-w-48 grow basis-48">
        <Sparkline spark={spark} />
        <span aria-hidden className="text-micro text-fg-3">
          {t("sessions.spark", { range })}
        </span>
      </div>
    </div>
  );
}

function When({ at }: { at: string | null }) {
  const format = useFormat();
  const now = useNow();
  if (at === null) return <span className="text-fg-3">–</span>;
  const today = now === null ? null : new Date(now).toISOString();
  return (
    <time dateTime={at} title={`${format.instant(at)} ${format.zone}`}>
      {format.near(at, today)}
    </time>
  );
}

function Seen({ at }: { at: string | null }) {
  const t = useT();
  return at === null ? <span className="text-fg-3">{t("sessions.never")}</span> : <Age at={at} />;
}

function SessionsTable({ companies }: { companies: readonly CompanySessions[] }) {
  const t = useT();
  return (
    <Table label={t("sessions.title")}>
      <thead>
        <tr>
          <TableHead>{t("sessions.column.company")}</TableHead>
          <TableHead numeric title={t("sessions.activeHint")}>
            {t("sessions.column.active")}
          </TableHead>
          <TableHead numeric>{t("sessions.column.people")}</TableHead>
          <TableHead numeric>{t("sessions.column.most")}</TableHead>
          <TableHead numeric>{t("sessions.column.mostAt")}</TableHead>
          <TableHead numeric>{t("sessions.column.seen")}</TableHead>
        </tr>
      </thead>
      <tbody>
        {companies.map((one) => (
          <TableRow key={one.company_cnpj}>
            <TableCell className="w-full max-w-0 truncate font-medium">{one.company_name}</TableCell>
            <TableCell numeric>
              <Count n={one.active} />
            </TableCell>
            <TableCell numeric>
              <Count n={one.people} />
            </TableCell>
            <TableCell numeric>
              <Count n={one.concurrent_max} />
            </TableCell>
            <TableCell numeric>
              <When at={one.concurrent_max_at} />
            </TableCell>
            <TableCell numeric className="text-fg-2">
              <Seen at={one.last_seen_at} />
            </TableCell>
          </TableRow>
        ))}
      </tbody>
    </Table>
  );
}

function SessionsCards({ companies }: { companies: readonly CompanySessions[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ul aria-label={t("sessions.title")} className="grid gap-2 px-3 pb-3">
      {companies.map((one) => (
        <li key={one.company_cnpj} className="grid gap-1 rounded-panel border border-line-1 p-3">
          <span className="font-semibold">{one.company_name}</span>
          <p className="flex flex-wrap gap-x-4 text-small text-fg-2">
            <span>{`${t("sessions.column.active")} ${format.number(one.active)}`}</span>
            <span>{`${t("sessions.column.people")} ${format.number(one.people)}`}</span>
            <span>
              {`${t("sessions.column.most")} ${format.number(one.concurrent_max)} · `}
              <When at={one.concurrent_max_at} />
            </span>
          </p>
          <p className="text-small text-fg-3">
            {t("sessions.column.seen")} <Seen at={one.last_seen_at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

export interface SessionsTabProps {
  filter: Filter;
  /** Shows a longer range. */
  onRange: (range: Range) => void;
}

/** Who uses the dashboards now, and how many at most at the same time. */
export function SessionsTab({ filter, onRange }: SessionsTabProps) {
  const t = useT();
  const format = useFormat();
  const phone = useMedia("(width <= 640px)");
  const read = useSessions(filter);
  const sessions = read.data?.data ?? null;
  const range = filter.range ?? DEFAULT_RANGE;
  const wider = ranges[ranges.indexOf(range) + 1];
  const List = phone ? SessionsCards : SessionsTable;
  return (
    <TabFrame
      name={t("sessions.title")}
      condition={settled(sessions, useReadCondition(read))}
      footer={
        sessions !== null && (
          <>
            <span role="status">{t.count("sessions.shown", sessions.companies.length)}</span>
            <span className="grow" />
            <time dateTime={sessions.at}>
              {t("tabs.updated", { time: format.second(sessions.at) })}
            </time>
          </>
        )
      }
    >
      {sessions !== null &&
        (sessions.companies.length === 0 ? (
          <PanelEmpty
            icon={<UsersRound aria-hidden size={16} />}
            title={t("sessions.emptyTitle")}
            note={t("sessions.emptyNote")}
            action={
              wider !== undefined && (
                <Button
                  onClick={() => {
                    onRange(wider);
                  }}
                >
                  {t("sessions.widen", { range: t(`range.${wider}`) })}
                </Button>
              )
            }
          />
        ) : (
          <>
            <Head sessions={sessions} range={t(`range.${range}`)} />
            <List companies={sessions.companies} />
          </>
        ))}
    </TabFrame>
  );
}
