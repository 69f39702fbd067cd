"use client";

import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "./button";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** Name of the button that closes it. */
  closeLabel: string;
  children: ReactNode;
}

/**
 * The browser's own modal: it holds the focus and injects no style, as our policy demands.
 * On a telephone it rises from below and its head stays in sight.
 */
export function Dialog({ title, open, onClose, closeLabel, children }: DialogProps) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-auto w-full max-w-md rounded-panel border border-line-2 bg-raised text-body text-fg-1 shadow-pop backdrop:bg-scrim max-tablet:mb-0 max-tablet:max-h-[calc(100dvh-16px)] max-tablet:max-w-none max-tablet:rounded-b-none max-tablet:border-b-0"
    >
      <div className="sticky top-0 z-1 flex items-center border-b border-line-1 bg-raised py-3 pr-3 pl-5 max-tablet:py-1 max-tablet:pr-1">
        <h2 id={titleId} className="grow text-lead font-semibold">
          {title}
        </h2>
        <Button
          look="ghost"
          icon
          aria-label={closeLabel}
          onClick={onClose}
          className="max-tablet:size-11"
        >
          <X aria-hidden size={16} />
        </Button>
      </div>
      {children}
    </dialog>
  );
}

/** What is done with a form in a dialog, the last one first; on a telephone always in sight. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="flex justify-end gap-2 max-tablet:sticky max-tablet:bottom-0 max-tablet:-mx-5 max-tablet:-mb-5 max-tablet:border-t max-tablet:border-line-1 max-tablet:bg-raised max-tablet:px-5 max-tablet:py-3">
      {children}
    </div>
  );
}
