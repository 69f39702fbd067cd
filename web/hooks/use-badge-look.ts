"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { freshnessOf, type Freshness } from "@/lib/noc/contact";
import type { Badge } from "@/lib/noc/types";
import { badgeLook, type BadgeLook, type Seen } from "@/lib/noc/verdict";
import { useNoc, useWatch } from "./use-noc";
import { useMe } from "./use-noc-query";
import { subscribeNow } from "./use-now";

/** Judged each second and at each answer; renders again only when the judgement changes. */
export function useFreshness(): Freshness {
  const { watch } = useNoc();
  const subscribe = useCallback(
    (listener: () => void) => {
      const leaveClock = subscribeNow(listener);
      const leaveWatch = watch.subscribe(listener);
      return () => {
        leaveClock();
        leaveWatch();
      };
    },
    [watch],
  );
  const judge = () =>
    freshnessOf(watch.get().contact, Date.now(), document.visibilityState === "hidden");
  return useSyncExternalStore(subscribe, judge, () => "waiting" as const);
}

/** The last badge with the local instant of its arrival; null before the first. */
export function useBadge(): Seen<Badge> | null {
  const badge = useWatch((state) => state.badge);
  return useMemo(() => (badge === null ? null : { data: badge.data.data, at: badge.at }), [badge]);
}

const nobodysLook: BadgeLook = { status: "NO_DATA", count: 0, ring: false };

/** Someone who was given no company yet sees nothing, and nothing is not green. */
export function useBadgeLook(): BadgeLook {
  const look = badgeLook(useFreshness(), useBadge());
  const me = useMe().data?.data;
  return me !== undefined && me.role === null ? nobodysLook : look;
}
