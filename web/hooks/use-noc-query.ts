"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import {
  readBacktest,
  readContacts,
  readMaintenancePreview,
  readMatrix,
  readMe,
  readNotifications,
  readOverview,
  readRules,
  readSeries,
  readSilencePreview,
  readSilences,
  readSources,
  readTimeline,
} from "@/lib/noc/api";
import type { NocError } from "@/lib/noc/error";
import type { Read } from "@/lib/noc/hint";
import type { WindowWish } from "@/lib/noc/maintenance";
import type {
  Answer,
  DataSource,
  Filter,
  Maintenance,
  MaintenancePreview,
  Matcher,
  Matrix,
  Me,
  Overview,
  Series,
  Silence,
  SilencePreview,
  Timeline,
} from "@/lib/noc/types";
import type { Backtest, Contact, Notifications, RuleDraft, Rules } from "@/lib/noc/types-settings";
import { useNoc } from "./use-noc";
import { useSignedIn } from "./use-session";

export type ReadResult<T> = Pick<
  UseQueryResult<Answer<T>, NocError>,
  "data" | "error" | "dataUpdatedAt" | "refetch"
>;

/** Key of every read of a user: another user's answers can never be shown. */
export function keyOf(user_id: string, read: Read): readonly string[] {
  return ["noc", user_id, read];
}

/**
 * A refusal stays said while the read is tried again; without this the page would flicker between
 * the refusal and its skeleton. Another scope (`of`) starts without one.
 */
function useLastError(of: string, { data, error }: ReadResult<unknown>): NocError | null {
  const [kept, setKept] = useState<{ of: string; error: NocError } | null>(null);
  if (error !== null && error !== kept?.error) setKept({ of, error });
  if (error !== null || data !== undefined) return error;
  return kept?.of === of ? kept.error : null;
}

/**
 * One read. It is renewed by the feed alone; a filter that changes starts empty,
 * since an answer for one company must never stand under the name of another.
 */
export function useRead<T>(
  read: Read,
  scope: readonly (string | null)[],
  ask: (supabase: SupabaseClient, signal: AbortSignal) => Promise<Answer<T>>,
  enabled = true,
): ReadResult<T> {
  const { supabase, user_id } = useSignedIn();
  const { watch } = useNoc();
  const { data, error, dataUpdatedAt, refetch } = useQuery<Answer<T>, NocError>({
    queryKey: [...keyOf(user_id, read), ...scope],
    queryFn: ({ signal }) => watch.through(ask(supabase, signal)),
    enabled,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    networkMode: "always",
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const last = useLastError([user_id, read, ...scope].join("|"), { data, error, dataUpdatedAt, refetch });
  return { data, error: last, dataUpdatedAt, refetch };
}

export function useMe(): ReadResult<Me> {
  return useRead("me", [], readMe);
}

export function useSources(): ReadResult<DataSource[]> {
  return useRead("sources", [], readSources);
}

const scopeOf = (filter: Filter) => [
  filter.company_cnpj,
  filter.group_id,
  filter.service,
  filter.range,
];

export function useOverview(filter: Filter): ReadResult<Overview> {
  return useRead("overview", scopeOf(filter), (supabase, signal) =>
    readOverview(supabase, filter, signal),
  );
}

/** Of the last day whatever the range; nothing is asked where one company alone is shown. */
export function useMatrix(filter: Filter, enabled: boolean): ReadResult<Matrix> {
  const lasting: Filter = { ...filter, range: null };
  return useRead(
    "matrix",
    scopeOf(lasting),
    (supabase, signal) => readMatrix(supabase, lasting, signal),
    enabled,
  );
}

export function useSeries(filter: Filter): ReadResult<Series> {
  return useRead("series", scopeOf(filter), (supabase, signal) =>
    readSeries(supabase, filter, signal),
  );
}

export function useTimeline(alert_id: string): ReadResult<Timeline> {
  return useRead("timeline", [alert_id], (supabase, signal) =>
    readTimeline(supabase, alert_id, signal),
  );
}

export function useSilences(include_ended: boolean): ReadResult<(Silence | Maintenance)[]> {
  return useRead("silences", ["list", String(include_ended)], (supabase, signal) =>
    readSilences(supabase, include_ended, signal),
  );
}

/** Nothing is asked while there is no matcher. */
export function useSilencePreview(matchers: readonly Matcher[]): ReadResult<SilencePreview> {
  return useRead(
    "silences",
    ["preview", JSON.stringify(matchers)],
    (supabase, signal) => readSilencePreview(supabase, matchers, signal),
    matchers.length > 0,
  );
}

/** Nothing is asked while there is no wish. */
export function useMaintenancePreview(wish: WindowWish | null): ReadResult<MaintenancePreview> {
  return useRead(
    "silences",
    ["maintenance", JSON.stringify(wish)],
    (supabase, signal) => {
      if (wish === null) throw new Error("asked without a wish");
      return readMaintenancePreview(supabase, wish, signal);
    },
    wish !== null,
  );
}

export function useContacts(): ReadResult<{ contacts: Contact[] }> {
  return useRead("contacts", [], readContacts);
}

export function useNotifications(): ReadResult<Notifications> {
  return useRead("notifications", [], readNotifications);
}

export function useRules(): ReadResult<Rules> {
  return useRead("rules", [], readRules);
}

/** Nothing is asked while there is no rule; `company_cnpj` null: of the platform. */
export function useBacktest(
  rule: RuleDraft | null,
  company_cnpj: string | null,
  days: number,
): ReadResult<Backtest> {
  return useRead(
    "rules",
    ["backtest", JSON.stringify(rule), company_cnpj, String(days)],
    (supabase, signal) => readBacktest(supabase, rule ?? {}, company_cnpj, days, signal),
    rule !== null,
  );
}
