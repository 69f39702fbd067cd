"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { messageName, messageWhy } from "@/lib/noc/queue-said";
import type { Message } from "@/lib/noc/types/queue";
import { Button } from "../../ui/button";
import { ActionButton } from "../actions/action-button";
import { LockedButton } from "../locked-button";
import { useNow } from "../now";
import { MessageState } from "./message-state";
import { MessageStory } from "./message-story";

export interface MessageRowProps {
  message: Message;
  open: boolean;
  onToggle: () => void;
  onResolve: () => void;
  /** Whether the caller works this company's messages. */
  operates: boolean;
}

/** What may be done with a message in this state; nothing for one that goes its way. */
function RowAction({
  message,
  name,
  operates,
  onResolve,
}: Pick<MessageRowProps, "message" | "operates" | "onResolve"> & { name: string }) {
  const t = useT();
  const className = "relative z-1 max-tablet:h-11 max-tablet:w-full";
  if (message.state === "unknown") {
    if (!message.can_resolve) {
      return (
        <LockedButton size="row" reason={t("message.locked.resolve")} className={className}>
          {t("message.resolve")}
        </LockedButton>
      );
    }
    return (
      <Button
        size="row"
        aria-label={t("message.resolveOf", { what: name })}
        onClick={onResolve}
        className={className}
      >
        {t("message.resolve")}
      </Button>
    );
  }
  if (message.state !== "dead" && !(message.state === "failed" && message.can_retry)) return null;
  let locked: string | null = null;
  if (!message.can_retry) {
    locked = t(
      !operates
        ? "message.locked.reader"
        : message.reported
          ? "message.locked.reported"
          : "message.locked.gone",
    );
  }
  return (
    <ActionButton
      label={t("message.retry")}
      locked={locked}
      className={className}
      ask={{
        action: "reprocess",
        company_cnpj: message.company_cnpj,
        group_id: null,
        params: { message_ids: [message.message_id] },
        alert_id: null,
      }}
    />
  );
}

/** One message; a click anywhere on it unfolds what happened to it. */
export function MessageRow({ message, open, onToggle, onResolve, operates }: MessageRowProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const id = useId();
  const today = now === null ? null : new Date(now).toISOString();
  const name = messageName(t, message);
  const facts = [
    message.recipient ?? t("message.unseen"),
    format.near(message.created_at, today),
    message.attempts > 0 ? t.count("message.tries", message.attempts) : null,
    message.reported ? t("message.reported") : null,
    message.state === "retry" && message.run_at !== null
      ? t("message.runAt", { time: format.near(message.run_at, today) })
      : null,
  ].filter(Boolean);
  const why = message.error_class === null ? null : messageWhy(t, message.error_class);
  return (
    <li data-message={message.message_id} className="border-t border-line-1">
      <div className="relative flex min-h-14 items-center gap-2.5 px-3 py-2 transition-colors duration-(--t-fast) hover:bg-hover max-tablet:flex-wrap tablet:px-5">
        <ChevronRight
          aria-hidden
          size={14}
          className={clsx(
            "shrink-0 text-fg-3 transition-transform duration-(--t-base)",
            open && "rotate-90",
          )}
        />
        <div className="min-w-0 grow basis-0">
          <button
            type="button"
            data-row
            aria-expanded={open}
            aria-controls={id}
            onClick={onToggle}
            className="block max-w-full truncate text-left font-medium after:absolute after:inset-0"
          >
            {name}
          </button>
          <p className="text-small break-words text-fg-3">{facts.join(" · ")}</p>
        </div>
        <div className="grid min-w-0 justify-items-end text-right max-tablet:max-w-[45%]">
          <MessageState state={message.state} />
          {why !== null && <span className="text-micro text-fg-3">{why}</span>}
        </div>
        <RowAction message={message} name={name} operates={operates} onResolve={onResolve} />
      </div>
      <div id={id} className="empty:hidden">
        {open && <MessageStory message={message} name={name} />}
      </div>
    </li>
  );
}
