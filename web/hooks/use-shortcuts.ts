"use client";

import { useEffect, useEffectEvent } from "react";

/** Whether keys belong to a field that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role=textbox]");
}

/** A key held down, or one with Ctrl, Alt or Meta, which is the browser's. */
export function isChord(event: Pick<KeyboardEvent, "ctrlKey" | "altKey" | "metaKey" | "repeat">) {
  return event.ctrlKey || event.altKey || event.metaKey || event.repeat;
}

/** Single keys that act anywhere but in a field; a key with Ctrl, Alt or Meta is the browser's. */
export function useShortcuts(actions: Partial<Record<string, () => void>>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isChord(event) || isTyping(event.target)) return;
    const action = actions[event.key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
    };
  }, []);
}
