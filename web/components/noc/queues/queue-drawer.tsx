"use client";

import { useQueue } from "@/hooks/use-tab-reads";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import { DrawerHead } from "../drawer-head";
import { SideDrawer } from "../side-drawer";
import { useDrawerFocus } from "../use-drawer-focus";
import { MessageList } from "./message-list";
import { QueueState } from "./queue-state";

const HEADING = "queue-heading";

export interface QueueDrawerProps {
  company_cnpj: string;
  me: Me | null;
  onClose: () => void;
}

/** The messages of one company beside the page. */
export function QueueDrawer({ company_cnpj, me, onClose }: QueueDrawerProps) {
  const t = useT();
  const format = useFormat();
  useDrawerFocus(HEADING, "data-queue", company_cnpj);
  const read = useQueue({ company_cnpj, group_id: null }).data?.data;
  const queue = read?.companies.find((one) => one.company_cnpj === company_cnpj) ?? null;
  const company = me?.companies.find((one) => one.company_cnpj === company_cnpj);
  const name = queue?.company_name ?? company?.name ?? format.cnpj(company_cnpj);
  return (
    <SideDrawer
      headingId={HEADING}
      header={
        <DrawerHead
          headingId={HEADING}
          title={name}
          note={
            <span className="flex flex-wrap items-center gap-x-3">
              {t("message.title")}
              {queue !== null && <QueueState queue={queue} />}
            </span>
          }
          closeLabel={t("message.close")}
          onClose={onClose}
        />
      }
      className="overflow-hidden"
      onClose={onClose}
    >
      <MessageList
        key={company_cnpj}
        company_cnpj={company_cnpj}
        queue={queue}
        operates={queue?.can_operate ?? me?.can_operate === true}
      />
    </SideDrawer>
  );
}
