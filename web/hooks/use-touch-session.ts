"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { useEffect } from "react";
import { touchSession } from "@/lib/noc/api";

const EVERY_MS = 60_000;

/** Marks the session as seen once a minute for as long as someone can see the page. */
export function useTouchSession(supabase: SupabaseClient): void {
  useEffect(() => {
    const leave = new AbortController();
    const touch = () => {
      if (document.visibilityState === "hidden") return;
      // Presence is a courtesy: the badge poll reports a lost contact.
      touchSession(supabase, leave.signal).catch(() => undefined);
    };
    touch();
    const timer = setInterval(touch, EVERY_MS);
    return () => {
      leave.abort();
      clearInterval(timer);
    };
  }, [supabase]);
}
