"use client";

import { endSaid, severityWord } from "@/lib/noc/incident-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Episode } from "@/lib/noc/types";
import { SeverityShape } from "../severity-shape";

function Earlier({ episode, onOpen }: { episode: Episode; onOpen: (alert_id: string) => void }) {
  const t = useT();
  const format = useFormat();
  const { opened_at, closed_at, severity_max, close_reason, note } = episode;
  const time = format.moment(opened_at);
  const lasted =
    closed_at === null
      ? null
      : format.duration((Date.parse(closed_at) - Date.parse(opened_at)) / 1000);
  return (
    <li className="flex items-start gap-2 border-t border-line-1 py-1.5 text-small">
      <SeverityShape
        severity={severity_max}
        size={12}
        label={severityWord(t, severity_max)}
        className="mt-0.5"
      />
      <div className="min-w-0 grow">
        <p className="text-fg-2">
          <time dateTime={opened_at} title={format.instant(opened_at)} className="text-fg-3">
            {time}
          </time>
          {lasted !== null && ` · ${lasted}`}
          {` · ${endSaid(t, close_reason)}`}
        </p>
        {note !== null && <p className="break-words text-fg-1">“{note}”</p>}
      </div>
      <button
        type="button"
        aria-label={t("incident.openEarlierOf", { time })}
        onClick={() => {
          onOpen(episode.alert_id);
        }}
        className="shrink-0 rounded-cell underline decoration-line-3 underline-offset-4 hover:text-fg-1 max-tablet:min-h-11 max-tablet:px-3"
      >
        {t("incident.openEarlier")}
      </button>
    </li>
  );
}

/** How it went the other times, with what people wrote last. */
export function Before({ before, onOpen }: { before: readonly Episode[]; onOpen: (alert_id: string) => void }) {
  const t = useT();
  return (
    <section aria-labelledby="incident-before" className="mt-4">
      <h3 id="incident-before" className="pb-1 text-small font-[550] text-fg-2">
        {t("incident.before")}
      </h3>
      {before.length === 0 ? (
        <p className="border-t border-line-1 pt-1.5 text-small text-fg-3">
          {t("incident.beforeNone")}
        </p>
      ) : (
        <ul>
          {before.map((episode) => (
            <Earlier key={episode.alert_id} episode={episode} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </section>
  );
}
