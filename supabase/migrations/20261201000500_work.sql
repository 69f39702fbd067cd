-- Work that the companies' services report: messages to send and jobs that ran. The
-- reporter's own id is unique per company, so one company cannot probe another's ids.

/* The status that a finer state belongs to. */
create function noc.queue_status_of(state public.queue_state)
returns public.queue_status
language sql
immutable
parallel safe
as $$
    select case
        when state in ('queued', 'retry', 'leased', 'sending') then 'queued'
        when state in ('sent', 'delivered', 'read') then 'sent'
        else 'failed'::public.queue_status
    end
$$;

create table public.queue_whatsapp (
    message_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" not null references public.companies (company_cnpj),
    external_id text collate "C" not null check (length(external_id) between 1 and 120),
    status public.queue_status not null,
    state public.queue_state not null default 'queued',
    attempts integer not null default 0 check (attempts between 0 and 1000),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint queue_whatsapp_one_per_external_id unique (company_cnpj, external_id),
    constraint queue_whatsapp_state check (status = noc.queue_status_of(state))
);

-- Pending and failed are few beside sent: counting them must not read the sent ones.
create index queue_whatsapp_unsent_idx
on public.queue_whatsapp (company_cnpj, status, created_at) where status <> 'sent';
create index queue_whatsapp_updated_at_idx on public.queue_whatsapp (updated_at);
create index queue_whatsapp_dead_idx on public.queue_whatsapp (updated_at) where state = 'dead';

create table public.jobs (
    job_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" not null references public.companies (company_cnpj),
    external_id text collate "C" not null check (length(external_id) between 1 and 120),
    job_type text collate "C" not null check (length(job_type) between 1 and 80),
    status public.job_status not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    error text check (length(error) <= 2000),
    constraint jobs_one_per_external_id unique (company_cnpj, external_id),
    constraint jobs_finished_when_not_running check ((status = 'running') = (finished_at is null))
);

create index jobs_company_cnpj_started_at_idx on public.jobs (company_cnpj, started_at);
create index jobs_running_idx on public.jobs (company_cnpj, started_at) where status = 'running';
create index jobs_finished_at_idx on public.jobs (finished_at);
