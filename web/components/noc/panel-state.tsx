"use client";

import { CircleX, Clock, Inbox, Lock, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { useFormat, useT } from "@/lib/noc/i18n";
import { Button } from "../ui/button";
import { useAgeOf } from "./now";
import { PanelSkeleton, type PanelShape } from "./panel-skeleton";
import { StatusPill } from "./status-pill";
import { StatusShape } from "./status-shape";

/** What a panel can be besides showing fresh data. `at` and `since` are ISO 8601. */
export type Condition =
  | { kind: "ready" }
  | { kind: "loading" }
  | { kind: "stale"; at: string }
  | { kind: "noContact"; since: string }
  | { kind: "noData"; at: string | null }
  | { kind: "forbidden" }
  | { kind: "error"; code: string; onRetry?: () => void };

export const READY: Condition = { kind: "ready" };

export interface NoteProps {
  icon: ReactNode;
  title: string;
  note?: string | undefined;
  action?: ReactNode;
}

/** What stands in a panel that shows nothing: what it is, and the next step. */
export function PanelNote({ icon, title, note, action }: NoteProps) {
  return (
    <div className="m-auto flex min-h-50 max-w-80 flex-col items-center justify-center gap-1 px-4 py-6 text-center">
      <span className="mb-1 text-fg-3">{icon}</span>
      <strong className="text-body font-semibold">{title}</strong>
      {note !== undefined && <span className="text-small text-fg-3">{note}</span>}
      {action !== undefined && <span className="mt-2">{action}</span>}
    </div>
  );
}

/** Nothing to show although everything was read. */
export function PanelEmpty({ icon, ...rest }: Omit<NoteProps, "icon"> & { icon?: ReactNode }) {
  return <PanelNote icon={icon ?? <Inbox aria-hidden size={16} />} {...rest} />;
}

function Ribbon({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex h-(--h-ribbon) shrink-0 items-center gap-1.5 border-y border-line-1 bg-sunken px-3 text-micro whitespace-nowrap text-fg-2">
      {icon}
      {children}
    </p>
  );
}

function StaleRibbon({ at }: { at: string }) {
  const t = useT();
  const format = useFormat();
  const age = useAgeOf(at);
  return (
    <Ribbon icon={<Clock aria-hidden size={12} />}>
      {age === null
        ? format.instant(at)
        : t("panel.staleRibbon", { time: format.second(at), age: format.duration(age) })}
    </Ribbon>
  );
}

function ContactRibbon({ since }: { since: string }) {
  const t = useT();
  const format = useFormat();
  return (
    <Ribbon icon={<Unplug aria-hidden size={12} />}>
      {t("panel.noContactRibbon", { time: format.second(since) })}
    </Ribbon>
  );
}

/** Grey, but readable and still answering to the keyboard. */
function Aged({ ribbon, children }: { ribbon: ReactNode; children: ReactNode }) {
  return (
    <>
      {ribbon}
      <div className="noc-aged flex min-h-0 min-w-0 grow flex-col">{children}</div>
    </>
  );
}

export interface PanelStateProps {
  /** The panel's title, for what is said while it loads. */
  name: string;
  condition: Condition;
  /** Whose outline the skeleton takes. */
  shape: PanelShape;
  children: ReactNode;
}

/** Shows a panel's content, or what it is instead; the panel's height and title stay. */
export function PanelState({ name, condition, shape, children }: PanelStateProps) {
  const t = useT();
  const format = useFormat();
  switch (condition.kind) {
    case "ready":
      return children;
    case "stale":
      return <Aged ribbon={<StaleRibbon at={condition.at} />}>{children}</Aged>;
    case "noContact":
      return <Aged ribbon={<ContactRibbon since={condition.since} />}>{children}</Aged>;
    case "loading":
      return <PanelSkeleton shape={shape} label={t("panel.loading", { name })} />;
    case "noData":
      return (
        <PanelNote
          icon={<StatusShape status="NO_DATA" />}
          title={
            condition.at === null
              ? t("panel.noDataNever")
              : t("panel.noDataTitle", { time: format.moment(condition.at) })
          }
          note={t("panel.noDataNote")}
        />
      );
    case "forbidden":
      return (
        <PanelNote
          icon={<Lock aria-hidden size={16} />}
          title={t("panel.forbiddenTitle")}
          note={t("panel.forbiddenNote")}
        />
      );
    case "error":
      return (
        <PanelNote
          icon={<CircleX aria-hidden size={16} />}
          title={t("panel.errorTitle")}
          note={t("panel.errorNote", { code: condition.code })}
          action={
            condition.onRetry && <Button onClick={condition.onRetry}>{t("panel.retry")}</Button>
          }
        />
      );
  }
}

/** What the header of an old panel says beside its title; nothing while it is fresh. */
export function ConditionMark({ condition }: { condition: Condition }) {
  const t = useT();
  if (condition.kind === "stale") {
    return <StatusPill status="NO_DATA" word={t("panel.stale")} className="pr-1" />;
  }
  if (condition.kind === "noContact") {
    return <StatusPill status="NO_DATA" word={t("panel.noContact")} className="pr-1" />;
  }
  return null;
}

/**
 * What a panel is, given whether it was ever read: without an answer there is nothing to show,
 * whatever the contact, and an empty list must not look like a calm one.
 */
export function settled(data: unknown, condition: Condition): Condition {
  return data === null && showsContent(condition) ? { kind: "loading" } : condition;
}

/** Whether the content below is shown at all. */
export function showsContent(condition: Condition): boolean {
  return condition.kind === "ready" || condition.kind === "stale" || condition.kind === "noContact";
}
