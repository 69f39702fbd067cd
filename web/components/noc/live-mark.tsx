"use client";

import { Pause, Play } from "lucide-react";
import type { ReactNode } from "react";
import { Key } from "@/components/shell/key";
import { Button } from "@/components/ui/button";
import type { Freshness } from "@/lib/noc/contact";
import type { Stream } from "@/lib/noc/feed";
import { useFormat, useT } from "@/lib/noc/i18n";
import { useNow } from "./now";
import { StatusShape } from "./status-shape";

export interface LiveMarkProps {
  freshness: Freshness;
  stream: Stream;
  /** Local instant since when the reader holds the page still; null when it follows. */
  paused_since: number | null;
  /** Instant of the tick that the shown data stands on, by the database's clock. */
  tick_at: number | null;
  /** Code of the last read that the database refused; null when it went well. */
  failure: string | null;
  onPause: () => void;
}

const dot = <span aria-hidden className="size-2 shrink-0 rounded-full bg-up" />;
const ring = <span aria-hidden className="size-2 shrink-0 rounded-full border-[1.5px] border-fg-3" />;
const lost = <StatusShape status="NO_DATA" size={12} />;

interface Mark {
  sign: ReactNode;
  word: string;
  more: string | null;
}

function useMark({ freshness, stream, paused_since }: LiveMarkProps): Mark {
  const t = useT();
  const format = useFormat();
  const calm = (sign: ReactNode, word: string, more: string | null = null) => ({ sign, word, more });
  if (freshness === "lost") return calm(lost, t("live.lost"));
  if (freshness === "stopped") return calm(lost, t("live.stopped"));
  if (freshness === "old") return calm(lost, t("live.old"));
  if (paused_since !== null) {
    const time = format.time(new Date(paused_since).toISOString());
    return calm(<Pause aria-hidden size={12} />, t("live.pausedAt", { time }));
  }
  if (freshness === "waiting" || stream === "connecting") return calm(ring, t("live.connecting"));
  if (stream === "live") return calm(dot, t("live.on"));
  return calm(ring, t("live.withoutRealtime"), t("live.everyFifteen"));
}

/** The clock of the operators, with UTC in the tooltip. */
function WallClock({ now }: { now: number }) {
  const t = useT();
  const format = useFormat();
  const iso = new Date(now).toISOString();
  return (
    <time
      dateTime={iso}
      title={t("live.utc", { time: iso.slice(11, 19) })}
      className="text-small whitespace-nowrap text-fg-2 max-desk:hidden"
    >
      {format.instant(iso).slice(-8)} <span className="text-fg-3">{format.zone}</span>
    </time>
  );
}

/** Whether the page is live, how old what it shows is, and the switch that holds it still. */
export function LiveMark(props: LiveMarkProps) {
  const t = useT();
  const format = useFormat();
  const { sign, word, more } = useMark(props);
  const now = useNow();
  const { tick_at, failure, paused_since } = props;
  const held = paused_since !== null;
  const age = now === null || tick_at === null ? null : format.duration((now - tick_at) / 1000);
  const tip =
    tick_at === null || now === null
      ? undefined
      : t("live.clockTip", {
          tick: format.instant(new Date(tick_at).toISOString()),
          read: format.instant(new Date(now).toISOString()),
        });
  return (
    <>
      <p
        data-live={props.freshness === "live" && !held ? props.stream : props.freshness}
        title={tip}
        className="flex min-w-0 flex-wrap items-center gap-x-1.5 text-small text-fg-2"
      >
        {sign}
        <span>{more === null ? word : `${word}, ${more}`}</span>
        {age !== null && <span className="text-fg-3">· {t("live.age", { age })}</span>}
        {failure !== null && (
          <span className="text-fg-3">· {t("live.readFailed", { code: failure })}</span>
        )}
      </p>
      <Button size="row" aria-pressed={held} onClick={props.onPause} className="max-tablet:h-9 max-tablet:px-3">
        {held ? <Play aria-hidden size={12} /> : <Pause aria-hidden size={12} />}
        {held ? t("live.resume") : t("live.pause")}
        <span aria-hidden className="max-tablet:hidden">
          <Key name="R" />
        </span>
      </Button>
      {now !== null && <WallClock now={now} />}
    </>
  );
}
