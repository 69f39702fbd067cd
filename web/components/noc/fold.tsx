"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { useMedia } from "@/hooks/use-media";

export interface FoldProps {
  title: string;
  /** What is inside, at the right: "latência, erros, requisições". */
  note?: string;
  children: ReactNode;
}

/**
 * On a phone a row of 48 px that opens what stands below it, undrawn until then;
 * on any other screen just that.
 */
export function Fold({ title, note, children }: FoldProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const phone = useMedia("(width <= 640px)");
  return (
    <div className="grid min-w-0 gap-3">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex h-12 items-center gap-2.5 rounded-panel border border-line-1 bg-panel px-3 text-left tablet:hidden"
      >
        <span className="font-medium">{title}</span>
        <span className="min-w-0 grow truncate text-right text-small text-fg-3">{note}</span>
        <ChevronRight
          aria-hidden
          size={16}
          className={clsx("shrink-0 transition-transform duration-(--t-base)", open && "rotate-90")}
        />
      </button>
      <div id={id} className="grid min-w-0 gap-3 empty:hidden">
        {(open || !phone) && children}
      </div>
    </div>
  );
}
