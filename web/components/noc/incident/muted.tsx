"use client";

import { BellOff, Wrench } from "lucide-react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSilenceWork } from "@/hooks/use-silence-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import { untilSaid, whatHappened } from "@/lib/noc/sentence";
import type { Alert, Mute } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { useNow } from "../now";
import { Problem } from "../problem";

function useSaid({ kind, until, code, service }: Mute): string {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  if (kind === "inhibition") {
    const cause = code === null ? t("mute.unknown") : whatHappened(t, code, service);
    return t("mute.strip.inhibition", { cause });
  }
  if (until === null) return t("mute.strip.open");
  const today = now === null ? null : new Date(now).toISOString();
  return t(`mute.strip.${kind}`, { time: untilSaid(format, until, today) });
}

function Strip({ mute }: { mute: Mute }) {
  const t = useT();
  const said = useSaid(mute);
  const { tell } = useAlertWork();
  const { busy, failure, end } = useSilenceWork();
  const { kind, id, reason } = mute;
  const ending = kind === "silence" ? id : null;
  return (
    <div className="grid shrink-0 gap-2 border-b border-line-1 bg-sunken px-3 py-2 text-small tablet:px-5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="text-fg-3">
          {kind === "maintenance" ? <Wrench aria-hidden size={14} /> : <BellOff aria-hidden size={14} />}
        </span>
        <span className="font-medium">{said}</span>
        {reason !== null && <span className="min-w-0 break-words text-fg-2">“{reason}”</span>}
        <span className="grow" />
        {ending !== null && (
          <Button
            size="row"
            disabled={busy}
            className="max-tablet:h-11"
            onClick={() =>
              void end(ending).then((done) => {
                if (done) tell(t("silence.ended"));
              })
            }
          >
            {busy ? t("alert.sending") : t("silence.end")}
          </Button>
        )}
      </p>
      {failure !== null && <Problem>{failureSentence(t, failure)}</Problem>}
    </div>
  );
}

/** Why nobody is told of this alert, until when, and the way back; nothing while people are. */
export function Muted({ alert }: { alert: Alert }) {
  if (alert.muted_by === null || alert.state === "closed") return null;
  return <Strip mute={alert.muted_by} />;
}
