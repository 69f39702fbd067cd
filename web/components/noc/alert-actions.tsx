"use client";

import clsx from "clsx";
import {
  BellOff,
  CheckCheck,
  CircleX,
  Ellipsis,
  ListTree,
  Lock,
  MessageSquare,
  UserRoundCheck,
  UserRoundX,
} from "lucide-react";
import { useRef, useState, type ReactNode, type Ref } from "react";
import { useActions } from "@/hooks/use-actions";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { alertOffer, notifyOffer } from "@/lib/noc/quick";
import { alertSentence } from "@/lib/noc/sentence";
import type { Alert } from "@/lib/noc/types";
import { Button, type ButtonProps } from "../ui/button";
import { Menu, MenuContent, MenuItem, MenuNote, MenuTrigger } from "../ui/menu";
import { Popover, PopoverAnchor, PopoverContent } from "../ui/popover";
import { ActionButton } from "./actions/action-button";
import { ActionIcon } from "./actions/action-icon";
import { AckForm } from "./ack-form";
import { focusAlert } from "./alert-focus";
import { LockedButton } from "./locked-button";

interface QuickProps {
  alert: Alert;
  size: "row" | "large";
  className: string;
  tone?: ButtonProps["look"];
}

interface ItemProps {
  icon: ReactNode;
  locked: boolean;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ icon, locked, ...rest }: ItemProps) {
  return <MenuItem icon={locked ? <Lock size={14} /> : icon} locked={locked} {...rest} />;
}

interface MoreProps {
  alert: Alert;
  onAckFor: () => void;
  onOpen: (() => void) | undefined;
  ref: Ref<HTMLButtonElement>;
}

/** The rest of what can be done, out of the row's way. */
function More({ alert, onAckFor, onOpen, ref }: MoreProps) {
  const t = useT();
  const { email, may, submit, ask, askSilence } = useAlertWork();
  const locked = !may(alert);
  const mine = email !== null && alert.owner === email;
  // The popover takes the focus itself; a menu that gives it back would close it again.
  const handsOver = useRef(false);
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button
          ref={ref}
          look="ghost"
          size="row"
          icon
          aria-label={t("alert.actions", { what: alertSentence(t, alert) })}
          className="max-tablet:size-11"
        >
          <Ellipsis aria-hidden size={16} />
        </Button>
      </MenuTrigger>
      <MenuContent
        onCloseAutoFocus={(event) => {
          if (handsOver.current) event.preventDefault();
          handsOver.current = false;
        }}
      >
        {locked && <MenuNote>{t("work.locked")}</MenuNote>}
        {onOpen !== undefined && (
          <MenuItem icon={<ListTree size={14} />} onSelect={onOpen}>
            {t("work.openTimeline")}
          </MenuItem>
        )}
        <Item
          icon={<CheckCheck size={14} />}
          locked={locked}
          onSelect={() => {
            handsOver.current = true;
            onAckFor();
          }}
        >
          {t(alert.state === "ack" ? "work.ackAgain" : "work.ackFor")}
        </Item>
        <Item
          icon={mine ? <UserRoundX size={14} /> : <UserRoundCheck size={14} />}
          locked={locked}
          onSelect={() => void submit(alert.alert_id, { kind: mine ? "release" : "take" })}
        >
          {t(mine ? "work.release" : "work.take")}
        </Item>
        <Item
          icon={<BellOff size={14} />}
          locked={locked}
          onSelect={() => {
            askSilence(alert);
          }}
        >
          {t("silence.button")}
        </Item>
        <NotifyItem alert={alert} />
        <Item
          icon={<MessageSquare size={14} />}
          locked={locked}
          onSelect={() => {
            ask(alert, "comment");
          }}
        >
          {t("work.comment")}
        </Item>
        <Item
          icon={<CircleX size={14} />}
          locked={locked}
          onSelect={() => {
            ask(alert, "close");
          }}
        >
          {t("work.close")}
        </Item>
      </MenuContent>
    </Menu>
  );
}

/** The contacts of its company may be told; of several companies, in the alert of each. */
function NotifyItem({ alert }: { alert: Alert }) {
  const t = useT();
  const { may } = useAlertWork();
  const { ask, locked } = useActions();
  const offer = notifyOffer(t, alert);
  return (
    <Item
      icon={<ActionIcon action="notify" size={14} />}
      locked={offer.locked !== null || locked !== null || !may(alert)}
      onSelect={() => {
        ask(offer.ask);
      }}
    >
      {offer.label}
    </Item>
  );
}

/** What its rule asks for: pause, resume, reprocess, switch. */
export function Quick({ alert, size, className, tone }: QuickProps) {
  const t = useT();
  const { services, pauseOf } = useActions();
  const { company_cnpj } = alert;
  const offer = alertOffer(t, alert, services, company_cnpj === null ? null : pauseOf(company_cnpj));
  if (offer === null) return null;
  return (
    <ActionButton
      {...offer}
      size={size}
      className={className}
      {...(tone !== undefined && { tone })}
      name={`${offer.label}: ${alertSentence(t, alert)}`}
    />
  );
}

/** One click acknowledges, for as long as the severity asks. */
function Acknowledge({ alert }: { alert: Alert }) {
  const t = useT();
  const { may, submit } = useAlertWork();
  const size = "row";
  const className = "max-tablet:h-11 max-tablet:grow max-tablet:text-body";
  if (!may(alert)) {
    return (
      <LockedButton size={size} reason={t("work.locked")} className={className}>
        {t("work.ack")}
      </LockedButton>
    );
  }
  return (
    <Button
      look="tonal"
      size={size}
      className={className}
      aria-label={`${t("work.ack")}: ${alertSentence(t, alert)}`}
      onClick={() => {
        void submit(alert.alert_id, { kind: "ack", minutes: null, note: null });
        // The button goes as soon as the row shows that it is acknowledged.
        focusAlert(alert.alert_id);
      }}
    >
      {t("work.ack")}
    </Button>
  );
}

export interface AlertActionsProps {
  alert: Alert;
  onOpen?: (() => void) | undefined;
}

/** What can be done with an alert in its row: one button, and the rest in a menu. */
export function AlertActions({ alert, onOpen }: AlertActionsProps) {
  const t = useT();
  const { pendingOf } = useAlertWork();
  const [asking, setAsking] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const busy = pendingOf(alert.alert_id) !== null;
  return (
    <Popover open={asking} onOpenChange={setAsking}>
      <PopoverAnchor asChild>
        <div
          className={clsx(
            "flex items-center justify-end gap-1.5",
            alert.state === "open" && "max-tablet:mt-1 max-tablet:basis-full",
          )}
        >
          {busy && <span className="text-small text-fg-3">{t("alert.sending")}</span>}
          {!busy && alert.state === "open" && <Acknowledge alert={alert} />}
          {!busy && alert.company_cnpj !== null && (
            <Quick
              alert={alert}
              size="row"
              className="max-tablet:h-11 max-tablet:grow max-tablet:text-body"
            />
          )}
          <More
            ref={more}
            alert={alert}
            onOpen={onOpen}
            onAckFor={() => {
              setAsking(true);
            }}
          />
        </div>
      </PopoverAnchor>
      <PopoverContent
        label={t("work.ackFor")}
        align="end"
        className="w-80 max-w-[calc(100vw-16px)]"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          more.current?.focus();
        }}
      >
        <AckForm
          alert={alert}
          onDone={() => {
            setAsking(false);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}
