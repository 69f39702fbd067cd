"use client";

import { Lock } from "lucide-react";
import { useState } from "react";
import { useActionWork } from "@/hooks/use-action-work";
import { useActions } from "@/hooks/use-actions";
import { useAlertWork } from "@/hooks/use-alert-work";
import { actionFailure } from "@/lib/noc/action-error";
import { useFormat, useT } from "@/lib/noc/i18n";
import { Button } from "../../ui/button";
import { WordDialog } from "./word-dialog";

const REASON_LEAST = 10;

/** Admin's switch: nothing new is done while it is on. Nothing for anybody else. */
export function FreezeButton() {
  const t = useT();
  const { tell } = useAlertWork();
  const { frozen, admin } = useActions();
  const { busy, failure, clear, freeze } = useActionWork();
  const [open, setOpen] = useState(false);
  if (!admin) return null;
  const key = frozen === null ? "action.freeze" : "action.thaw";
  return (
    <>
      <Button
        className="max-tablet:h-11"
        onClick={() => {
          clear();
          setOpen(true);
        }}
      >
        {t(key)}
      </Button>
      {open && (
        <WordDialog
          title={t(`${key}.title`)}
          how={t(`${key}.how`)}
          label={t("action.reason")}
          button={t(`${key}.do`)}
          least={REASON_LEAST}
          missing={t("action.error.reason")}
          busy={busy}
          failure={failure === null ? null : actionFailure(t, failure)}
          onSend={(reason) =>
            void freeze(frozen === null, reason).then((done) => {
              if (!done) return;
              setOpen(false);
              tell(t(`${key}.done`));
            })
          }
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

/** That nothing new can be done now, and since when. */
export function Frozen() {
  const t = useT();
  const format = useFormat();
  const { frozen } = useActions();
  if (frozen === null) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-t border-line-1 bg-sunken px-4 py-1.5 text-small max-tablet:px-3"
    >
      <Lock aria-hidden size={14} className="shrink-0 text-fg-2" />
      <b className="font-semibold">{t("action.frozen.title")}</b>
      <span className="min-w-0 grow basis-60 text-fg-2">
        {t("action.frozen.note", { time: format.time(frozen) })}
      </span>
      <FreezeButton />
    </div>
  );
}
