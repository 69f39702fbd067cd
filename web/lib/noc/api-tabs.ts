/** Reads of what stands below the panels: queues, jobs, sessions. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { read } from "./api";
import type { Answer, Filter } from "./types";
import type { JobPage, JobStory } from "./types/jobs";
import type { MessagePage, MessageStory, Queue } from "./types/queue";
import type { Sessions } from "./types/sessions";

type Scope = Pick<Filter, "company_cnpj" | "group_id">;

/** Rows of one page of messages or jobs. */
const TAB_ROWS = 20;

/** Throws NocError PT404 for a company or group that is not the caller's; so do all of these. */
export function readQueue(
  supabase: SupabaseClient,
  { company_cnpj, group_id }: Scope,
  signal?: AbortSignal,
): Promise<Answer<Queue>> {
  return read(supabase, "noc_list_queue", { company_cnpj, group_id }, signal);
}

/** What the messages of a company are narrowed to. */
export const messageStates = ["pending", "sending", "failed", "dead", "unknown", "sent"] as const;
export type MessageFilter = (typeof messageStates)[number];

export function readMessages(
  supabase: SupabaseClient,
  company_cnpj: string,
  state: MessageFilter | null,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Answer<MessagePage>> {
  const args = { company_cnpj, group_id: null, state, cursor, max: TAB_ROWS };
  return read(supabase, "noc_list_messages", args, signal);
}

/** Throws PT404 message_not_found for a foreign message as for none. */
export function readMessage(
  supabase: SupabaseClient,
  message_id: string,
  signal?: AbortSignal,
): Promise<Answer<MessageStory>> {
  return read(supabase, "noc_message", { message_id }, signal);
}

/** `stalled` ones run. */
export type JobFilter = "running" | "stalled" | "success" | "failed";

export function readJobs(
  supabase: SupabaseClient,
  { company_cnpj, group_id }: Scope,
  job_type: string | null,
  status: JobFilter | null,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Answer<JobPage>> {
  const args = { company_cnpj, group_id, job_type, status, cursor, max: TAB_ROWS };
  return read(supabase, "noc_list_jobs", args, signal);
}

/** Throws PT404 job_not_found for a foreign job as for none. */
export function readJob(
  supabase: SupabaseClient,
  job_id: string,
  signal?: AbortSignal,
): Promise<Answer<JobStory>> {
  return read(supabase, "noc_job", { job_id }, signal);
}

export function readSessions(
  supabase: SupabaseClient,
  { company_cnpj, group_id, range }: Scope & Pick<Filter, "range">,
  signal?: AbortSignal,
): Promise<Answer<Sessions>> {
  return read(supabase, "noc_list_sessions", { company_cnpj, group_id, range }, signal);
}
