"use client";

import clsx from "clsx";
import type { KeyboardEventHandler, ReactNode } from "react";
import { useEscape } from "@/hooks/use-escape";

export interface SideDrawerProps {
  /** Id of the heading that names it. */
  headingId: string;
  header: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
  busy?: boolean;
  onKeyDown?: KeyboardEventHandler<HTMLElement>;
  onClose: () => void;
  /** Of the body. */
  className?: string;
}

/** Beside the living page, without a veil; on a phone it covers the page. Escape closes it. */
export function SideDrawer({
  headingId,
  header,
  footer,
  children,
  busy = false,
  onKeyDown,
  onClose,
  className,
}: SideDrawerProps) {
  useEscape(onClose);
  return (
    <aside
      aria-labelledby={headingId}
      aria-busy={busy}
      onKeyDown={onKeyDown}
      className="noc-drawer fixed inset-y-0 right-0 z-(--z-drawer) flex w-216 max-w-full flex-col bg-panel shadow-drawer"
    >
      {header}
      <div className={clsx("flex min-h-0 grow flex-col overscroll-contain", className)}>{children}</div>
      {footer}
    </aside>
  );
}
