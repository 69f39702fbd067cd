import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { WebConfig } from "@/lib/config";
import { fetchWithin } from "@/lib/deadline";

/** Where the session lives in the browser; signing out removes every key with this prefix. */
export const SESSION_STORAGE_KEY = "noc.session";
const REQUEST_DEADLINE_MS = 6_000;

/** The page's one client. It refreshes its token itself; no request outlives its deadline. */
export function createBrowserClient(config: WebConfig): SupabaseClient {
  return createClient(config.supabase_url, config.supabase_publishable_key, {
    auth: {
      storageKey: SESSION_STORAGE_KEY,
      persistSession: true,
      autoRefreshToken: true,
      detectSessionInUrl: false,
    },
    global: { fetch: fetchWithin(REQUEST_DEADLINE_MS, fetch) },
  });
}

/** Forgets the session of this browser, also when the server could not be told. */
export function forgetSession(storage: Storage): void {
  const ours = Object.keys(storage).filter((key) => key.startsWith(SESSION_STORAGE_KEY));
  ours.forEach((key) => {
    storage.removeItem(key);
  });
}
