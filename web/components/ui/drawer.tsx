"use client";

import { ArrowLeft, X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "./button";

export interface DrawerProps {
  title: string;
  icon: ReactNode;
  /** Under the title: whom it is about. */
  note?: ReactNode;
  onClose: () => void;
  closeLabel: string;
  /** What it was opened from stays behind it: the way out is a way back. */
  back?: string | undefined;
  /** Always in sight below what scrolls. */
  footer?: ReactNode;
  children: ReactNode;
}

/**
 * A decision beside the page, under a veil: the browser's own modal, so that nothing behind it can
 * be touched. Gives the focus back to what opened it. On a telephone it is the whole screen.
 */
export function Drawer({ title, icon, note, onClose, closeLabel, back, footer, children }: DrawerProps) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    const { activeElement: opener } = document;
    const shown = dialog.current;
    shown?.showModal();
    heading.current?.focus();
    return () => {
      shown?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="noc-veiled fixed inset-y-0 right-0 left-auto m-0 h-dvh max-h-none w-130 max-w-full flex-col bg-panel text-body text-fg-1 shadow-drawer backdrop:bg-scrim open:flex"
    >
      <header className="flex shrink-0 items-start gap-2 border-b border-line-1 py-3 pr-3 pl-5 max-tablet:pr-1 max-tablet:pl-3">
        {back !== undefined && (
          <Button
            look="ghost"
            icon
            aria-label={back}
            title={back}
            onClick={onClose}
            className="-ml-2 max-tablet:-my-2 max-tablet:size-11"
          >
            <ArrowLeft aria-hidden size={16} />
          </Button>
        )}
        <span aria-hidden className="flex h-7 items-center text-fg-2 max-tablet:hidden">
          {icon}
        </span>
        <div className="min-w-0 grow">
          <h2
            ref={heading}
            id={titleId}
            tabIndex={-1}
            className="text-lead leading-7 font-semibold outline-none"
          >
            {title}
          </h2>
          {note !== undefined && <div className="text-small text-fg-2">{note}</div>}
        </div>
        <Button
          look="ghost"
          icon
          aria-label={closeLabel}
          onClick={onClose}
          className="max-tablet:-my-2 max-tablet:size-11"
        >
          <X aria-hidden size={16} />
        </Button>
      </header>
      <div className="min-h-0 grow overflow-y-auto overscroll-contain">{children}</div>
      {footer !== undefined && (
        <footer className="grid shrink-0 grid-cols-[minmax(0,1fr)] gap-2.5 border-t border-line-1 bg-sunken px-5 py-3 max-tablet:px-3">
          {footer}
        </footer>
      )}
    </dialog>
  );
}

/** A part of a drawer, between two lines. */
export function DrawerSection({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <section aria-label={label} className="grid gap-2 border-b border-line-1 px-5 py-3.5 max-tablet:px-3">
      {children}
    </section>
  );
}
