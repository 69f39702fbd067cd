-- Facts that collectors send: API calls, logs, sessions. Append-only; written by
-- noc.ingest alone (sessions also by noc_touch_session).

create table noc.services (
    service_name text collate "C" primary key check (service_name ~ '^[a-z][a-z0-9:_-]{1,39}$'),
    kind text not null check (kind in ('platform', 'erp', 'messaging', 'llm', 'bank', 'app')),
    shared boolean not null, -- one provider for every company: its status is public to members
    parent text collate "C" references noc.services (service_name)
);

create index services_parent_idx on noc.services (parent);

insert into noc.services (service_name, kind, shared, parent) values
('supabase:postgres', 'platform', true, null),
('supabase:rest', 'platform', true, 'supabase:postgres'),
('supabase:auth', 'platform', true, 'supabase:postgres'),
('supabase:realtime', 'platform', true, 'supabase:postgres'),
('supabase:functions', 'platform', true, null),
('omie', 'erp', true, null),
('f360', 'erp', true, null),
('whatsapp', 'messaging', true, null),
('llm', 'llm', true, null),
('banks', 'bank', true, null),
('api', 'app', false, null);

/*
One API call. No foreign key per row (a third of the ingest rate, measured): noc.ingest
takes the company and the services from the key, which has them.
*/
create table public.api_usage (
    "timestamp" timestamptz not null,
    company_cnpj text collate "C",          -- null: the platform's own traffic
    service text collate "C" not null,
    endpoint text collate "C" not null,     -- '<METHOD> <route template>'
    method text collate "C" not null,
    status smallint not null,               -- 0: no answer
    latency_ms integer not null,
    user_id uuid,
    batch_id bigint not null,               -- noc.batches.ledger_id: what the tick consumes
    constraint api_usage_endpoint check (length(endpoint) between 3 and 220),
    constraint api_usage_status check (status = 0 or status between 100 and 599),
    constraint api_usage_latency_ms check (latency_ms between 0 and 3600000)
) partition by range ("timestamp");

create index api_usage_company_cnpj_timestamp_idx
on public.api_usage (company_cnpj, "timestamp");
-- A btree on batch_id would cost a tenth of the ingest; rows of one batch lie close together.
create index api_usage_timestamp_batch_id_brin
on public.api_usage using brin ("timestamp", batch_id) with (pages_per_range = 32);

create table public.app_logs (
    "timestamp" timestamptz not null,
    company_cnpj text collate "C",
    service text collate "C" not null,
    level text collate "C" not null,
    message text not null,
    batch_id bigint not null,
    constraint app_logs_level check (level in ('debug', 'info', 'warn', 'error', 'fatal')),
    constraint app_logs_message check (length(message) between 1 and 4000)
) partition by range ("timestamp");

create index app_logs_company_cnpj_timestamp_idx
on public.app_logs (company_cnpj, "timestamp");
create index app_logs_timestamp_brin
on public.app_logs using brin ("timestamp") with (pages_per_range = 32);

insert into noc.partitioned_tables (parent, step, ahead, keep) values
('public.api_usage', '1 day', 3, '7 days'),
('public.app_logs', '1 day', 3, '30 days');

/* A person's presence in one company; ip truncated to /24 or /48, ua to its family. */
create table public.sessions (
    session_id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    company_cnpj text collate "C" references public.companies (company_cnpj),
    started_at timestamptz not null,
    last_seen_at timestamptz not null,
    ip inet,
    ua text check (length(ua) <= 120),
    constraint sessions_order check (last_seen_at >= started_at)
);

create index sessions_company_cnpj_last_seen_at_idx
on public.sessions (company_cnpj, last_seen_at);
create index sessions_user_id_last_seen_at_idx on public.sessions (user_id, last_seen_at);
