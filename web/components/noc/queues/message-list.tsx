"use client";

import { MessageSquare } from "lucide-react";
import { useState } from "react";
import { useMessages } from "@/hooks/use-tab-reads";
import { messageStates, type MessageFilter } from "@/lib/noc/api-tabs";
import { useFormat, useT } from "@/lib/noc/i18n";
import { messageName } from "@/lib/noc/queue-said";
import type { CompanyQueue, Message } from "@/lib/noc/types/queue";
import { Button } from "../../ui/button";
import { Segments } from "../../ui/radio-group";
import { ActionButton } from "../actions/action-button";
import { MoreButton } from "../more-button";
import { PanelEmpty, PanelState, settled, type Condition } from "../panel-state";
import { ResolveUnknown } from "../resolve-unknown";
import { onRowArrows } from "../row-arrows";
import { MessageRow } from "./message-row";

const ALL = "all";
const choices = [ALL, ...messageStates] as const;

interface ToolbarProps {
  state: MessageFilter | null;
  onState: (state: MessageFilter | null) => void;
  /** Null before the queues were read. */
  queue: CompanyQueue | null;
  /** Dead ones of the list that may be sent again. */
  dead: readonly Message[];
}

function Toolbar({ state, onState, queue, dead }: ToolbarProps) {
  const t = useT();
  const format = useFormat();
  const countOf = (value: (typeof choices)[number]) =>
    queue === null || value === ALL || value === "sent" || queue[value] === 0
      ? null
      : format.number(queue[value]);
  const first = dead[0];
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 py-2 tablet:px-5">
      <div className="noc-scroll -mx-1 max-w-full overflow-x-auto px-1 py-1">
        <Segments
          label={t("message.filter")}
          value={state ?? ALL}
          onChange={(value) => {
            onState(value === ALL ? null : value);
          }}
          choices={choices.map((value) => {
            const n = countOf(value);
            return {
              value,
              label: (
                <>
                  {t(`message.filter.${value}`)}
                  {n !== null && <span className="text-fg-3">{n}</span>}
                </>
              ),
            };
          })}
          className="max-tablet:h-11"
        />
      </div>
      {state === "dead" && first !== undefined && (
        <ActionButton
          size="control"
          label={t.count("message.retryAll", dead.length)}
          locked={null}
          className="max-tablet:h-11 max-tablet:grow tablet:ml-auto"
          ask={{
            action: "reprocess",
            company_cnpj: first.company_cnpj,
            group_id: null,
            params: { message_ids: dead.map(({ message_id }) => message_id) },
            alert_id: null,
          }}
        />
      )}
    </div>
  );
}

function Empty({ state, onAll }: { state: MessageFilter | null; onAll: () => void }) {
  const t = useT();
  return (
    <PanelEmpty
      icon={<MessageSquare aria-hidden size={16} />}
      title={t("message.emptyTitle")}
      note={t(state === null ? "message.emptyAll" : "message.emptyNote")}
      action={state !== null && <Button onClick={onAll}>{t("message.showAll")}</Button>}
    />
  );
}

export interface MessageListProps {
  company_cnpj: string;
  queue: CompanyQueue | null;
  operates: boolean;
}

/** The messages of a company, latest first, narrowed to one state; each unfolds its steps. */
export function MessageList({ company_cnpj, queue, operates }: MessageListProps) {
  const t = useT();
  const [state, setState] = useState<MessageFilter | null>(null);
  const [openId, setOpenId] = useState<string | null>(null);
  const [asked, ask] = useState<Message | null>(null);
  const read = useMessages(company_cnpj, state);
  const messages = read.pages.length === 0 ? null : read.pages.flatMap((page) => page.messages);
  const { view, onRetry, onMore } = read;
  const condition: Condition = view.kind === "error" ? { ...view, onRetry } : view;
  const shown = messages ?? [];
  return (
    <>
      <Toolbar
        state={state}
        onState={setState}
        queue={queue}
        dead={shown.filter((one) => one.state === "dead" && one.can_retry)}
      />
      <div className="flex min-h-0 grow flex-col overflow-y-auto overscroll-contain" tabIndex={-1}>
        <PanelState
          name={t("message.title")}
          condition={settled(messages, condition)}
          shape="list"
        >
          {shown.length === 0 ? (
            <Empty
              state={state}
              onAll={() => {
                setState(null);
              }}
            />
          ) : (
            <ul aria-label={t("message.title")} onKeyDown={onRowArrows}>
              {shown.map((message) => (
                <MessageRow
                  key={message.message_id}
                  message={message}
                  operates={operates}
                  open={message.message_id === openId}
                  onToggle={() => {
                    setOpenId(message.message_id === openId ? null : message.message_id);
                  }}
                  onResolve={() => {
                    ask(message);
                  }}
                />
              ))}
            </ul>
          )}
          <MoreButton read={read} label={t("tabs.more")} />
        </PanelState>
      </div>
      {messages !== null && (
        <div
          role="status"
          className="flex min-h-9 shrink-0 items-center border-t border-line-1 px-3 text-micro text-fg-3 tablet:px-5"
        >
          {t.count(onMore === null ? "message.shown" : "message.shownMore", shown.length)}
        </div>
      )}
      {asked !== null && (
        <ResolveUnknown
          kind="message"
          id={asked.message_id}
          what={[messageName(t, asked), asked.recipient].filter(Boolean).join(" · ")}
          onClose={() => {
            ask(null);
          }}
        />
      )}
    </>
  );
}
