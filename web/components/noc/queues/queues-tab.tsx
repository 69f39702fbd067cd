"use client";

import { MessageSquare } from "lucide-react";
import { useMedia } from "@/hooks/use-media";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useQueue } from "@/hooks/use-tab-reads";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Filter, Me } from "@/lib/noc/types";
import { Button } from "../../ui/button";
import { PanelEmpty, settled } from "../panel-state";
import { TabFrame } from "../tabs/tab-frame";
import { QueueCards } from "./queue-cards";
import { QueueTable } from "./queue-table";

export interface QueuesTabProps {
  filter: Filter;
  me: Me | null;
  openId: string | null;
  onOpen: (company_cnpj: string) => void;
  /** Shows every company again; null where the page's filter is not narrower. */
  onWiden: (() => void) | null;
}

/** The WhatsApp queue of each company: what waits, what holds it, and the way to pause it. */
export function QueuesTab({ filter, me, openId, onOpen, onWiden }: QueuesTabProps) {
  const t = useT();
  const format = useFormat();
  const read = useQueue(filter);
  const phone = useMedia("(width <= 640px)");
  const queue = read.data?.data ?? null;
  const List = phone ? QueueCards : QueueTable;
  return (
    <TabFrame
      name={t("queue.title")}
      condition={settled(queue, useReadCondition(read))}
      footer={
        queue !== null && (
          <>
            <span role="status">
              {[
                t.count("queue.shown", queue.companies.length),
                me !== null &&
                  me.companies.length > 1 &&
                  t("queue.ofAll", { n: format.number(me.companies.length) }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <span className="grow" />
            <time dateTime={queue.at}>{t("tabs.updated", { time: format.second(queue.at) })}</time>
          </>
        )
      }
    >
      {queue !== null &&
        (queue.companies.length === 0 ? (
          <PanelEmpty
            icon={<MessageSquare aria-hidden size={16} />}
            title={t("queue.emptyTitle")}
            note={t("queue.emptyNote")}
            action={onWiden !== null && <Button onClick={onWiden}>{t("queue.emptyNext")}</Button>}
          />
        ) : (
          <List queue={queue} me={me} openId={openId} onOpen={onOpen} />
        ))}
    </TabFrame>
  );
}
