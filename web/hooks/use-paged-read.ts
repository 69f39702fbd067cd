"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import {
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { lastContact } from "@/lib/noc/contact";
import type { NocError } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import { panelView, type PanelView } from "@/lib/noc/shown";
import type { Answer } from "@/lib/noc/types";
import { useFreshness } from "./use-badge-look";
import { useNoc, useWatch } from "./use-noc";
import { keyOf } from "./use-noc-query";
import { useSignedIn } from "./use-session";

/** A list that is read page by page, as far as the reader wants. */
export interface PagedRead<P> {
  /** Empty before the first page of this scope. */
  pages: readonly P[];
  view: PanelView;
  onRetry: () => void;
  /** Null when the list is whole. */
  onMore: (() => void) | null;
  loadingMore: boolean;
  /** Why the last page did not come; what was read before still stands. */
  moreFailed: NocError | null;
}

type Pages<P> = InfiniteData<Answer<P>, string | null>;

type MoreOf<P> = Pick<
  UseInfiniteQueryResult<Pages<P>, NocError>,
  "data" | "hasNextPage" | "isFetching" | "isFetchNextPageError" | "fetchNextPage"
>;

/**
 * Asks for pages until as many are there as the reader wants. A re-read cancels a page on its way
 * and a page a re-read; so a page waits for the re-read, and is asked for again after one.
 */
function useWantedPages<P>(
  of: string,
  { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage }: MoreOf<P>,
): Pick<PagedRead<P>, "onMore" | "loadingMore"> {
  const [wanted, setWanted] = useState({ of, pages: 1 });
  const count = data?.pages.length ?? 0;
  const short = wanted.of === of && hasNextPage && count > 0 && count < wanted.pages;
  useEffect(() => {
    if (short && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [short, isFetching, isFetchNextPageError, fetchNextPage]);
  const onMore = () => {
    if (short && isFetchNextPageError) void fetchNextPage();
    setWanted({ of, pages: count + 1 });
  };
  return {
    onMore: hasNextPage ? onMore : null,
    loadingMore: short && !isFetchNextPageError,
  };
}

/** The pages of one read; another scope starts without any. `cursor` null: the first. */
export function usePagedRead<P extends { next: string | null }>(
  read: Read,
  scope: readonly (string | null)[],
  ask: (supabase: SupabaseClient, cursor: string | null, signal: AbortSignal) => Promise<Answer<P>>,
): PagedRead<P> {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const query = useInfiniteQuery<Answer<P>, NocError, Pages<P>, readonly (string | null)[], string | null>({
    queryKey: [...keyOf(user_id, read), ...scope],
    queryFn: ({ pageParam, signal }) => watch.through(ask(supabase, pageParam, signal)),
    initialPageParam: null,
    getNextPageParam: ({ data }) => data.next,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    networkMode: "always",
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const pages = query.data?.pages ?? [];
  return {
    pages: pages.map(({ data }) => data),
    view: panelView({
      freshness,
      answer: pages[0] ?? null,
      error: query.error,
      last_contact: lastContact(contact),
    }),
    onRetry: () => void query.refetch(),
    ...useWantedPages(scope.join("|"), query),
    moreFailed: query.isFetchNextPageError ? query.error : null,
  };
}
