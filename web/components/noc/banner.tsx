"use client";

import clsx from "clsx";
import { Pause } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat, useT } from "@/lib/noc/i18n";
import { sayingOf, type Saying, type Surroundings } from "@/lib/noc/say";
import { looks } from "@/lib/noc/status";
import type { Verdict } from "@/lib/noc/verdict";
import { useNow } from "./now";
import { StatusShape } from "./status-shape";

export interface BannerProps {
  verdict: Verdict;
  around: Omit<Surroundings, "now">;
  onRetry: () => void;
  onResume: () => void;
  /** Opens the drawer of the alert that the banner speaks of. */
  onOpen: (alert_id: string) => void;
  /** What lies under the sentence, as wide as the banner. */
  children?: ReactNode;
}

const wide = "max-tablet:h-11 max-tablet:w-full";

/** One primary step for each situation; calm needs none. */
function NextStep({ verdict, around, onRetry, onResume, onOpen }: BannerProps) {
  const t = useT();
  switch (verdict.kind) {
    case "no-contact":
    case "stopped":
    case "old":
    case "unread":
      return (
        <Button size="large" onClick={onRetry} className={wide}>
          {t("banner.retryNow")}
        </Button>
      );
    case "paused":
    case "elsewhere":
      return around.paused_since === null ? null : (
        <Button size="large" onClick={onResume} className={wide}>
          {t("live.resume")}
        </Button>
      );
    case "problem": {
      const { alert_id, open_alerts } = verdict.banner;
      if (open_alerts === 0) return null;
      return alert_id === null ? <ToAlerts /> : <ToIncident onOpen={() => onOpen(alert_id)} />;
    }
    default:
      return null;
  }
}

function ToIncident({ onOpen }: { onOpen: () => void }) {
  const t = useT();
  return (
    <Button look="primary" size="large" onClick={onOpen} className={wide}>
      {t("banner.openIncident")}
    </Button>
  );
}

function ToAlerts() {
  const t = useT();
  return (
    <a
      href="#alerts"
      className={clsx(
        "inline-flex h-9 shrink-0 items-center justify-center rounded-control bg-invert px-3.5",
        "text-body font-medium whitespace-nowrap text-fg-invert hover:bg-invert-hover",
        wide,
      )}
    >
      {t("banner.open")}
    </a>
  );
}

function RedLine({ text }: { text: string }) {
  return (
    <p className="st-down flex min-h-8 items-center gap-2 border-t border-line-1 bg-panel px-4 py-1 text-small font-medium text-state-fg">
      <StatusShape status="DOWN" size={14} />
      {text}
    </p>
  );
}

function Sentence({ saying, paused }: { saying: Saying; paused: boolean }) {
  return (
    <>
      {paused ? (
        <Pause aria-hidden size={20} className="shrink-0 text-fg-2" />
      ) : (
        <StatusShape status={saying.status} size={20} className="max-tablet:mt-0.5 max-tablet:self-start" />
      )}
      <h1 className="min-w-0 text-lead font-semibold tracking-[-0.006em] max-tablet:grow max-tablet:basis-0">
        {saying.word !== null && <span className="text-state-fg">{saying.word}</span>}
        {saying.word !== null && " — "}
        {saying.sentence}
      </h1>
      <ul className="flex min-w-0 flex-wrap gap-x-4 gap-y-1 text-small text-fg-2 max-tablet:basis-full max-tablet:pl-8">
        {saying.facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </>
  );
}

/** The page in one sentence: what, for whom, since when; the gravest thing that is true now. */
export function Banner(props: BannerProps) {
  const { verdict, around } = props;
  const t = useT();
  const format = useFormat();
  const now = useNow();
  // Before the first answer only the verdict's own instant is known, and it is today's.
  const clock = now ?? ("since" in verdict && typeof verdict.since === "number" ? verdict.since : 0);
  const saying = sayingOf(verdict, { ...around, now: clock }, { t, format });
  if (saying === null) return <Skeleton className="h-[50px] rounded-panel" />;
  const { scope, loud } = looks[saying.status];
  return (
    <section
      aria-label={t("page.name")}
      data-verdict={verdict.kind}
      data-status={saying.status}
      className={clsx(
        scope,
        "overflow-hidden rounded-panel border",
        loud ? "border-state-edge bg-state-tint" : "border-line-1 bg-panel",
      )}
    >
      <div className="flex min-h-12 items-center gap-x-3 gap-y-2 py-1.5 pr-2 pl-4 max-tablet:flex-wrap max-tablet:p-3">
        <Sentence saying={saying} paused={verdict.kind === "paused"} />
        <span className="grow max-tablet:hidden" />
        <NextStep {...props} />
      </div>
      {saying.red !== null && <RedLine text={saying.red} />}
      {props.children}
    </section>
  );
}
