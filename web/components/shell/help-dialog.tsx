"use client";

import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { useT } from "@/lib/noc/i18n";
import { Key } from "./key";

const shortcuts = [
  ["/", "help.focusFilters"],
  ["R", "help.pause"],
  ["T", "help.theme"],
  ["?", "help.help"],
] as const;

interface HelpDialogProps {
  open: boolean;
  onClose: () => void;
}

/** The browser's own modal: it holds the focus and injects no style, as our policy demands. */
export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const t = useT();
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-auto w-full max-w-md rounded-panel border border-line-2 bg-raised text-body text-fg-1 shadow-pop backdrop:bg-scrim max-tablet:max-w-[calc(100vw-24px)]"
    >
      <div className="flex items-center border-b border-line-1 py-3 pr-3 pl-5">
        <h2 id={title} className="grow text-lead font-semibold">
          {t("help.title")}
        </h2>
        <Button look="ghost" icon aria-label={t("ui.close")} onClick={onClose}>
          <X aria-hidden size={16} />
        </Button>
      </div>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-3 p-5">
        {shortcuts.map(([key, word]) => (
          <div key={key} className="contents">
            <dt>
              <Key name={key} />
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
