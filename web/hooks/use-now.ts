"use client";

import { useSyncExternalStore } from "react";

/** One clock for the whole page, so that every age changes in the same frame. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function beat(): void {
  now = Date.now();
  listeners.forEach((listener) => {
    listener();
  });
}

/** Calls the listener each second; answers how to leave. */
export function subscribeNow(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(beat, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const currentNow = () => now;
const noNow = () => 0;

/** Local milliseconds, renewed each second; 0 while the page is rendered on the build machine. */
export function useNow(): number {
  return useSyncExternalStore(subscribeNow, currentNow, noNow);
}
