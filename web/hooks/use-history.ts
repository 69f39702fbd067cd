"use client";

import { readHistory, type HistoryQuestion } from "@/lib/noc/api";
import { serverNow } from "@/lib/noc/contact";
import { PAGE_ROWS, startOf, type HistoryFilter } from "@/lib/noc/history";
import type { Filter, HistoryPage, PastAlert } from "@/lib/noc/types";
import { useNoc } from "./use-noc";
import { usePagedRead, type PagedRead } from "./use-paged-read";

export interface HistoryRead extends Omit<PagedRead<HistoryPage>, "pages"> {
  /** Null before the first page of this filter. */
  alerts: readonly PastAlert[] | null;
  total: number;
  codes: readonly string[];
  /** What is asked of the database now. */
  question: () => HistoryQuestion;
}

/** The alerts of any time that the filters leave, page by page. */
export function useHistory(filter: Filter, asked: HistoryFilter): HistoryRead {
  const { watch } = useNoc();
  const { company_cnpj, group_id, service } = filter;
  const { severity, state, code, period } = asked;

  const question = (): HistoryQuestion => {
    const now = serverNow(watch.get().contact.clock, Date.now()) ?? Date.now();
    return { company_cnpj, group_id, service, severity, state, code, from: startOf(period, now) };
  };
  const scope = [company_cnpj, group_id, service, severity, state, code, period];
  const { pages, ...rest } = usePagedRead<HistoryPage>(
    "history",
    scope,
    (supabase, cursor, signal) => readHistory(supabase, question(), cursor, PAGE_ROWS, signal),
  );
  const first = pages[0];
  return {
    alerts: first === undefined ? null : pages.flatMap(({ alerts }) => alerts),
    total: first?.total ?? 0,
    codes: first?.codes ?? [],
    ...rest,
    question,
  };
}
