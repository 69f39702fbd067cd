/** Shapes of jobs as they are read (docs/rpc.md, noc_list_jobs and noc_job). */

export type JobStatus = "running" | "success" | "failed";

export interface Job {
  job_id: string;
  external_id: string;
  company_cnpj: string;
  company_name: string;
  job_type: string;
  status: JobStatus;
  /** It runs and was silent for longer than its handler allows. */
  stalled_at: string | null;
  started_at: string;
  finished_at: string | null;
  heartbeat_at: string | null;
  attempt: number;
  retry_of: string | null;
  /** Null for those who only read. */
  error: string | null;
  /** What starting it again would do; null: nothing starts jobs of its type again. */
  effect: "read_sync" | "send" | null;
  can_reprocess: boolean;
}

/** Latest started first; `types`: all that the company or group has. */
export interface JobPage {
  types: string[];
  jobs: Job[];
  next: string | null;
}

/** `attempts` oldest first, the job itself among them. */
export interface JobStory extends Job {
  attempts: Job[];
}
