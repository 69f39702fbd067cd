"use client";

import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { readHistory, type HistoryQuestion } from "@/lib/noc/api";
import { lastContact, serverNow } from "@/lib/noc/contact";
import type { NocError } from "@/lib/noc/error";
import { PAGE_ROWS, startOf, type HistoryFilter } from "@/lib/noc/history";
import { panelView, type PanelView } from "@/lib/noc/shown";
import type { Answer, Filter, HistoryPage, PastAlert } from "@/lib/noc/types";
import { useFreshness } from "./use-badge-look";
import { useNoc, useWatch } from "./use-noc";
import { keyOf } from "./use-noc-query";
import { useSignedIn } from "./use-session";

export interface HistoryRead {
  /** Null before the first page of this filter. */
  alerts: readonly PastAlert[] | null;
  total: number;
  codes: readonly string[];
  view: PanelView;
  onRetry: () => void;
  /** Null when the list is whole. */
  onMore: (() => void) | null;
  loadingMore: boolean;
  /** Why the last page did not come; what was read before still stands. */
  moreFailed: NocError | null;
  /** What is asked of the database now. */
  question: () => HistoryQuestion;
}

type Pages = InfiniteData<Answer<HistoryPage>, string | null>;

type MoreOf = Pick<
  UseInfiniteQueryResult<Pages, NocError>,
  "data" | "hasNextPage" | "isFetching" | "isFetchNextPageError" | "fetchNextPage"
>;

/**
 * Asks for pages until as many are there as the reader wants. A re-read cancels a page on its way
 * and a page a re-read; so a page waits for the re-read, and is asked for again after one.
 */
function useWantedPages(
  of: string,
  { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage }: MoreOf,
): Pick<HistoryRead, "onMore" | "loadingMore"> {
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

/** The alerts of any time that the filters leave, page by page. */
export function useHistory(filter: Filter, asked: HistoryFilter): HistoryRead {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const { company_cnpj, group_id, service } = filter;
  const { severity, state, code, period } = asked;

  const question = (): HistoryQuestion => {
    const now = serverNow(watch.get().contact.clock, Date.now()) ?? Date.now();
    return { company_cnpj, group_id, service, severity, state, code, from: startOf(period, now) };
  };
  const scope = [company_cnpj, group_id, service, severity, state, code, period];
  const query = useInfiniteQuery<Answer<HistoryPage>, NocError, Pages, readonly (string | null)[], string | null>({
    queryKey: [...keyOf(user_id, "history"), ...scope],
    queryFn: ({ pageParam, signal }) =>
      watch.through(readHistory(supabase, question(), pageParam, PAGE_ROWS, signal)),
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
  const first = pages[0] ?? null;
  const more = useWantedPages(scope.join("|"), query);
  return {
    alerts: first === null ? null : pages.flatMap(({ data }) => data.alerts),
    total: first?.data.total ?? 0,
    codes: first?.data.codes ?? [],
    view: panelView({
      freshness,
      answer: first,
      error: query.error,
      last_contact: lastContact(contact),
    }),
    onRetry: () => void query.refetch(),
    ...more,
    moreFailed: query.isFetchNextPageError ? query.error : null,
    question,
  };
}
