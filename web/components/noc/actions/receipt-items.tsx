"use client";

import { Check, CircleDashed, LoaderCircle, Minus, X, type LucideIcon } from "lucide-react";
import { whySaid } from "@/lib/noc/action-result";
import { useT } from "@/lib/noc/i18n";
import type { ActionItem, ItemState } from "@/lib/noc/types/actions";
import { DrawerSection } from "../../ui/drawer";

const marks: Record<ItemState, { icon: LucideIcon; look: string }> = {
  waiting: { icon: CircleDashed, look: "text-fg-3" },
  running: { icon: LoaderCircle, look: "text-fg-2" },
  ok: { icon: Check, look: "st-up text-state-fg" },
  skipped: { icon: Minus, look: "text-fg-2" },
  failed: { icon: X, look: "st-down text-state-fg" },
};

function Item({ item }: { item: ActionItem }) {
  const t = useT();
  const { icon: Mark, look } = marks[item.state];
  const name = item.kind === "notice" ? t("action.item.notice") : (item.job_type ?? item.external_id ?? item.ref);
  const why = item.reason === null ? null : whySaid(t, item.reason);
  return (
    <li
      data-item={item.state}
      className="flex min-h-8 items-center gap-2 border-t border-line-1 px-2.5 py-1 text-small first:border-t-0"
    >
      <Mark aria-hidden size={14} className={`shrink-0 ${look}`} />
      <span className="min-w-0 grow">
        <span className="font-medium">{name}</span>
        {item.company_name !== null && <span className="text-fg-2"> · {item.company_name}</span>}
      </span>
      <span className={`text-right ${look}`}>
        {[t(`action.item.${item.state}`), why].filter(Boolean).join(": ")}
      </span>
    </li>
  );
}

/** Each item and what became of it; what needs a look first stands first. */
export function ReceiptItems({ items, leftOff }: { items: readonly ActionItem[]; leftOff: number }) {
  const t = useT();
  const [first] = items;
  if (first === undefined) return null;
  return (
    <DrawerSection>
      <h3 className="text-small font-medium">{t(`action.receipt.items.${first.kind}`)}</h3>
      <ul className="overflow-hidden rounded-control border border-line-1">
        {items.map((item) => (
          <Item key={item.ref} item={item} />
        ))}
      </ul>
      {leftOff > 0 && (
        <p className="text-small text-fg-3">{t.count("action.receipt.leftOff", leftOff)}</p>
      )}
    </DrawerSection>
  );
}
