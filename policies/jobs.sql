-- jobs: without the error text.
grant select (
    job_id, company_cnpj, external_id, job_type, status, started_at, finished_at, heartbeat_at,
    stalled_at, attempt, retry_of
) on public.jobs to authenticated;

create policy "read jobs of visible companies" on public.jobs
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
