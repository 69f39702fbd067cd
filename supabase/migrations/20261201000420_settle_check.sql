-- How workers hand results in: once each, in the order of their time.

/* Raises PT400 naming the field that is not what a result may carry. */
create function noc.require_result(
    checked_at timestamptz, outcome text, latency_ms integer, reason text, details jsonb,
    at timestamptz
)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if coalesce(outcome not in ('good', 'slow', 'bad'), true) then
        perform noc.fail('PT400', 'outcome', 'outcome: must be good, slow or bad');
    end if;
    if coalesce(
        checked_at not between at - interval '48 hours' and at + interval '60 seconds', true
    ) then
        perform noc.fail(
            'PT400', 'checked_at', 'checked_at: must lie between 48 h ago and 60 s ahead'
        );
    end if;
    if latency_ms not between 0 and 3600000 then
        perform noc.fail('PT400', 'latency_ms', 'latency_ms: must be between 0 and 3600000');
    end if;
    if reason !~ '^[a-z][a-z0-9_]{0,39}$' then
        perform noc.fail('PT400', 'reason', 'reason: must be a code of 1 to 40 of a-z 0-9 _');
    end if;
    if jsonb_typeof(details) <> 'object' or length(details::text) > 4000 then
        perform noc.fail('PT400', 'details', 'details: must be an object of at most 4000 characters');
    end if;
end;
$$;

/* The target with the status that it had just before `at`, as the log tells; null before it. */
create function noc.health_at(target noc.check_targets, at timestamptz)
returns noc.check_targets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_past noc.check_targets := target;
begin
    select h.status, h.since into v_past.status, v_past.since
    from public.service_health as h
    where h.service_name = target.service_name
        and h.company_cnpj is not distinct from target.company_cnpj
        and h.checked_at < at
    order by h.checked_at desc
    limit 1;
    return v_past;
end;
$$;

/* What settling answers: the status now, and whether the log holds this result. */
create function noc.settled_as_json(check_id uuid, checked_at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'status', t.status,
        'since', t.since,
        'accepted', exists (
            select 1 from public.service_health as h
            where h.service_name = t.service_name
                and h.company_cnpj is not distinct from t.company_cnpj
                and h.checked_at = settled_as_json.checked_at
        )
    )
    from noc.check_targets as t
    where t.check_id = settled_as_json.check_id
$$;

/*
Keeps a target's new judgement. A claimed result also ends its lease and sets when to
ask again: after `recheck_s` (10 s) while in doubt, else after the interval. A confirmed
change is told at once, for a shared provider to everybody.
*/
create function noc.keep_health(
    before noc.check_targets, after noc.check_targets, claimed boolean, at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_wait_s integer := case
        when noc.health_in_doubt(after)
            then least(coalesce((after.config ->> 'recheck_s')::numeric, 10), after.interval_s)
        else after.interval_s
    end;
begin
    update noc.check_targets as t
    set
        status = after.status,
        since = after.since,
        consecutive_bad = after.consecutive_bad,
        bad_since = after.bad_since,
        consecutive_good = after.consecutive_good,
        good_since = after.good_since,
        consecutive_slow = after.consecutive_slow,
        slow_since = after.slow_since,
        last_checked_at = after.last_checked_at,
        last_reason = after.last_reason,
        last_latency_ms = after.last_latency_ms,
        down_since = case when d.begins then after.since else t.down_since end,
        down_settled_at = case when d.begins then at else t.down_settled_at end,
        lease_until = case when claimed then null else t.lease_until end,
        lease_owner = case when claimed then null else t.lease_owner end,
        next_at = case when claimed then at + make_interval(secs => v_wait_s) else t.next_at end
    from (
        select after.status = 'DOWN' and before.status is distinct from 'DOWN' as begins
    ) as d
    where t.check_id = before.check_id;

    if after.status is distinct from before.status then
        perform noc.announce('service_health', before.company_cnpj, s.shared)
        from noc.services as s
        where s.service_name = before.service_name;
    end if;
end;
$$;

/*
Takes one result in. A claimed result (fence given) is refused when its claim is no
longer the newest; a spooled one (fence null) may be up to 48 h old. Spooled results
advance the status in the order of their time: one older than the last only enters the
log, with the status of its own moment. The same result twice changes nothing.
Raises PT400 naming the field, PT404 check_not_found.
*/
create function noc.settle_check(
    check_id uuid, fence bigint, checked_at timestamptz, outcome text, latency_ms integer,
    reason text, details jsonb, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before noc.check_targets;
    v_after noc.check_targets;
    v_claimed boolean := fence is not null;
    v_late boolean;
begin
    perform noc.require_result(checked_at, outcome, latency_ms, reason, details, at);
    select t.* into v_before from noc.check_targets as t
    where t.check_id = settle_check.check_id
    for update;
    if not found then
        perform noc.fail('PT404', 'check_not_found', 'check_id: no such check');
    end if;

    v_late := not v_claimed and checked_at <= v_before.last_checked_at;
    if v_late then
        v_after := noc.health_at(v_before, checked_at);
    else
        v_after := noc.next_health(v_before, outcome, reason, checked_at);
        v_after.last_latency_ms := latency_ms;
    end if;

    if not v_claimed or (fence = v_before.fence and v_before.lease_until is not null) then
        insert into public.service_health (
            service_name, company_cnpj, checked_at, status, since, outcome, reason, latency_ms,
            details
        )
        values (
            v_before.service_name, v_before.company_cnpj, settle_check.checked_at, v_after.status,
            v_after.since, settle_check.outcome, settle_check.reason, settle_check.latency_ms,
            coalesce(settle_check.details, '{}')
        )
        on conflict on constraint service_health_one_per_check do nothing;
        if found and not coalesce(v_late, false) then
            perform noc.keep_health(v_before, v_after, v_claimed, at);
        end if;
    end if;

    return noc.settled_as_json(v_before.check_id, settle_check.checked_at);
end;
$$;

create function public.noc_settle_check(
    check_id uuid, fence bigint, checked_at timestamptz, outcome text, latency_ms integer,
    reason text, details jsonb
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.settle_check(check_id, fence, checked_at, outcome, latency_ms, reason, details);
end;
