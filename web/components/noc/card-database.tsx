"use client";

import clsx from "clsx";
import { databaseFacts, type Fact } from "@/lib/noc/database-facts";
import { useFormat, useT } from "@/lib/noc/i18n";
import { looks, worstStatus } from "@/lib/noc/status";
import type { Database } from "@/lib/noc/types";
import { Card } from "../ui/card";
import { Age } from "./age";
import {
  ConditionMark,
  PanelState,
  READY,
  settled,
  showsContent,
  type Condition,
} from "./panel-state";
import { StatusPill } from "./status-pill";
import { StatusShape } from "./status-shape";

export interface CardDatabaseProps {
  /** Null for who may not see it, with condition `forbidden`, or before the first answer. */
  database: Database | null;
  condition?: Condition;
}

function FactItem({ fact }: { fact: Fact }) {
  const t = useT();
  const look = looks[fact.status];
  return (
    <div className={clsx("min-w-0 border-t border-line-1 px-3 py-2", look.scope)}>
      <dt className="flex items-center gap-1.5 text-small text-fg-2">
        <StatusShape status={fact.status} size={12} label={t(look.word)} />
        <span className="truncate">{fact.label}</span>
      </dt>
      <dd className="flex items-baseline gap-2 pl-[18px] whitespace-nowrap">
        <span className={clsx("text-title font-semibold", look.loud && "text-state-fg")}>
          {fact.value}
        </span>
        {fact.limit !== null && <span className="text-micro text-fg-3">{fact.limit}</span>}
      </dd>
    </div>
  );
}

/** The health of PostgreSQL itself, sampled by the tick. */
export function CardDatabase({ database, condition = READY }: CardDatabaseProps) {
  const t = useT();
  const format = useFormat();
  const title = t("database.title");
  const shown = settled(database, condition);
  const facts = database === null ? [] : databaseFacts(database, t, format);
  const worst = worstStatus(facts.map((fact) => fact.status));
  const fresh = shown.kind === "ready";
  return (
    <Card
      title={title}
      note={
        database?.sampled_at != null &&
        showsContent(shown) && (
          <>
            {t("database.sampledAt")} <Age at={database.sampled_at} />
          </>
        )
      }
      aside={
        fresh && worst !== null ? (
          <StatusPill status={worst} className="pr-1" />
        ) : (
          <ConditionMark condition={shown} />
        )
      }
    >
      <PanelState name={title} condition={shown} shape="facts">
        <dl className="noc-facts">
          {facts.map((fact) => (
            <FactItem key={fact.label} fact={fact} />
          ))}
        </dl>
      </PanelState>
    </Card>
  );
}
