-- What is probed and what the probes said: the targets with their confirmed status, and
-- the append-only log of every settled probe.

/*
One probe of one service, for everybody (company null) or with one company's credentials.
Runs are counted here; noc.next_health says what they mean. status null: not judged yet.
*/
create table noc.check_targets (
    check_id uuid primary key default gen_random_uuid(),
    service_name text collate "C" not null references noc.services (service_name),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    probe text collate "C" not null,
    config jsonb not null default '{}', -- read by the worker; 'recheck_s' by noc.settle_check
    interval_s integer not null default 60,
    timeout_s integer not null default 5,
    enabled boolean not null default true,

    next_at timestamptz not null default now(),
    lease_until timestamptz,            -- null: nobody holds it
    lease_owner text,
    fence bigint not null default 0,    -- grows with every claim

    status public.health_status,
    since timestamptz,                  -- first result of the run that confirmed the status
    consecutive_bad integer not null default 0,
    bad_since timestamptz,
    consecutive_good integer not null default 0,
    good_since timestamptz,
    consecutive_slow integer not null default 0,
    slow_since timestamptz,
    last_checked_at timestamptz,
    last_reason text,
    last_latency_ms integer,
    down_since timestamptz,     -- its latest outage
    down_settled_at timestamptz,    -- when that was settled; after a spool, perhaps after its end

    constraint check_targets_one_per_service_and_company
    unique nulls not distinct (service_name, company_cnpj),
    constraint check_targets_probe check (probe ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint check_targets_config check (
        jsonb_typeof(config) = 'object' and length(config::text) <= 4000
    ),
    constraint check_targets_recheck_s check (
        case jsonb_typeof(config -> 'recheck_s')
            when 'number' then (config ->> 'recheck_s')::numeric between 1 and 86400
            else not config ? 'recheck_s'
        end
    ),
    constraint check_targets_interval_s check (interval_s between 5 and 86400),
    constraint check_targets_timeout_s check (timeout_s between 1 and 60),
    constraint check_targets_status_has_since check ((status is null) = (since is null))
);

create index check_targets_company_cnpj_idx on noc.check_targets (company_cnpj);
create index check_targets_due_idx on noc.check_targets (next_at) where enabled;
alter table noc.check_targets enable row level security;

insert into noc.check_targets (service_name, probe, interval_s, timeout_s) values
('supabase:postgres', 'postgres', 15, 5),
('supabase:rest', 'rest', 15, 5),
('supabase:auth', 'auth', 15, 5),
('supabase:functions', 'functions', 15, 5),
('supabase:realtime', 'realtime', 20, 5);

/*
One row per settled probe. `status` is the confirmed one after this result (null: not
judged yet), not the result itself, which is `outcome`. The key makes settling
idempotent, and read backwards it gives the latest row of a service.
*/
create table public.service_health (
    health_id bigint generated always as identity primary key,
    service_name text collate "C" not null references noc.services (service_name),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    checked_at timestamptz not null,
    status public.health_status,
    since timestamptz,
    outcome text collate "C" not null,
    reason text collate "C",
    latency_ms integer,
    details jsonb not null default '{}',
    constraint service_health_one_per_check
    unique nulls not distinct (service_name, company_cnpj, checked_at),
    constraint service_health_outcome check (outcome in ('good', 'slow', 'bad')),
    constraint service_health_reason check (reason ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint service_health_latency_ms check (latency_ms between 0 and 3600000),
    constraint service_health_details check (
        jsonb_typeof(details) = 'object' and length(details::text) <= 4000
    )
);

create index service_health_company_cnpj_idx on public.service_health (company_cnpj, checked_at);
create index service_health_checked_at_brin on public.service_health
using brin (checked_at) with (pages_per_range = 16);

comment on table public.service_health is
'Settled probes, one row each. status is confirmed: 3 bad in a row or 2 good in a row.';

/*
The target as it stands after one more result.
DOWN after 3 bad results in a row, at once when the provider says why it will not
answer; UP after 2 good in a row (the first judgement needs one); DEGRADED after 3 slow
ones without 2 good in a row among them. A status begins with the first result of the
run that confirmed it, not with the last.
*/
create function noc.next_health(
    target noc.check_targets, outcome text, reason text, checked_at timestamptz
)
returns noc.check_targets
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_next noc.check_targets := target;
    v_final constant text [] := '{auth_invalid,billing,blocked_until}'::text [];
begin
    if outcome = 'bad' then
        v_next.consecutive_bad := target.consecutive_bad + 1;
        v_next.bad_since := coalesce(target.bad_since, checked_at);
    else
        v_next.consecutive_bad := 0;
        v_next.bad_since := null;
    end if;
    if outcome = 'good' then
        v_next.consecutive_good := target.consecutive_good + 1;
        v_next.good_since := coalesce(target.good_since, checked_at);
    else
        v_next.consecutive_good := 0;
        v_next.good_since := null;
    end if;
    if outcome = 'slow' then
        v_next.consecutive_slow := target.consecutive_slow + 1;
        v_next.slow_since := coalesce(target.slow_since, checked_at);
    elsif outcome = 'bad' or v_next.consecutive_good >= 2 then
        v_next.consecutive_slow := 0;
        v_next.slow_since := null;
    end if;

    v_next.status := case
        when v_next.consecutive_bad >= 3 then 'DOWN'
        when outcome = 'bad' and reason = any(v_final) then 'DOWN'
        when v_next.consecutive_good >= 2 then 'UP'
        when v_next.consecutive_good = 1 and target.status is null then 'UP'
        when v_next.consecutive_slow >= 3 then 'DEGRADED'
        else target.status
    end;
    if v_next.status is distinct from target.status then
        v_next.since := case v_next.status
            when 'DOWN' then v_next.bad_since
            when 'UP' then v_next.good_since
            else v_next.slow_since
        end;
    end if;
    v_next.last_checked_at := greatest(target.last_checked_at, checked_at);
    v_next.last_reason := reason;
    return v_next;
end;
$$;

/* True while a run is under way that would change the status: worth asking again soon. */
create function noc.health_in_doubt(target noc.check_targets)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select case target.status
        when 'UP' then target.consecutive_bad > 0 or target.consecutive_slow > 0
        when 'DEGRADED' then target.consecutive_bad > 0 or target.consecutive_good > 0
        when 'DOWN' then target.consecutive_good > 0 or target.consecutive_slow > 0
        else true
    end
$$;
