import { PADARIA, sql } from "./alerts";

/** The type of the jobs that are made here; no catalogue and no handler has it. */
export const JOB_TYPE = "e2e_fechamento";

/**
 * Of the company: a message that was given up, one that nobody knows of, one that its service
 * reports; a job that failed and one that runs. No sender takes any of them.
 */
export async function tabRows(company_cnpj = PADARIA): Promise<void> {
  await sql(
    `with made as (
       insert into public.queue_whatsapp (company_cnpj, external_id, status, state, attempts,
         created_at, updated_at, run_at, expires_at, error_class, error_code)
       select :'company', 'e2e:' || gen_random_uuid(), m.status::public.queue_status,
         m.state::public.queue_state, m.attempts, m.at - interval '1 min', m.at,
         m.run_at, m.run_at + interval '3 days', m.error_class, m.error_code
       from (values
         -- Of the day before: one of today opens an alert.
         ('failed', 'dead', 2, now() - interval '25 h', now(), 'template', 132001),
         ('failed', 'unknown', 1, now() - interval '5 min', now(), 'worker_lost', null),
         ('sent', 'sent', 1, now() - interval '5 min', null, null, null)
       ) as m (status, state, attempts, at, run_at, error_class, error_code)
       returning message_id, run_at
     )
     insert into noc.message_contents (message_id, recipient, recipient_hash, template, language,
       parameters, created_at)
     select m.message_id, '5511988880001', noc.recipient_hash('5511988880001'), 'e2e_cobranca',
       'pt_BR', '{}', now()
     from made as m where m.run_at is not null;
     insert into public.jobs (company_cnpj, external_id, job_type, status, started_at, finished_at,
       heartbeat_at, error)
     values
       (:'company', 'e2e:' || gen_random_uuid(), :'type', 'failed', now() - interval '1 min',
         now(), null, 'e2e: saldo divergente'),
       (:'company', 'e2e:' || gen_random_uuid(), :'type', 'running', now() - interval '4 min', null,
         now() - interval '20 s', null);`,
    { company: company_cnpj, type: JOB_TYPE },
  );
}

/** Takes every row that was made here away again; the trail's entries stay. */
export async function dropTabRows(): Promise<void> {
  await sql(
    `delete from public.queue_whatsapp where external_id like 'e2e:%';
     delete from public.jobs where job_type = :'type';`,
    { type: JOB_TYPE },
  );
}
