"use client";

import clsx from "clsx";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";

// Not modal: a modal one would inject a style that our policy refuses.
export function Menu({ children }: { children: ReactNode }) {
  return <Radix.Root modal={false}>{children}</Radix.Root>;
}

export const MenuTrigger = Radix.Trigger;

export function MenuContent({ children, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align="end"
        sideOffset={4}
        collisionPadding={8}
        className="z-(--z-popover) grid min-w-48 max-w-72 rounded-panel bg-raised p-1 text-body text-fg-1 shadow-pop"
        {...rest}
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  /** Stays reachable by keyboard and does nothing. */
  locked?: boolean;
}

export function MenuItem({ icon, children, onSelect, locked = false }: MenuItemProps) {
  return (
    <Radix.Item
      aria-disabled={locked}
      onSelect={(event) => {
        if (locked) event.preventDefault();
        else onSelect();
      }}
      className={clsx(
        "flex min-h-8 items-center gap-2 rounded-cell px-2 outline-none data-highlighted:bg-hover",
        "max-tablet:min-h-11",
        locked ? "cursor-not-allowed text-fg-3" : "cursor-pointer",
      )}
    >
      <span aria-hidden className="shrink-0 text-fg-3">
        {icon}
      </span>
      {children}
    </Radix.Item>
  );
}

/** Why the items are locked; read before them. */
export function MenuNote({ children }: { children: ReactNode }) {
  return (
    <Radix.Label className="mb-1 border-b border-line-1 px-2 pt-1 pb-2 text-small text-fg-3">
      {children}
    </Radix.Label>
  );
}
