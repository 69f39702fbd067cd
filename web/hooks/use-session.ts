"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { createContext, use } from "react";

export type Session =
  | { state: "loading" }
  /** `/config.json` is missing or wrong: nothing can work until the host mends it. */
  | { state: "unconfigured"; reason: string; retry: () => void }
  /** A session is kept here but could not be renewed yet; it is tried again by itself. */
  | { state: "unreachable" }
  | { state: "signed-out"; supabase: SupabaseClient; expired: boolean }
  | { state: "signed-in"; supabase: SupabaseClient; user_id: string; email: string; signOut: () => Promise<void> };

export type SignedIn = Extract<Session, { state: "signed-in" }>;

export const SessionContext = createContext<Session>({ state: "loading" });

export function useSession(): Session {
  return use(SessionContext);
}

/** The session of components that are only shown to someone who signed in. */
export function useSignedIn(): SignedIn {
  const session = use(SessionContext);
  if (session.state !== "signed-in") throw new Error("this component needs a session");
  return session;
}
