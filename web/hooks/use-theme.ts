"use client";

import { useCallback, useSyncExternalStore } from "react";
import { applyTheme, keepTheme, keptTheme, nextTheme, type Theme } from "@/lib/shell/theme";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: light)");
  const follow = () => {
    applyTheme(keptTheme(localStorage));
    listener();
  };
  listeners.add(listener);
  system.addEventListener("change", follow);
  window.addEventListener("storage", follow);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", follow);
    window.removeEventListener("storage", follow);
  };
}

function chooseTheme(theme: Theme): void {
  keepTheme(localStorage, theme);
  applyTheme(theme);
  listeners.forEach((listener) => {
    listener();
  });
}

/** The reader's choice; "system" until one is made. */
export function useTheme(): {
  theme: Theme;
  chooseTheme: (theme: Theme) => void;
  /** To the next of system, dark, light. */
  cycleTheme: () => void;
} {
  const theme = useSyncExternalStore(
    subscribe,
    () => keptTheme(localStorage),
    (): Theme => "system",
  );
  const cycleTheme = useCallback(() => {
    chooseTheme(nextTheme(keptTheme(localStorage)));
  }, []);
  return { theme, chooseTheme, cycleTheme };
}
