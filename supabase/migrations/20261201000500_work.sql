-- Work of the companies: messages, which the NOC sends or a service reports, and jobs that ran.
-- The host's own id is unique per company, so one company cannot probe another's ids.

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

/*
One row per message. `run_at` null: a service sends it and only reports here. Otherwise the NOC
does; to whom and what is in noc.message_contents.
*/
create table public.queue_whatsapp (
    message_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" not null references public.companies (company_cnpj),
    external_id text collate "C" not null check (length(external_id) between 1 and 120),
    status public.queue_status not null,
    state public.queue_state not null default 'queued',
    attempts integer not null default 0 check (attempts between 0 and 1000),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    priority smallint not null default 1 check (priority between 0 and 2), -- 0: before the others
    run_at timestamptz,         -- not sent before
    expires_at timestamptz,     -- not begun after
    failures smallint not null default 0,   -- tries that count against the message
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    phone_number_id text collate "C",       -- the business number that last began it
    provider_ref text collate "C",          -- the provider's own id of the message
    error_class text,           -- code: why it waits, ended or was not sent
    error_code integer,         -- the provider's, null: its answer had none
    constraint queue_whatsapp_one_per_external_id unique (company_cnpj, external_id),
    constraint queue_whatsapp_state check (status = noc.queue_status_of(state)),
    constraint queue_whatsapp_expires check ((run_at is null) = (expires_at is null)),
    constraint queue_whatsapp_leased check (
        run_at is null or (state in ('leased', 'sending')) = (lease_until is not null)
    )
);

-- Pending and failed are few beside sent: counting them must not read the sent ones.
create index queue_whatsapp_unsent_idx
on public.queue_whatsapp (company_cnpj, status, created_at, message_id) where status <> 'sent';
create index queue_whatsapp_updated_at_idx on public.queue_whatsapp (updated_at);
create index queue_whatsapp_dead_idx on public.queue_whatsapp (updated_at) where state = 'dead';
create index queue_whatsapp_waiting_idx
on public.queue_whatsapp (company_cnpj, priority, run_at, message_id)
where run_at is not null and state in ('queued', 'retry');
create index queue_whatsapp_leased_idx on public.queue_whatsapp (lease_until)
where run_at is not null and state in ('leased', 'sending');
create index queue_whatsapp_expiring_idx on public.queue_whatsapp (expires_at)
where run_at is not null and state in ('queued', 'retry');
create index queue_whatsapp_settled_idx
on public.queue_whatsapp (company_cnpj, status, updated_at) where status <> 'queued';
create index queue_whatsapp_attention_idx
on public.queue_whatsapp (company_cnpj, state, created_at, message_id)
where state in ('dead', 'unknown');
create index queue_whatsapp_company_cnpj_created_at_idx
on public.queue_whatsapp (company_cnpj, created_at, message_id);

/*
One row per attempt: the first as the company's service reports it, further ones by an action
that reprocesses it; an attempt is never changed into another.
*/
create table public.jobs (
    job_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" not null references public.companies (company_cnpj),
    external_id text collate "C" not null check (length(external_id) between 1 and 120),
    job_type text collate "C" not null check (length(job_type) between 1 and 80),
    status public.job_status not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    error text check (length(error) <= 2000),
    heartbeat_at timestamptz,   -- last word that it still runs; null: none after its start
    stalled_at timestamptz,     -- runs, but was silent for longer than its handler may be
    attempt integer not null default 1 check (attempt >= 1),
    retry_of uuid references public.jobs (job_id) on delete set null,   -- the first attempt
    constraint jobs_one_per_external_id unique (company_cnpj, external_id),
    constraint jobs_finished_when_not_running check ((status = 'running') = (finished_at is null))
);

create index jobs_company_cnpj_started_at_idx on public.jobs (company_cnpj, started_at);
create index jobs_running_idx on public.jobs (company_cnpj, started_at) where status = 'running';
create index jobs_finished_at_idx on public.jobs (finished_at);
create index jobs_retry_of_idx on public.jobs (retry_of) where retry_of is not null;
