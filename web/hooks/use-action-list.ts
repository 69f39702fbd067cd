"use client";

import { useInfiniteQuery, useQuery, type InfiniteData } from "@tanstack/react-query";
import { readAction, readActions } from "@/lib/noc/api-actions";
import { lastContact } from "@/lib/noc/contact";
import type { NocError } from "@/lib/noc/error";
import { panelView, type PanelView } from "@/lib/noc/shown";
import type { Answer } from "@/lib/noc/types";
import type { Action, ActionList, ActionRecord } from "@/lib/noc/types/actions";
import { useFreshness } from "./use-badge-look";
import { useNoc, useWatch } from "./use-noc";
import { keyOf } from "./use-noc-query";
import { useSignedIn } from "./use-session";

const PAGE_ROWS = 25;
/** What runs is counted anew this often; hints come when it begins and ends alone. */
const PROGRESS_MS = 1_000;

const still = {
  retry: false,
  staleTime: Infinity,
  gcTime: 0,
  networkMode: "always",
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

type Pages = InfiniteData<Answer<ActionList>, string | null>;

export interface ActionsRead {
  /** The first page, with what is in effect, awaiting, running and for review; null before it. */
  list: ActionList | null;
  history: readonly Action[];
  view: PanelView;
  onRetry: () => void;
  /** Null when the history is whole. */
  onMore: (() => void) | null;
  loadingMore: boolean;
  moreFailed: NocError | null;
}

/** Actions that reach a company, a group or (both null) whatever the caller operates. */
export function useActionList(scope: {
  company_cnpj: string | null;
  group_id: string | null;
}): ActionsRead {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const { company_cnpj, group_id } = scope;
  const query = useInfiniteQuery<Answer<ActionList>, NocError, Pages, readonly (string | null)[], string | null>({
    queryKey: [...keyOf(user_id, "actions"), "list", company_cnpj, group_id],
    queryFn: ({ pageParam, signal }) =>
      watch.through(readActions(supabase, { company_cnpj, group_id }, pageParam, PAGE_ROWS, signal)),
    initialPageParam: null,
    getNextPageParam: ({ data }) => data.next,
    ...still,
  });
  const pages = query.data?.pages ?? [];
  const first = pages[0] ?? null;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  return {
    list: first?.data ?? null,
    history: pages.flatMap(({ data }) => data.history),
    view: panelView({
      freshness,
      answer: first,
      error: query.error,
      last_contact: lastContact(contact),
    }),
    onRetry: () => void query.refetch(),
    onMore: hasNextPage ? () => void fetchNextPage() : null,
    loadingMore: isFetchingNextPage,
    moreFailed: isFetchNextPageError ? query.error : null,
  };
}

export interface ActionRead {
  record: ActionRecord | null;
  view: PanelView;
  missing: boolean;
  onRetry: () => void;
}

/** One action with its items, followed while it runs. */
export function useActionRecord(action_id: string): ActionRead {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const freshness = useFreshness();
  const contact = useWatch((state) => state.contact);
  const { data, error, refetch } = useQuery<Answer<ActionRecord>, NocError>({
    queryKey: [...keyOf(user_id, "actions"), "one", action_id],
    queryFn: ({ signal }) => watch.through(readAction(supabase, action_id, signal)),
    refetchInterval: ({ state }) =>
      state.data?.data.action.status === "running" ? PROGRESS_MS : false,
    ...still,
  });
  const answer = data ?? null;
  return {
    record: answer?.data ?? null,
    view: panelView({ freshness, answer, error, last_contact: lastContact(contact) }),
    missing: error?.hint === "action_not_found",
    onRetry: () => void refetch(),
  };
}
