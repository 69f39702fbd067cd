import type { SupabaseClient } from "@supabase/supabase-js";
import type { ActionAsk } from "./action";
import { call, read } from "./api";
import type { Answer } from "./types";
import type { Action, ActionList, ActionRecord, Executed, Plan } from "./types/actions";

/** What it would do, kept for two minutes. Throws PT400, PT403, PT404, PT409 nothing_to_do. */
export async function previewAction(
  supabase: SupabaseClient,
  { action, company_cnpj, group_id, alert_id }: ActionAsk,
  params: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<Plan> {
  const args = { action, company_cnpj, group_id, params, alert_id };
  return (await call(supabase, "noc_preview_action", args, signal)) as Plan;
}

/** The plan, and what the person said to it. The same key again does nothing more. */
export interface Execution {
  plan_id: string;
  idempotency_key: string;
  reason: string | null;
  confirm: number | null;
}

/** Throws PT400, PT403, PT404, PT409, PT429; see docs/rpc.md. */
export async function executeAction(
  supabase: SupabaseClient,
  execution: Execution,
): Promise<Executed> {
  return (await call(supabase, "noc_execute_action", { ...execution })) as Executed;
}

/** The second person's word. Throws PT400 note, PT403, PT404, PT409. */
export async function approveAction(
  supabase: SupabaseClient,
  action_id: string,
  approve: boolean,
  note: string | null,
): Promise<Action> {
  return (await call(supabase, "noc_approve_action", { action_id, approve, note })) as Action;
}

/** Stops what is left to do. Throws PT404, PT409 not_running. */
export async function abortAction(supabase: SupabaseClient, action_id: string): Promise<Action> {
  return (await call(supabase, "noc_abort_action", { action_id })) as Action;
}

/** Takes an effect back. Throws PT404, PT409 not_in_effect | not_reversible. */
export async function revertAction(supabase: SupabaseClient, action_id: string): Promise<Action> {
  return (await call(supabase, "noc_revert_action", { action_id })) as Action;
}

/** Throws PT404, PT409 not_for_review | own_action. */
export async function reviewAction(
  supabase: SupabaseClient,
  action_id: string,
  note: string | null,
): Promise<void> {
  await call(supabase, "noc_review_action", { action_id, note });
}

/** Admin's switch that stops every new action. Throws PT400 reason, PT404. */
export async function freezeActions(
  supabase: SupabaseClient,
  frozen: boolean,
  reason: string,
): Promise<void> {
  await call(supabase, "noc_freeze_actions", { frozen, reason });
}

/** Throws PT404 scope_not_found, PT400 cursor. */
export function readActions(
  supabase: SupabaseClient,
  scope: { company_cnpj: string | null; group_id: string | null },
  cursor: string | null,
  max: number,
  signal?: AbortSignal,
): Promise<Answer<ActionList>> {
  return read(supabase, "noc_list_actions", { ...scope, cursor, max }, signal);
}

/** One action and its items. Throws PT404 action_not_found. */
export function readAction(
  supabase: SupabaseClient,
  action_id: string,
  signal?: AbortSignal,
): Promise<Answer<ActionRecord>> {
  return read(supabase, "noc_action", { action_id }, signal);
}
