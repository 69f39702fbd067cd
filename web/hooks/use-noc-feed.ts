"use client";

import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { useEffect, useEffectEvent } from "react";
import type { Versions } from "@/lib/noc/feed";
import { versionsOfHint } from "@/lib/noc/hint";
import { nextChannel } from "@/lib/noc/pace";
import type { Watch } from "@/lib/noc/watch";

const REFUSED = /unauthori[sz]ed|do not have permission/i;

interface Heard {
  /** The database says that these tables changed. */
  onHint: (versions: Versions) => void;
  /** Joined, for the first time or again: hints sent meanwhile are gone. */
  onJoined: () => void;
}

/**
 * Listens on the caller's widest topic. The message carries no rows, only what changed.
 * A refused channel is left (each retry would hold up the whole socket for seconds) until the token
 * is renewed; a closed one is never reopened by the client library, so it is built anew.
 */
export function useNocFeed(
  supabase: SupabaseClient,
  topic: string | null,
  watch: Watch,
  { onHint, onJoined }: Heard,
): void {
  const hinted = useEffectEvent(onHint);
  const joined = useEffectEvent(onJoined);

  useEffect(() => {
    if (topic === null) return;
    let channel: RealtimeChannel | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;
    let over = false;

    const drop = () => {
      const old = channel;
      channel = null;
      if (old !== null) void supabase.removeChannel(old);
    };
    const reopen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void open(), nextChannel(attempt, Math.random()));
      attempt += 1;
    };
    const onStatus = (mine: RealtimeChannel, status: string, error: Error | undefined) => {
      if (channel !== mine) return;
      if (status === "SUBSCRIBED") {
        attempt = 0;
        watch.feed({ kind: "joined" });
        joined();
      } else if (status === "CHANNEL_ERROR" && REFUSED.test(error?.message ?? "")) {
        watch.feed({ kind: "denied" });
        drop();
      } else {
        watch.feed({ kind: "dropped" });
        if (status !== "CLOSED") return;
        drop();
        reopen();
      }
    };
    const open = async () => {
      watch.feed({ kind: "opening" });
      // Without this the first join goes out as anon and is refused.
      await supabase.realtime.setAuth().catch(() => undefined);
      if (over) return;
      const mine = supabase.channel(topic, { config: { private: true } });
      channel = mine;
      mine
        .on("broadcast", { event: "changed" }, ({ payload }: { payload?: unknown }) => {
          const versions = versionsOfHint(payload);
          if (versions === null) return;
          watch.feed({ kind: "hinted", versions });
          hinted(versions);
        })
        .subscribe((status, error) => {
          onStatus(mine, status, error);
        });
    };
    const { data } = supabase.auth.onAuthStateChange((event) => {
      if (event === "TOKEN_REFRESHED" && watch.get().feed.stream === "denied") void open();
    });
    void open();

    return () => {
      over = true;
      clearTimeout(timer);
      data.subscription.unsubscribe();
      drop();
    };
  }, [supabase, topic, watch]);
}
