"use client";

import { Wrench } from "lucide-react";
import clsx from "clsx";
import { useState } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useMaintenanceWork } from "@/hooks/use-maintenance-work";
import { useFormat, useT } from "@/lib/noc/i18n";
import { opensOnce, whenOf } from "@/lib/noc/maintenance";
import { timesSaid, whenSaid, windowSaid } from "@/lib/noc/maintenance-said";
import type { Maintenance } from "@/lib/noc/types";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { LockedButton } from "../locked-button";
import { useNow } from "../now";
import { Problem } from "../problem";

const wide = "max-tablet:h-11 max-tablet:grow";

interface WorkProps {
  window: Maintenance;
  what: string;
  open: boolean;
  busy: boolean;
  onEnd: (only_now: boolean) => void;
}

/** Edit, end what is open, delete what would open again; a deletion asks once more. */
function Work({ window, what, open, busy, onEnd }: WorkProps) {
  const t = useT();
  const { askMaintenance } = useAlertWork();
  const [sure, setSure] = useState(false);
  if (!window.can_edit) {
    return (
      <LockedButton reason={t("maintenance.wider")} className={wide}>
        {t("maintenance.edit")}
      </LockedButton>
    );
  }
  if (sure) {
    return (
      <>
        <span role="status" className="text-small whitespace-nowrap text-fg-2">
          {t("maintenance.deleteSure")}
        </span>
        <Button autoFocus className={wide} onClick={() => setSure(false)}>
          {t("maintenance.keep")}
        </Button>
        <Button
          look="tonal"
          disabled={busy}
          aria-label={t("maintenance.deleteOf", { what })}
          className={wide}
          onClick={() => onEnd(false)}
        >
          {busy ? t("alert.sending") : t("maintenance.delete")}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button
        aria-label={t("maintenance.editOf", { what })}
        className={wide}
        onClick={() => askMaintenance(window)}
      >
        {t("maintenance.edit")}
      </Button>
      {open && (
        <Button
          disabled={busy}
          aria-label={t("maintenance.endNowOf", { what })}
          className={wide}
          onClick={() => onEnd(true)}
        >
          {busy ? t("alert.sending") : t("maintenance.endNow")}
        </Button>
      )}
      {(!open || !opensOnce(window)) && (
        <Button
          aria-label={t("maintenance.deleteOf", { what })}
          className={wide}
          onClick={() => setSure(true)}
        >
          {t("maintenance.delete")}
        </Button>
      )}
    </>
  );
}

/** One window: of what, when, why and by whom; how many alerts it mutes; what can be done. */
export function Row({ window }: { window: Maintenance }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { tell } = useAlertWork();
  const { busy, failure, end } = useMaintenanceWork();
  const when = whenOf(window, now);
  const over = when === "over";
  const open = when === "now";
  const what = windowSaid(t, window);
  const today = now === null ? null : new Date(now).toISOString();
  const facts = [
    timesSaid(t, format, window),
    window.reason === null ? null : `“${window.reason}”`,
    window.by === null ? null : t("silence.by", { person: window.by }),
  ];
  const { starts_at, ends_at } = window;
  const span = [starts_at, ends_at].flatMap((iso) => (iso === null ? [] : [format.instant(iso)]));
  return (
    <li className="grid gap-1.5 border-t border-line-1 px-3 py-2.5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className={clsx("shrink-0", over ? "text-fg-3" : "st-maint text-state-fg")}>
          <Wrench size={16} role="img" aria-label={t("status.MAINTENANCE")} />
        </span>
        <div className="min-w-0 grow basis-60">
          <p className={clsx("truncate font-medium", over && "text-fg-2")} title={what}>
            {what}
          </p>
          <p className="text-small break-words text-fg-2">{facts.filter(Boolean).join(" · ")}</p>
        </div>
        {open && (
          <span className="text-small whitespace-nowrap text-fg-2">
            {window.muting === 0 ? t("silence.mutingNone") : t.count("silence.muting", window.muting)}
          </span>
        )}
        <span
          title={`${span.join(" – ")} ${format.zone}`}
          className={clsx(
            "text-small whitespace-nowrap tablet:min-w-36 tablet:text-right",
            over ? "text-fg-3" : "font-medium",
          )}
        >
          {whenSaid(t, format, window, when, today)}
        </span>
        {!over && (
          <span className="flex flex-wrap items-center justify-end gap-1.5 max-tablet:w-full tablet:min-w-42">
            <Work
              window={window}
              what={what}
              open={open}
              busy={busy}
              onEnd={(only_now) =>
                void end(window.id, only_now).then((done) => {
                  if (done) tell(t(open ? "maintenance.ended" : "maintenance.deleted"));
                })
              }
            />
          </span>
        )}
      </div>
      {failure !== null && <Problem>{failureSentence(t, failure)}</Problem>}
    </li>
  );
}
