"use client";

import clsx from "clsx";
import { Popover as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";

export const Popover = Radix.Root;
export const PopoverTrigger = Radix.Trigger;
export const PopoverAnchor = Radix.Anchor;
export const PopoverClose = Radix.Close;

export interface PopoverContentProps {
  children: ReactNode;
  /** Said to a screen reader when it opens. */
  label: string;
  align?: ComponentProps<typeof Radix.Content>["align"];
  /** Where the focus goes when it closes, if not to its trigger. */
  onCloseAutoFocus?: (event: Event) => void;
  className?: string;
}

export function PopoverContent({
  children,
  label,
  align = "start",
  className,
  ...rest
}: PopoverContentProps) {
  return (
    <Radix.Portal>
      <Radix.Content
        aria-label={label}
        align={align}
        sideOffset={6}
        collisionPadding={8}
        className={clsx(
          "z-(--z-popover) max-h-(--radix-popover-content-available-height) overflow-hidden",
          "rounded-panel bg-raised text-body text-fg-1 shadow-pop",
          className,
        )}
        {...rest}
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}
