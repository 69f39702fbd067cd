"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { useEffect, useEffectEvent, useRef, type RefObject } from "react";
import { readBadge } from "@/lib/noc/api";
import { nextPoll, READ_SPACING_MS } from "@/lib/noc/pace";
import type { Answer, Badge } from "@/lib/noc/types";
import type { Watch } from "@/lib/noc/watch";

/** A gap this long between two beats of a second means that the machine slept. */
const SLEEP_MS = 8_000;

/**
 * Asks the badge for as long as the page lives: the proof of contact, whatever the channel says.
 * Answers a function that asks at once (at most once a second).
 */
export function useNocPoll(
  supabase: SupabaseClient,
  watch: Watch,
  onBadge: (answer: Answer<Badge>) => void,
): RefObject<() => void> {
  const askNow = useRef<() => void>(() => undefined);
  const seen = useEffectEvent(onBadge);

  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    let startedAt = -Infinity;
    let again = false;

    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), ms);
    };
    const ask = async () => {
      running = true;
      again = false;
      startedAt = Date.now();
      try {
        const answer = await watch.through(readBadge(supabase, leave.signal));
        if (leave.signal.aborted) return;
        watch.sawBadge(answer);
        seen(answer);
      } catch {
        // The watch has noted it; the next question is already planned below.
      } finally {
        running = false;
        const { failures } = watch.get().contact;
        const hidden = document.visibilityState === "hidden";
        const pace = nextPoll({ hidden, failures }, Math.random());
        if (!leave.signal.aborted) later(again ? READ_SPACING_MS : pace);
      }
    };
    const soon = () => {
      if (running) again = true;
      else later(Math.max(0, startedAt + READ_SPACING_MS - Date.now()));
    };
    askNow.current = soon;

    const wake = () => {
      if (document.visibilityState === "hidden") return;
      watch.resumed();
      soon();
    };
    let beatAt = Date.now();
    const beat = setInterval(() => {
      const gap = Date.now() - beatAt;
      beatAt = Date.now();
      if (gap > SLEEP_MS) wake();
    }, 1_000);
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", soon);
    window.addEventListener("offline", soon);
    void ask();

    return () => {
      leave.abort();
      clearTimeout(timer);
      clearInterval(beat);
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", soon);
      window.removeEventListener("offline", soon);
      askNow.current = () => undefined;
    };
  }, [supabase, watch]);

  return askNow;
}
