-- Circuit breakers: a provider that fails is asked no more, by any copy of any worker, until one
-- call gets through. Of a provider as a whole, and of one company's calls to it.

/*
One row per provider, and per provider and company, that was ever called; a provider that fails by
parts is several, by the part: `meta:<business number>`, `handler:<host>`. closed: everything
passes. Opened by half of at least 20 calls in 30 seconds failing; then one call passes each 10
seconds, and the first of them that succeeds closes it.
*/
create table noc.breakers (
    breaker_id bigint generated always as identity primary key,
    provider text collate "C" not null,
    company_cnpj text collate "C" references public.companies (company_cnpj), -- null: of all
    opened_at timestamptz,          -- null: closed
    probe_at timestamptz,           -- when the next call may pass; null: closed
    closed_at timestamptz,          -- when it was closed last
    constraint breakers_one_per_provider_and_company
    unique nulls not distinct (provider, company_cnpj),
    constraint breakers_provider check (provider ~ '^[a-z][a-z0-9_]{0,39}(:\S{1,255})?$'),
    constraint breakers_open_has_probe check ((opened_at is null) = (probe_at is null))
);

create index breakers_company_cnpj_idx on noc.breakers (company_cnpj);
create index breakers_open_idx on noc.breakers (provider) where opened_at is not null;
alter table noc.breakers enable row level security;

/* What became of calls, by the second in which it was said; seconds of the last half minute. */
create table noc.breaker_counts (
    breaker_id bigint not null references noc.breakers (breaker_id) on delete cascade,
    counted_at timestamptz not null,
    calls integer not null default 0,
    failures integer not null default 0,
    retries integer not null default 0,     -- begun and not (yet) succeeded
    primary key (breaker_id, counted_at)
);

alter table noc.breaker_counts enable row level security;

/* The sums of the 30 seconds that end at `at`: {calls, failures, retries}, never null. */
create function noc.recent_calls(
    breaker_id bigint, at timestamptz, out calls bigint, out failures bigint, out retries bigint
)
language sql
stable
set search_path = ''
as $$
    select coalesce(sum(c.calls), 0), coalesce(sum(c.failures), 0), coalesce(sum(c.retries), 0)
    from noc.breaker_counts as c
    where c.breaker_id = recent_calls.breaker_id
        and c.counted_at > recent_calls.at - interval '30 seconds'
$$;

/* Adds to the second of `at`, and forgets those that no window reaches any more. */
create function noc.count_calls(
    breaker_id bigint, calls integer, failures integer, retries integer, at timestamptz
)
returns void
language sql
set search_path = ''
as $$
    delete from noc.breaker_counts as c
    where c.breaker_id = count_calls.breaker_id
        and c.counted_at <= count_calls.at - interval '1 minute';
    insert into noc.breaker_counts as c (breaker_id, counted_at, calls, failures, retries)
    values (
        count_calls.breaker_id, date_trunc('second', count_calls.at), count_calls.calls,
        count_calls.failures, greatest(count_calls.retries, 0)
    )
    on conflict on constraint breaker_counts_pkey do update
    set
        calls = c.calls + excluded.calls,
        failures = c.failures + excluded.failures,
        retries = greatest(c.retries + count_calls.retries, 0)
$$;

/* Makes sure of the breakers of the provider and of its company, and locks them in one order. */
create function noc.lock_breakers(provider text, company_cnpj text)
returns setof noc.breakers
language plpgsql
set search_path = ''
as $$
begin
    insert into noc.breakers (provider, company_cnpj)
    select lock_breakers.provider, c.company_cnpj
    from (
        select null as company_cnpj
        union
        select lock_breakers.company_cnpj
    ) as c
    where not exists (
        select from noc.breakers as b
        where b.provider = lock_breakers.provider
            and b.company_cnpj is not distinct from c.company_cnpj
    )
    on conflict do nothing;
    return query
    select b.* from noc.breakers as b
    where b.provider = lock_breakers.provider
        and (b.company_cnpj is null or b.company_cnpj = lock_breakers.company_cnpj)
    order by b.company_cnpj nulls first
    for update;
end;
$$;

/* Seconds until a call may pass, 0 now; asking uses nothing up. */
create function noc.cut_off_s(provider text, company_cnpj text, at timestamptz)
returns double precision
language sql
stable
set search_path = ''
as $$
    select greatest(coalesce(max(extract(epoch from b.probe_at - at)), 0), 0)::double precision
    from noc.breakers as b
    where b.provider = cut_off_s.provider
        and (b.company_cnpj is null or b.company_cnpj = cut_off_s.company_cnpj)
        and b.opened_at is not null
$$;

/*
Calls that a claim may reckon with: 0 while it is cut off, 1 when the probe is due, null where
nothing is open.
*/
create function noc.calls_open(provider text, company_cnpj text, at timestamptz)
returns integer
language sql
stable
set search_path = ''
as $$
    select case when max(b.probe_at) > at then 0 when count(*) > 0 then 1 end
    from noc.breakers as b
    where b.provider = calls_open.provider
        and (b.company_cnpj is null or b.company_cnpj = calls_open.company_cnpj)
        and b.opened_at is not null
$$;

/*
Why a call may not be made now and seconds until it makes sense to ask again; nulls: it may.
cut_off, or retry_budget: retries that have not succeeded are at most a tenth of the calls of 30
seconds, or 5. Asking uses nothing up.
*/
create function noc.why_not_call(
    provider text, company_cnpj text, retry boolean, at timestamptz,
    out reason text, out wait_s double precision
)
language plpgsql
set search_path = ''
as $$
declare
    v_recent record;
begin
    wait_s := nullif(noc.cut_off_s(provider, company_cnpj, at), 0);
    if wait_s is not null then
        reason := 'cut_off';
    elsif retry then
        select r.* into v_recent
        from noc.breakers as b
        cross join lateral noc.recent_calls(b.breaker_id, at) as r
        where b.provider = why_not_call.provider and b.company_cnpj is null;
        if v_recent.retries >= greatest(v_recent.calls / 10, 5) then
            reason := 'retry_budget';
            wait_s := 1 + 4 * random();
        end if;
    end if;
end;
$$;

/* Counts a call of a closed breaker, and opens it if that was one too many. */
create function noc.trip(
    breaker noc.breakers, begun_at timestamptz, failed boolean, at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_recent record;
begin
    -- Of before the last outage's end: known.
    if begun_at < breaker.closed_at then
        return;
    end if;
    perform noc.count_calls(breaker.breaker_id, 1, failed::integer, 0, at);
    v_recent := noc.recent_calls(breaker.breaker_id, at);
    if v_recent.calls < 20 or v_recent.failures * 2 < v_recent.calls then
        return;
    end if;
    update noc.breakers as b set opened_at = at, probe_at = at + interval '10 seconds'
    where b.breaker_id = breaker.breaker_id;
    perform noc.record_audit(
        'provider_cut_off', 'provider:' || breaker.provider, breaker.company_cnpj,
        jsonb_build_object('calls', v_recent.calls, 'failures', v_recent.failures)
    );
end;
$$;

/* Closes an open breaker; what failed before counts no more. */
create function noc.mend(breaker noc.breakers, at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update noc.breakers as b set opened_at = null, probe_at = null, closed_at = at
    where b.breaker_id = breaker.breaker_id;
    delete from noc.breaker_counts as c where c.breaker_id = breaker.breaker_id;
    perform noc.record_audit(
        'provider_back', 'provider:' || breaker.provider, breaker.company_cnpj,
        jsonb_build_object('open_s', round(extract(epoch from at - breaker.opened_at)))
    );
end;
$$;
