"use client";

import { useQueryClient } from "@tanstack/react-query";
import type { Session as AuthSession, SupabaseClient } from "@supabase/supabase-js";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { SessionContext, type Session } from "@/hooks/use-session";
import { loadConfig } from "@/lib/config";
import { createBrowserClient, forgetSession, SESSION_STORAGE_KEY } from "@/lib/supabase/browser";

const CONFIG_RETRY_MS = 5_000;

/** Reads the configuration once, makes the one client, and follows who is signed in. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [supabase, setSupabase] = useState<SupabaseClient | null>(null);
  const [session, setSession] = useState<Session>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const leaving = useRef(false);

  const forget = useCallback(() => {
    queries.clear();
    forgetSession(localStorage);
  }, [queries]);

  useEffect(() => {
    let current = true;
    const retry = () => {
      setAttempt((n) => n + 1);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    loadConfig(fetch)
      .then((config) => {
        if (current) setSupabase(createBrowserClient(config));
      })
      .catch((failure: unknown) => {
        if (!current) return;
        const reason = failure instanceof Error ? failure.message : String(failure);
        setSession({ state: "unconfigured", reason, retry });
        timer = setTimeout(retry, CONFIG_RETRY_MS);
      });
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [attempt]);

  useEffect(() => {
    if (supabase === null) return;
    const signOut = async () => {
      leaving.current = true;
      await supabase.removeAllChannels();
      await supabase.auth.signOut({ scope: "local" }).catch(() => undefined);
      forget();
      setSession({ state: "signed-out", supabase, expired: false });
    };
    const enter = (auth: AuthSession) => {
      leaving.current = false;
      const { id: user_id, email } = auth.user;
      setSession((before) =>
        before.state === "signed-in" && before.user_id === user_id
          ? before
          : { state: "signed-in", supabase, user_id, email: email ?? "", signOut },
      );
    };
    const leave = () => {
      void supabase.removeAllChannels();
      forget();
      setSession((before) => ({
        state: "signed-out",
        supabase,
        expired: before.state !== "loading" && !leaving.current,
      }));
    };
    const { data } = supabase.auth.onAuthStateChange((event, auth) => {
      if (event === "SIGNED_OUT") leave();
      else if (auth !== null) enter(auth);
      else if (localStorage.getItem(SESSION_STORAGE_KEY) !== null) setSession({ state: "unreachable" });
      else if (event === "INITIAL_SESSION") setSession({ state: "signed-out", supabase, expired: false });
    });
    return () => {
      data.subscription.unsubscribe();
    };
  }, [supabase, forget]);

  return <SessionContext value={session}>{children}</SessionContext>;
}
