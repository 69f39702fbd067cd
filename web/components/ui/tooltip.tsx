"use client";

import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** Wraps the page once; the next tooltip of a row opens without delay. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={250} skipDelayDuration={400}>
      {children}
    </Radix.Provider>
  );
}

export interface TooltipProps {
  content: ReactNode;
  /** The element that shows it; must accept a ref and take focus. */
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
}

/** Adds what is not essential; nothing may be readable only here. */
export function Tooltip({ content, children, side = "top" }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-(--z-popover) max-w-80 rounded-control bg-raised px-2.5 py-2 text-small text-fg-1 shadow-pop"
        >
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
