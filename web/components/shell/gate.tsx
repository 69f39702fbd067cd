"use client";

import type { ReactNode } from "react";
import { useSession } from "@/hooks/use-session";
import { NavBar } from "./nav-bar";
import { NocProvider } from "./noc-provider";
import { Unconfigured, Unreachable } from "./notices";
import { PageSkeleton } from "./page-skeleton";
import { SignInForm } from "./sign-in-form";
import { PlainSignal, TabSignal } from "./tab-signal";

/** Lets the pages be seen by someone who signed in; to all others it says what is missing. */
export function Gate({ children }: { children: ReactNode }) {
  const session = useSession();
  switch (session.state) {
    case "loading":
      return (
        <>
          <PlainSignal />
          <PageSkeleton withBar />
        </>
      );
    case "unconfigured":
      return <Unconfigured reason={session.reason} onRetry={session.retry} />;
    case "unreachable":
      return <Unreachable />;
    case "signed-out":
      return (
        <>
          <PlainSignal />
          <SignInForm supabase={session.supabase} expired={session.expired} />
        </>
      );
    case "signed-in":
      return (
        <NocProvider key={session.user_id}>
          <TabSignal />
          <NavBar />
          {children}
        </NocProvider>
      );
  }
}
