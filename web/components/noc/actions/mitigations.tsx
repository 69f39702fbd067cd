"use client";

import { ChevronDown, ChevronUp, FlaskConical } from "lucide-react";
import clsx from "clsx";
import { useState, type ReactNode } from "react";
import { useActions } from "@/hooks/use-actions";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionSaid, scopeSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Action, ActionList } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { ActionButton } from "./action-button";
import { LockedButton } from "../locked-button";
import { StatusShape } from "../status-shape";
import { useNow } from "../now";
import { ActionIcon } from "./action-icon";
import { Countdown } from "./countdown";
import { Decide, Review } from "./decide";
import { Frozen } from "./freeze";
import { RevertButton } from "./revert-button";

/** As many as fit into the strip; the rest stands in the tab. */
const SHOWN = 3;
const wide = "max-tablet:h-11 max-tablet:grow";

function Sign({ action }: { action: Action }) {
  if (action.action === "pause_queue") return <StatusShape status="PAUSED" size={12} />;
  return (
    <span className="st-degraded flex text-state">
      <FlaskConical aria-hidden size={14} />
    </span>
  );
}

function Extend({ action, what }: { action: Action; what: string }) {
  const t = useT();
  const { company_cnpj, group_id, alert_id } = action;
  const params = action.action === "switch_source" ? { source: "mock" } : {};
  return (
    <ActionButton
      ask={{ action: action.action, company_cnpj, group_id, params, alert_id }}
      label={t("mitigation.extend")}
      name={t("mitigation.extendOf", { what })}
      locked={null}
      tone="ghost"
      className={wide}
    />
  );
}

/** One effect: what, where, until when, and the way back for who may take it. */
function Effect({ action }: { action: Action }) {
  const t = useT();
  const { operates } = useAlertWork();
  const name = t.find("mitigation", action.action) ?? action.action;
  const scope = scopeSaid(t, action);
  const what = `${name} · ${scope}`;
  return (
    <li
      data-effect={action.action_id}
      className="flex min-h-8 min-w-0 flex-wrap items-center gap-x-2 gap-y-1 max-tablet:py-1.5"
    >
      <Sign action={action} />
      <span className="min-w-0">
        <span className="font-medium">{name}</span>
        <span className="text-fg-2"> · {scope} · </span>
        <Countdown until={action.expires_at} />
      </span>
      <span className="flex flex-wrap items-center gap-1 max-tablet:w-full">
        {action.can.revert ? (
          <>
            {action.expires_at !== null && <Extend action={action} what={what} />}
            <RevertButton action={action} />
          </>
        ) : (
          <LockedButton
            size="row"
            reason={t(operates ? "action.locked.wider" : "action.locked.role")}
            aria-label={t("mitigation.revertOf", { what })}
            className={wide}
          >
            {t("mitigation.revert")}
          </LockedButton>
        )}
      </span>
    </li>
  );
}

interface AskedProps {
  action: Action;
  sentence: string;
  children: ReactNode;
}

/** What waits for a decision of the reader's. */
function Asked({ action, sentence, children }: AskedProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { show } = useActions();
  const { approve_by } = action;
  const left = approve_by === null || now === null ? null : (Date.parse(approve_by) - now) / 1000;
  return (
    <li
      data-asked={action.action_id}
      className="flex min-h-10 flex-wrap items-center gap-x-2 gap-y-1.5 border-t border-line-1 py-1.5 first:border-t-0"
    >
      <ActionIcon action={action.action} size={14} className="text-fg-2" />
      <span className="min-w-0 grow basis-60">
        <span className="font-medium">{sentence}</span>
        <span className="text-fg-2">
          {action.reason !== null && ` · “${action.reason}”`}
          {left !== null && left > 0 && ` · ${t("action.awaiting.left", { age: format.duration(left) })}`}
        </span>
      </span>
      <Button
        look="ghost"
        className={wide}
        aria-label={t("action.receipt.open", { what: actionSaid(t, format, action) })}
        onClick={() => {
          show(action.action_id);
        }}
      >
        {t("action.receipt")}
      </Button>
      {children}
    </li>
  );
}

function Asks({ list }: { list: ActionList }) {
  const t = useT();
  const format = useFormat();
  const { admin } = useActions();
  const mine = list.awaiting.filter(({ can }) => can.approve);
  const review = admin ? list.review.filter((action) => !action.mine) : [];
  if (mine.length + review.length === 0) return null;
  const person = (action: Action) => action.by ?? t("action.list.someone");
  return (
    <ul className="border-t border-line-1 bg-panel px-4 text-small max-tablet:px-3">
      {mine.map((action) => (
        <Asked
          key={action.action_id}
          action={action}
          sentence={t("action.awaiting.asks", { person: person(action), what: actionSaid(t, format, action) })}
        >
          <Decide action={action} />
        </Asked>
      ))}
      {review.map((action) => (
        <Asked
          key={action.action_id}
          action={action}
          sentence={t("action.review.asks", { person: person(action), what: actionSaid(t, format, action) })}
        >
          <Review action={action} />
        </Asked>
      ))}
    </ul>
  );
}

/** What lies under the banner: read-only mode, what waits for the reader, what is in effect. */
export function Mitigations({ list, onAll }: { list: ActionList; onAll: () => void }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const live = list.in_effect.filter(
    ({ expires_at }) => expires_at === null || now === null || Date.parse(expires_at) > now,
  );
  const next = live.flatMap(({ expires_at }) => (expires_at === null ? [] : [Date.parse(expires_at)]));
  const soon = now === null || next.length === 0 ? null : (Math.min(...next) - now) / 1000;
  const title = t.count("mitigation.active", live.length);
  return (
    <>
      <Frozen />
      <Asks list={list} />
      {live.length > 0 && (
        <section
          aria-label={t("mitigation.name")}
          className="flex min-h-8 flex-wrap items-start gap-x-5 border-t border-line-1 bg-panel px-4 text-small max-tablet:px-3"
        >
          <h2 className="flex h-8 items-center font-semibold whitespace-nowrap max-tablet:hidden">{title}</h2>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => {
              setOpen(!open);
            }}
            className="flex min-h-11 w-full items-center gap-2 text-left tablet:hidden"
          >
            <span className="font-semibold">{title}</span>
            <span className="grow text-right text-fg-2">
              {soon !== null && t("mitigation.next", { age: format.duration(soon) })}
            </span>
            {open ? <ChevronUp aria-hidden size={16} /> : <ChevronDown aria-hidden size={16} />}
          </button>
          <ul className={clsx("contents", !open && "max-tablet:hidden")}>
            {live.slice(0, SHOWN).map((action) => (
              <Effect key={action.action_id} action={action} />
            ))}
            {live.length > SHOWN && (
              <li className="flex min-h-8 items-center">
                <Button look="ghost" size="row" onClick={onAll} className="max-tablet:h-11">
                  {t.count("mitigation.more", live.length - SHOWN)}
                </Button>
              </li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}
