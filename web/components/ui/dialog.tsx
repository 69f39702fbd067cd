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

/** The browser's own modal: it holds the focus and injects no style, as our policy demands. */
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
      className="m-auto w-full max-w-md rounded-panel border border-line-2 bg-raised text-body text-fg-1 shadow-pop backdrop:bg-scrim max-tablet:max-w-[calc(100vw-24px)]"
    >
      <div className="flex items-center border-b border-line-1 py-3 pr-3 pl-5">
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
