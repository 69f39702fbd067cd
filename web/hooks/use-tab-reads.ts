"use client";

import {
  readJob,
  readJobs,
  readMessage,
  readMessages,
  readQueue,
  readSessions,
  type JobFilter,
  type MessageFilter,
} from "@/lib/noc/api-tabs";
import type { Filter } from "@/lib/noc/types";
import type { JobPage, JobStory } from "@/lib/noc/types/jobs";
import type { MessagePage, MessageStory, Queue } from "@/lib/noc/types/queue";
import type { Sessions } from "@/lib/noc/types/sessions";
import { useRead, type ReadResult } from "./use-noc-query";
import { usePagedRead, type PagedRead } from "./use-paged-read";

type Scope = Pick<Filter, "company_cnpj" | "group_id">;

export function useQueue(scope: Scope): ReadResult<Queue> {
  return useRead("queue", ["list", scope.company_cnpj, scope.group_id], (supabase, signal) =>
    readQueue(supabase, scope, signal),
  );
}

export function useMessages(
  company_cnpj: string,
  state: MessageFilter | null,
): PagedRead<MessagePage> {
  return usePagedRead("queue", ["messages", company_cnpj, state], (supabase, cursor, signal) =>
    readMessages(supabase, company_cnpj, state, cursor, signal),
  );
}

export function useMessage(message_id: string): ReadResult<MessageStory> {
  return useRead("queue", ["message", message_id], (supabase, signal) =>
    readMessage(supabase, message_id, signal),
  );
}

export function useJobs(
  scope: Scope,
  job_type: string | null,
  status: JobFilter | null,
): PagedRead<JobPage> {
  const { company_cnpj, group_id } = scope;
  return usePagedRead(
    "jobs",
    ["list", company_cnpj, group_id, job_type, status],
    (supabase, cursor, signal) => readJobs(supabase, scope, job_type, status, cursor, signal),
  );
}

export function useJob(job_id: string): ReadResult<JobStory> {
  return useRead("jobs", ["job", job_id], (supabase, signal) => readJob(supabase, job_id, signal));
}

export function useSessions(
  filter: Scope & Pick<Filter, "range">,
): ReadResult<Sessions> {
  const { company_cnpj, group_id, range } = filter;
  return useRead("sessions", [company_cnpj, group_id, range], (supabase, signal) =>
    readSessions(supabase, filter, signal),
  );
}
