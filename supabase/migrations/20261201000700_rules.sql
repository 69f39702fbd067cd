-- What is judged and where the limits lie. A rule is data: the engine has no threshold
-- of its own.

/* Measurements that are taken together, by noc.measure_<family>(at). */
create table noc.rule_families (
    family text collate "C" primary key check (family ~ '^[a-z][a-z_]{0,39}$')
);

alter table noc.rule_families enable row level security;
insert into noc.rule_families (family) values
('engine'), ('health'), ('jobs'), ('platform'), ('queue'), ('traffic');

/*
What can be measured: in which family, per what, in which unit,
on which side of the threshold the trouble lies, and which word says so to a reader.
*/
create table noc.rule_metrics (
    metric text collate "C" primary key,
    scope_kind text not null
    check (scope_kind in ('company_service', 'company', 'service', 'platform')),
    comparator text not null check (comparator in ('above', 'below')),
    family text collate "C" references noc.rule_families (family), -- null: derived by the engine
    unit text not null check (unit in ('ms', 'ratio', 'count', 'seconds', 'status')),
    reason text not null check (reason in ('probe', 'latency', 'errors', 'backlog', 'nodata')),
    history text check (history in ('calls', 'samples')), -- where its past is kept; null: nowhere
    unique (metric, scope_kind, comparator)
);

create index rule_metrics_family_idx on noc.rule_metrics (family);

alter table noc.rule_metrics enable row level security;

insert into noc.rule_metrics (
    metric, scope_kind, comparator, family, unit, reason, history
) values
('p95_ms', 'company_service', 'above', 'traffic', 'ms', 'latency', 'calls'),
('mean_ms', 'company_service', 'above', 'traffic', 'ms', 'latency', 'calls'),
-- 5xx and no answer.
('error_rate', 'company_service', 'above', 'traffic', 'ratio', 'errors', 'calls'),
('error_rate_4xx', 'company_service', 'above', 'traffic', 'ratio', 'errors', 'calls'),
('error_rate_all', 'company_service', 'above', 'traffic', 'ratio', 'errors', 'calls'),
-- Calls a minute.
('throughput_low', 'company_service', 'below', 'traffic', 'count', 'nodata', 'calls'),
('throughput_high', 'company_service', 'above', 'traffic', 'count', 'backlog', 'calls'),
('queue_pending', 'company', 'above', 'queue', 'count', 'backlog', null),
('queue_oldest_s', 'company', 'above', 'queue', 'seconds', 'backlog', null),
('queue_failed', 'company', 'above', 'queue', 'count', 'errors', null),   -- in the rule's window
('queue_dead', 'company', 'above', 'queue', 'count', 'errors', null),     -- in the last day
-- 1 while the provider refuses the company's queue, or the number that it leaves by.
('queue_held', 'company', 'above', 'queue', 'count', 'errors', null),
('jobs_failed', 'company', 'above', 'jobs', 'count', 'errors', null),     -- in the rule's window
('jobs_stalled', 'company', 'above', 'jobs', 'count', 'backlog', null),   -- running for longer
('probe_status', 'service', 'above', 'health', 'status', 'probe', null), -- UP 0, DEGRADED 1, DOWN 2
('heartbeat_age_s', 'platform', 'above', 'platform', 'seconds', 'nodata', null),
('clock_skew_s', 'platform', 'above', 'platform', 'seconds', 'errors', null), -- of a worker
('cut_off_s', 'platform', 'above', 'platform', 'seconds', 'errors', null),  -- of a provider
('connections_ratio', 'platform', 'above', 'platform', 'ratio', 'backlog', 'samples'),
('longest_transaction_s', 'platform', 'above', 'platform', 'seconds', 'backlog', 'samples'),
('partitions_ahead', 'platform', 'below', 'platform', 'count', 'backlog', 'samples'),
('blocked_sessions', 'platform', 'above', 'platform', 'count', 'backlog', 'samples'),
('cache_hit_ratio', 'platform', 'below', 'platform', 'ratio', 'latency', 'samples'),
('deadlocks', 'platform', 'above', 'platform', 'count', 'errors', 'samples'),  -- in the last hour
('growth_bytes_per_day', 'platform', 'above', 'platform', 'count', 'backlog', 'samples'),
('oldest_xid_age', 'platform', 'above', 'platform', 'count', 'backlog', 'samples'),
('ingest_backlog', 'platform', 'above', 'platform', 'count', 'backlog', 'samples'),
('rule_failures', 'platform', 'above', 'engine', 'count', 'nodata', null),   -- in a row
-- Of every metric whose rule says so (no_data = 'alert'): how long its source is silent.
('no_data_s', 'platform', 'above', null, 'seconds', 'nodata', null);

/*
One rule, two limits, one alert. Limits are exclusive: a value on the limit is good. A
firing alert stays while the value is beyond the clear limit (null: the threshold).
no_data, when nothing is measured because the source is silent: `keep_last` holds what has
fired, `ok` lets it recover, `alert` holds it and opens an alert of the silence's own.
channels: by which of them its alerts are told, of those that a contact wants (noc.recipients).
For each target the most specific enabled rule of a code is in force: company, then
group, then everybody; among those the one that names the service.
*/
create table public.noc_rules (
    rule_id uuid primary key default gen_random_uuid(),
    code text collate "C" not null,
    metric text collate "C" not null,
    scope_kind text not null,
    comparator text not null,
    service text collate "C" references noc.services (service_name),    -- null: every service
    excluded_services text [] not null default '{}',
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    degraded_threshold double precision,    -- warning; null: this rule never warns
    down_threshold double precision,        -- critical; null: never critical
    degraded_clear double precision,
    down_clear double precision,
    for_degraded_s integer not null default 180,
    for_down_s integer not null default 120,
    keep_firing_s integer not null default 180,
    reopen_s integer not null default 900,  -- back within it: the same alert, opened again
    over_s integer not null default 300,    -- the sliding window of traffic metrics
    min_samples integer not null default 20,
    no_data text collate "C" not null default 'keep_last',  -- what silence of the source means
    channels text [],                       -- email, whatsapp; null: as each contact says
    runbook_url text,                       -- what to do when it fires
    owner text,                             -- who answers for the rule itself
    enabled boolean not null default true,
    version integer not null default 1,     -- counted by noc.tg_count_version
    deleted_at timestamptz,                 -- its alerts name it, so its row stays
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),

    foreign key (metric, scope_kind, comparator)
    references noc.rule_metrics (metric, scope_kind, comparator),
    constraint noc_rules_one_per_scope
    unique nulls not distinct (code, service, company_cnpj, group_id),
    constraint noc_rules_code check (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    constraint noc_rules_deleted_is_off check (deleted_at is null or not enabled),
    constraint noc_rules_channels check (
        channels <@ '{email,whatsapp}'::text [] and cardinality(channels) > 0
    ),
    constraint noc_rules_runbook_url check (
        runbook_url ~ '^https://[^\s/?#@]+([/?#]\S*)?$' and length(runbook_url) <= 300
    ),
    constraint noc_rules_owner check (length(owner) between 1 and 80),
    constraint noc_rules_no_data check (no_data in ('ok', 'keep_last', 'alert')),
    constraint noc_rules_one_override check (num_nonnulls(company_cnpj, group_id) <= 1),
    constraint noc_rules_excluded check (service is null or excluded_services = '{}'),
    constraint noc_rules_has_limit check (num_nonnulls(degraded_threshold, down_threshold) > 0),
    constraint noc_rules_limits_rise check (
        case comparator
            when 'above' then degraded_threshold < down_threshold
            else degraded_threshold > down_threshold
        end
    ),
    constraint noc_rules_degraded_clear check (
        case comparator
            when 'above' then degraded_clear <= degraded_threshold
            else degraded_clear >= degraded_threshold
        end
    ),
    constraint noc_rules_down_clear check (
        case comparator
            when 'above' then down_clear <= down_threshold
            else down_clear >= down_threshold
        end
    ),
    constraint noc_rules_clear_needs_threshold check (
        (degraded_clear is null or degraded_threshold is not null)
        and (down_clear is null or down_threshold is not null)
    ),
    constraint noc_rules_for_s check (
        for_degraded_s between 0 and 86400 and for_down_s between 0 and 86400
    ),
    constraint noc_rules_keep_firing_s check (keep_firing_s between 0 and 86400),
    constraint noc_rules_reopen_s check (reopen_s between 0 and 86400),
    constraint noc_rules_over_s check (over_s between 60 and 3600),
    constraint noc_rules_min_samples check (min_samples between 1 and 1000000)
);

create index noc_rules_company_cnpj_idx on public.noc_rules (company_cnpj);
create index noc_rules_group_id_idx on public.noc_rules (group_id);
create index noc_rules_service_idx on public.noc_rules (service);
create index noc_rules_metric_idx on public.noc_rules (metric);

comment on table public.noc_rules is
'Alert rules. degraded = warning, down = critical; limits are exclusive.';

/* Every rule as it was saved, so that an alert can say which one fired. */
create table noc.rule_versions (
    rule_id uuid not null references public.noc_rules (rule_id),
    version integer not null,
    saved_at timestamptz not null default now(),
    saved_by uuid,          -- null: a migration or a psql session
    rule jsonb not null,    -- the row of noc_rules
    primary key (rule_id, version)
);

alter table noc.rule_versions enable row level security;

/* A row of noc_rules without what is not the rule itself. */
create function noc.rule_content(rule public.noc_rules)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select to_jsonb(rule) - '{version,created_at,updated_at}'::text []
$$;

/* Another content is another version, whoever writes it. */
create function noc.tg_count_version()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if noc.rule_content(new) is distinct from noc.rule_content(old) then
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    return new;
end;
$$;

create function noc.tg_keep_version()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    insert into noc.rule_versions (rule_id, version, saved_by, rule)
    values (new.rule_id, new.version, auth.uid(), to_jsonb(new))
    on conflict on constraint rule_versions_pkey do nothing;
    return null;
end;
$$;

create trigger noc_rules__count_version
before update on public.noc_rules
for each row execute function noc.tg_count_version();

create trigger noc_rules__keep_version
after insert or update on public.noc_rules
for each row execute function noc.tg_keep_version();

insert into public.noc_rules (
    code, metric, scope_kind, comparator, degraded_threshold, down_threshold, degraded_clear,
    down_clear
) values
('p95_latency', 'p95_ms', 'company_service', 'above', 1200, 2000, 1000, 1700),
('error_rate', 'error_rate', 'company_service', 'above', 0.05, 0.10, 0.03, 0.07),
('db_connections', 'connections_ratio', 'platform', 'above', 0.80, 0.95, 0.75, 0.90);

insert into public.noc_rules (
    code, metric, scope_kind, comparator, service, degraded_threshold, down_threshold,
    degraded_clear, down_clear
) values
('whatsapp_queue_pending', 'queue_pending', 'company', 'above', 'whatsapp', 100, 500, 70, 350);

-- A message that nobody will send: each of them needs a person.
insert into public.noc_rules (
    code, metric, scope_kind, comparator, service, degraded_threshold, down_threshold,
    for_degraded_s, for_down_s, keep_firing_s
) values
('whatsapp_queue_dead', 'queue_dead', 'company', 'above', 'whatsapp', 0, 20, 0, 0, 0),
('whatsapp_queue_held', 'queue_held', 'company', 'above', 'whatsapp', null, 0, 0, 0, 60);

-- Facts rather than tendencies: the probe or the sampler has already waited.
insert into public.noc_rules (
    code, metric, scope_kind, comparator, service, excluded_services, down_threshold,
    for_degraded_s, for_down_s, keep_firing_s, no_data
) values
('llm_down', 'probe_status', 'service', 'above', 'llm', '{}', 1, 0, 0, 0, 'alert'),
('service_down', 'probe_status', 'service', 'above', null, '{llm}', 1, 0, 0, 0, 'alert');

insert into public.noc_rules (
    code, metric, scope_kind, comparator, degraded_threshold, down_threshold, for_degraded_s,
    for_down_s, keep_firing_s
) values
('worker_silent', 'heartbeat_age_s', 'platform', 'above', null, 60, 0, 0, 0),
('worker_clock', 'clock_skew_s', 'platform', 'above', 2, null, 30, 0, 0),
('provider_cut_off', 'cut_off_s', 'platform', 'above', 60, 600, 0, 0, 0),
('rule_error', 'rule_failures', 'platform', 'above', 2, null, 0, 0, 0),
('db_transaction', 'longest_transaction_s', 'platform', 'above', 300, null, 0, 0, 0),
('db_partitions', 'partitions_ahead', 'platform', 'below', null, 2, 0, 0, 0);
