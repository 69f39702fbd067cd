"use client";

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button";

export interface DrawerHeadProps {
  headingId: string;
  title: string;
  note?: ReactNode;
  /** Name of the button that closes it. */
  closeLabel: string;
  onClose: () => void;
}

/** The head of a drawer: what it is about, and the way out. */
export function DrawerHead({ headingId, title, note, closeLabel, onClose }: DrawerHeadProps) {
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2.5 border-b border-line-1 py-2 pr-3 pl-3 tablet:pl-5">
      <span className="min-w-0 grow">
        <h2
          id={headingId}
          tabIndex={-1}
          title={title}
          className="truncate text-lead font-semibold tracking-[-0.006em] outline-none max-tablet:whitespace-normal"
        >
          {title}
        </h2>
        {note !== undefined && <span className="block text-small text-fg-2">{note}</span>}
      </span>
      <Button
        look="ghost"
        icon
        aria-label={closeLabel}
        title={closeLabel}
        onClick={onClose}
        className="max-tablet:size-11"
      >
        <X aria-hidden size={16} />
      </Button>
    </header>
  );
}
