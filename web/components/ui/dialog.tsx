"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";

export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  closeLabel: string;
  children: ReactNode;
  footer?: ReactNode;
  /** A drawer stands at the right edge; on a phone both fill the screen. */
  shape?: "drawer" | "box";
}

const shapes: Record<"drawer" | "box", string> = {
  drawer: "inset-y-0 right-0 w-full shadow-drawer tablet:w-[520px]",
  box: "inset-0 m-auto h-fit max-h-full w-full max-w-md rounded-panel shadow-pop",
};

/** A decision: veil behind, focus held inside, Escape leaves. */
export function Dialog({
  open,
  onOpenChange,
  title,
  closeLabel,
  children,
  footer,
  shape = "box",
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-(--z-scrim) bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className={clsx("fixed z-(--z-drawer) flex flex-col bg-panel", shapes[shape])}
        >
          <header className="flex items-center gap-2.5 border-b border-line-1 py-3 pr-3 pl-5">
            <Radix.Title className="grow text-lead font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <Button look="ghost" icon aria-label={closeLabel}>
                <X aria-hidden size={16} />
              </Button>
            </Radix.Close>
          </header>
          <div className="min-h-0 grow overflow-auto p-5">{children}</div>
          {footer !== undefined && (
            <footer className="flex items-center gap-2 border-t border-line-1 px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
