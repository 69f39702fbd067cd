"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { NocContext, useNoc } from "@/hooks/use-noc";
import { useNocFeed } from "@/hooks/use-noc-feed";
import { useNocPoll } from "@/hooks/use-noc-poll";
import { keyOf, useMe } from "@/hooks/use-noc-query";
import { useSignedIn } from "@/hooks/use-session";
import { useTouchSession } from "@/hooks/use-touch-session";
import { NocError } from "@/lib/noc/error";
import { readsTouchedBy, type Read } from "@/lib/noc/hint";
import { lagsBehind } from "@/lib/noc/lag";
import { createReread, type Reread } from "@/lib/noc/reread";
import type { Answer, Badge } from "@/lib/noc/types";
import { createWatch } from "@/lib/noc/watch";

/** The caller's own mistake, such as a foreign company in the address: asking again is no use. */
function isFinal(error: unknown): boolean {
  return error instanceof NocError && error.kind === "refused" && error.code.startsWith("PT4");
}

const held: readonly Read[] = [
  "sources",
  "overview",
  "matrix",
  "series",
  "timeline",
  "history",
  "silences",
  "contacts",
  "notifications",
  "rules",
  "queue",
  "jobs",
  "sessions",
  "actions",
];

/** The answer that a query holds; of a list that grew page by page, the first. */
function answerOf(data: unknown): Answer<unknown> | undefined {
  const paged = data as { pages?: Answer<unknown>[] } | undefined;
  return paged?.pages === undefined ? (data as Answer<unknown> | undefined) : paged.pages[0];
}

/** Listens once the caller's topic is known. */
function Feed({ request }: { request: (reads: Iterable<Read>) => void }) {
  const { supabase } = useSignedIn();
  const { watch, askNow } = useNoc();
  const me = useMe();
  useNocFeed(supabase, me.data?.data.topic ?? null, watch, {
    onHint: (versions) => {
      watch.waits();
      request(readsTouchedBy(Object.keys(versions)));
      askNow();
    },
    onJoined: () => {
      request(held);
      askNow();
    },
  });
  return null;
}

/**
 * Keeps the connection of a signed-in user: poll, channel, re-reads and the reader's pause.
 * A held page and a tab out of sight read nothing but the badge; what they missed is read on return.
 */
export function NocProvider({ children }: { children: ReactNode }) {
  const { supabase, user_id } = useSignedIn();
  const queries = useQueryClient();
  const [watch] = useState(() => createWatch(Date.now));
  const reread = useRef<Reread | null>(null);

  useEffect(() => {
    const made = createReread((reads) =>
      Promise.all(
        [...reads].map((read) =>
          queries.refetchQueries({ queryKey: keyOf(user_id, read), type: "active" }),
        ),
      ),
    );
    reread.current = made;
    return () => {
      made.stop();
    };
  }, [queries, user_id]);

  const request = useCallback(
    (reads: Iterable<Read>) => {
      const unseen = document.visibilityState === "hidden";
      const still = unseen || watch.get().paused !== null;
      reread.current?.request(still ? [...reads].filter((read) => !held.includes(read)) : reads);
    },
    [watch],
  );

  const onBadge = (badge: Answer<Badge>) => {
    const behind = (["me", ...held] as const).filter((read) =>
      queries
        .getQueryCache()
        .findAll({ queryKey: keyOf(user_id, read), type: "active" })
        .filter(({ state }) => state.fetchStatus === "idle" && !isFinal(state.error))
        .some(({ state }) => lagsBehind(read, answerOf(state.data), badge)),
    );
    if (behind.length > 0 && watch.get().feed.stream !== "live") watch.waits();
    request(behind);
  };
  const poll = useNocPoll(supabase, watch, onBadge);
  useTouchSession(supabase);

  const noc = useMemo(() => {
    const askNow = () => {
      poll.current();
    };
    const togglePause = () => {
      watch.togglePause();
      if (watch.get().paused === null) request(held);
    };
    return { watch, askNow, togglePause };
  }, [watch, poll, request]);

  return (
    <NocContext value={noc}>
      <Feed request={request} />
      {children}
    </NocContext>
  );
}
