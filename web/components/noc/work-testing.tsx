/** For tests only: a page whose database answers what the test says. */

import type { SupabaseClient } from "@supabase/supabase-js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { vi } from "vitest";
import { NocContext } from "@/hooks/use-noc";
import { SessionContext } from "@/hooks/use-session";
import type { Me, RpcFailure } from "@/lib/noc/types";
import { createWatch } from "@/lib/noc/watch";
import { NOW, show } from "./testing";
import { WorkProvider } from "./work-provider";

export const EMAIL = "franqueado@noc.local";

export const makeMe = (change: Partial<Me> = {}): Me => ({
  user_id: "me",
  email: EMAIL,
  role: "franqueado",
  topic: "noc:group",
  can_operate: true,
  can_administer: false,
  groups: [],
  companies: [],
  services: [],
  ...change,
});

export const reader: Partial<Me> = { role: "cliente", can_operate: false };

type Reply = { data: unknown } | { error: RpcFailure; status: number };

export const refusal = (code: string, hint: string): Reply => ({
  error: { code, message: hint, details: null, hint },
  status: Number(code.slice(2)),
});

type Rpc = (name: string, args: Record<string, unknown>) => { abortSignal: () => Promise<unknown> };

/** A database of calls: each answers at once, or when the test lets it. */
export function fakeDatabase(answer: (name: string) => Reply | Promise<Reply>) {
  const rpc = vi.fn<Rpc>((name) => ({
    abortSignal: async () => {
      const reply = await answer(name);
      return "data" in reply ? { ...reply, error: null, status: 200 } : { data: null, ...reply };
    },
  }));
  return { rpc, supabase: { rpc } as unknown as SupabaseClient };
}

/** The component inside a signed-in page that can work alerts. */
export function showWorking(
  ui: ReactElement,
  supabase: SupabaseClient,
  me: Partial<Me> = {},
  queries = new QueryClient(),
) {
  const signOut = () => Promise.resolve();
  const session = { state: "signed-in", supabase, user_id: "me", email: EMAIL, signOut } as const;
  const noc = { watch: createWatch(() => NOW), askNow: vi.fn(), togglePause: vi.fn() };
  const page = (inner: ReactElement) => (
    <QueryClientProvider client={queries}>
      <SessionContext value={session}>
        <NocContext value={noc}>
          <WorkProvider me={makeMe(me)}>{inner}</WorkProvider>
        </NocContext>
      </SessionContext>
    </QueryClientProvider>
  );
  const result = show(page(ui));
  return { ...result, noc };
}
