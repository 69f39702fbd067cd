"use client";

import { BellOff, BellRing, Plus } from "lucide-react";
import clsx from "clsx";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSilenceWork } from "@/hooks/use-silence-work";
import type { View } from "@/lib/noc/filters";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import type { Format } from "@/lib/noc/format";
import { untilSaid } from "@/lib/noc/sentence";
import { matchersSaid } from "@/lib/noc/silence-said";
import type { Company, Silence } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Checkbox } from "../../ui/checkbox";
import { AlertViews } from "../alert-views";
import { useNow } from "../now";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  settled,
  showsContent,
  type Condition,
} from "../panel-state";
import { Problem } from "../problem";

function isOver({ ends_at }: Silence, now: number | null): boolean {
  return ends_at === null || (now !== null && Date.parse(ends_at) <= now);
}

function whenSaid(t: Translate, format: Format, entry: Silence, now: number | null): string {
  const { starts_at, ends_at } = entry;
  if (starts_at === null || ends_at === null) return "";
  const today = now === null ? null : new Date(now).toISOString();
  if (isOver(entry, now)) return t("silence.over", { time: format.near(ends_at, today) });
  if (now === null || Date.parse(starts_at) > now) {
    return t("silence.starts", { time: untilSaid(format, starts_at, today) });
  }
  return t("silence.expires", { age: format.duration((Date.parse(ends_at) - now) / 1000) });
}

function Row({ entry, companies }: { entry: Silence; companies: readonly Company[] }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { tell } = useAlertWork();
  const { busy, failure, end } = useSilenceWork();
  const over = isOver(entry, now);
  const about = matchersSaid(t, format, { companies, ...entry }, entry.matchers);
  const facts = [
    entry.reason === null ? null : `“${entry.reason}”`,
    entry.by === null ? null : t("silence.by", { person: entry.by }),
    entry.end_on_resolve && !over ? t("silence.ends") : null,
  ];
  return (
    <li className="grid gap-1.5 border-t border-line-1 px-3 py-2.5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">
        <BellOff size={16} role="img" aria-label={t("silence.kind")} className="shrink-0 text-fg-3" />
        <div className="min-w-0 grow basis-60">
          <p className={clsx("truncate font-medium", over && "text-fg-2")} title={about}>
            {about}
          </p>
          <p className="text-small break-words text-fg-2">{facts.filter(Boolean).join(" · ")}</p>
        </div>
        {!over && (
          <span className="text-small whitespace-nowrap text-fg-2">
            {entry.muting === 0 ? t("silence.mutingNone") : t.count("silence.muting", entry.muting)}
          </span>
        )}
        <span
          title={entry.ends_at === null ? undefined : `${format.instant(entry.ends_at)} ${format.zone}`}
          className={clsx("text-small whitespace-nowrap tablet:min-w-36 tablet:text-right", over ? "text-fg-3" : "font-medium")}
        >
          {whenSaid(t, format, entry, now)}
        </span>
        {!over && (
          <Button
            disabled={busy}
            aria-label={t("silence.endOf", { what: about })}
            className="max-tablet:h-11 max-tablet:grow"
            onClick={() =>
              void end(entry.id).then((done) => {
                if (done) tell(t("silence.ended"));
              })
            }
          >
            {busy ? t("alert.sending") : t("silence.end")}
          </Button>
        )}
      </div>
      {failure !== null && <Problem>{failureSentence(t, failure)}</Problem>}
    </li>
  );
}

export interface SilencesProps {
  entries: readonly Silence[] | null;
  condition: Condition;
  companies: readonly Company[];
  ended: boolean;
  onEnded: (ended: boolean) => void;
  onView: (view: View) => void;
}

/** Every silence of what the reader operates: what, why, who, until when. */
export function Silences({ entries, condition, companies, ended, onEnded, onView }: SilencesProps) {
  const t = useT();
  const { askSilence } = useAlertWork();
  const shown = settled(entries, condition);
  const ask = () => {
    askSilence(null);
  };
  return (
    <Card
      id="alerts"
      title={t("silence.list")}
      note={showsContent(shown) && <b className="noc-count">{entries?.length ?? 0}</b>}
      aside={
        <>
          <ConditionMark condition={shown} />
          <AlertViews view="silences" onView={onView} />
        </>
      }
      className="noc-alerts"
    >
      <div className="flex flex-wrap items-center gap-3 border-t border-line-1 px-3 py-2">
        <Checkbox checked={ended} onChange={onEnded}>
          {t("silence.showEnded")}
        </Checkbox>
        <span className="grow" />
        <Button look="tonal" onClick={ask} className="max-tablet:h-11">
          <Plus aria-hidden size={14} />
          {t("silence.new")}
        </Button>
      </div>
      <PanelState name={t("silence.list")} condition={shown} shape="list">
        {entries !== null && entries.length > 0 ? (
          <ul>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} companies={companies} />
            ))}
          </ul>
        ) : (
          <PanelEmpty
            icon={<BellRing aria-hidden size={20} />}
            title={t("silence.emptyTitle")}
            note={t("silence.emptyNote")}
          />
        )}
      </PanelState>
    </Card>
  );
}
