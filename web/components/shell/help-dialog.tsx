"use client";

import { Dialog } from "@/components/ui/dialog";
import { useT } from "@/lib/noc/i18n";
import { Key } from "./key";

const shortcuts = [
  ["/", "help.focusFilters"],
  ["R", "help.pause"],
  ["A", "help.ack"],
  ["S", "help.silence"],
  ["T", "help.theme"],
  ["?", "help.help"],
] as const;

interface HelpDialogProps {
  open: boolean;
  onClose: () => void;
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const t = useT();
  return (
    <Dialog title={t("help.title")} open={open} onClose={onClose} closeLabel={t("ui.close")}>
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
    </Dialog>
  );
}
