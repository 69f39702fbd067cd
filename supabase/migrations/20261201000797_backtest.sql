-- What a rule would have done: the engine's own step over the stored minutes of a company.

/* A rule's limits, clear limits included, from the lowest to the highest. */
create function noc.rule_limits(rule public.noc_rules)
returns double precision []
language sql
immutable
set search_path = ''
as $$
    select array_agg(distinct l.value order by l.value)
    from (
        values
        ((rule).degraded_threshold), ((rule).down_threshold),
        ((rule).degraded_clear), ((rule).down_clear)
    ) as l (value)
    where l.value is not null
$$;

/* The smallest entry of a sketch that stands for more than `ms`. */
create function noc.sketch_beyond(ms double precision)
returns bigint
language sql
immutable
set search_path = ''
as $$
    select min(k.key) << 40
    from (select floor(ln(greatest(ms, 0.1)) * 49.99833327)::bigint as key) as about
    cross join lateral generate_series(about.key - 2, about.key + 3) as k (key)
    where noc.sketch_value(k.key) > ms
$$;

/*
The sliding windows of a rule on each service of a company, one per bucket of "window" that
ends in (starts, ends], at the instant when it ends; of the quiet stretches, which find every
state ok and leave it so, none.
value: exact, or for a p95 some number on the same side of every limit (limits: noc.rule_limits).
most: no less than the true value. Null without calls. first and last: the window's buckets.

A window of good buckets is good: no share, mean or quantile exceeds its parts' largest. So a
window matters that holds a doubtful bucket, and those after it for as long as a recovery
lasts. A p95 lies beyond a limit when more calls do than the twentieth that lies above it: the
calls beyond each limit are counted once per bucket and summed per window.
*/
create function noc.replay_windows(
    rule public.noc_rules, limits double precision [], company_cnpj text, "window" text,
    starts timestamptz, ends timestamptz
)
returns table (
    service text, at timestamptz, first timestamptz, last timestamptz, samples bigint,
    value double precision, most double precision
)
language sql
stable
rows 1000
set search_path = ''
as $$
    with spans as materialized (
        select
            w.step,
            greatest(make_interval(secs => (rule).over_s) - w.step, interval '0') as back,
            (rule).metric = 'p95_ms' and make_interval(secs => (rule).over_s) > w.step as merges,
            (rule).metric = 'p95_ms' as is_p95,
            array(select noc.sketch_beyond(l) from unnest(limits) as l) as beyond
        from (select "window"::interval as step) as w
    ),

    buckets as (
        select
            m.service, m.bucket, m.count::integer as count, m.errors::integer as errors,
            m.errors_4xx::integer as errors_4xx,
            m.latency_sum_ms::double precision as latency_sum_ms, m.latency_max_ms,
            coalesce(m.p95_ms, m.latency_max_ms) as p95_most,
            case when s.merges and m.latency_max_ms > limits[1] then m.sketch end as sketch,
            coalesce(m.count < (rule).min_samples or (rule).metric like 'throughput%' or case
                when s.is_p95 then coalesce(m.p95_ms, m.latency_max_ms)
                else noc.traffic_value(
                    (rule).metric, m.count, m.errors, m.errors_4xx, m.latency_sum_ms, 60
                )
            end > limits[1], true) as doubtful,
            lag(m.bucket) over (partition by m.service order by m.bucket) as previous,
            lead(m.bucket) over (partition by m.service order by m.bucket) as next
        from spans as s
        inner join public.metrics_agg as m
            on m."window" = replay_windows."window"
            and m.level = 'service'
            and m.company_cnpj = replay_windows.company_cnpj
            and m.bucket >= starts - s.back
            and m.bucket < ends
            and ((rule).service is null or m.service = (rule).service)
            and m.service <> all((rule).excluded_services)
    ),

    doubts as (
        select
            b.*,
            max(b.bucket) filter (where d.here) over (
                partition by b.service order by b.bucket
            ) as doubtful_at,
            bool_or(d.here) over (
                partition by b.service order by b.bucket
                range between current row and (select s.back from spans as s) following
            ) as doubtful_soon
        from buckets as b
        cross join spans as s
        cross join lateral (
            select b.doubtful or coalesce(b.bucket - b.previous > s.step, true) as here
        ) as d
    ),

    kept as materialized (
        select d.*, s.step, s.back, c.n1, c.n2, c.n3, c.n4
        from doubts as d
        cross join spans as s
        cross join lateral (
            select
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[1]) as n1,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[2]) as n2,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[3]) as n3,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[4]) as n4
            from unnest(d.sketch) as x
        ) as c
        where d.doubtful_soon
            or d.bucket - d.doubtful_at
            <= 2 * s.back + make_interval(secs => (rule).keep_firing_s) + 3 * s.step
    ),

    -- Buckets without calls have windows too, until nothing is left in them.
    grid as (
        select k.service, g.bucket
        from kept as k
        cross join lateral generate_series(
            k.bucket,
            least(
                coalesce(k.next, ends) - k.step,
                k.bucket + k.back + make_interval(secs => (rule).keep_firing_s) + 3 * k.step
            ),
            k.step
        ) as g (bucket)
    ),

    slid as (
        select
            g.service, g.bucket, sum(k.count) over w as samples, sum(k.errors) over w as errors,
            sum(k.errors_4xx) over w as errors_4xx, sum(k.latency_sum_ms) over w as latency_sum_ms,
            least(max(k.p95_most) over w, max(k.latency_max_ms) over w) as p95_most,
            max(k.latency_max_ms) over w as latency_max_ms,
            array[
                sum(k.n1::integer) over w, sum(k.n2::integer) over w,
                sum(k.n3::integer) over w, sum(k.n4::integer) over w
            ] as above
        from grid as g
        left join kept as k on k.service = g.service and k.bucket = g.bucket
        window w as (
            partition by g.service order by g.bucket
            range between (select s.back from spans as s) preceding and current row
        )
    )

    select
        t.service, t.bucket + s.step, t.bucket - s.back, t.bucket, t.samples::bigint, v.value,
        case when s.is_p95 then t.p95_most else v.value end
    from slid as t
    cross join spans as s
    cross join lateral (
        select case
            when not s.is_p95 then noc.traffic_value(
                (rule).metric, t.samples, t.errors, t.errors_4xx, t.latency_sum_ms, (rule).over_s
            )
            when not s.merges then t.p95_most
            else least(t.p95_most, (
                select min(l.ms) from unnest(limits) with ordinality as l (ms, place)
                where t.latency_max_ms <= l.ms
                    or coalesce(t.above[l.place], 0) <= t.samples - ceil(0.95 * t.samples)
            ))
        end as value
    ) as v
    where t.bucket >= starts
$$;

/*
The episodes that the rule, alone, would have had on a company between two instants, judged
at the end of every minute that is stored, of every five minutes before that; closed_at null:
still open at `ends`. The peak is the worst window seen while open; of a p95, peak_value is no
less than the true one, which noc.service_p95 gives for peak_first, peak_last, peak_window.
*/
create function noc.backtest(
    rule public.noc_rules, company_cnpj text, starts timestamptz, ends timestamptz
)
returns table (
    service text, severity_max public.alert_severity, started_at timestamptz,
    opened_at timestamptz, closed_at timestamptz, reopen_count integer,
    peak_value double precision, peak_first timestamptz, peak_last timestamptz, peak_window text
)
language plpgsql
stable
rows 20
set search_path = ''
as $$
declare
    v_side constant integer := case (rule).comparator when 'below' then -1 else 1 end;
    v_limits constant double precision [] := noc.rule_limits(rule);
    v_nearest constant double precision := least(
        (rule).degraded_threshold * v_side, (rule).down_threshold * v_side
    );
    v_minutes_from timestamptz;
    v_step record;
    v_next record;
    v_service text;
    v_state noc.rule_states;
    v_blank noc.rule_states;
    v_open boolean := false;
begin
    select greatest(starts, least(ends, min(b.lower_bound))) into v_minutes_from
    from noc.partition_bounds('noc.metrics_agg_1m') as b;

    for v_step in
        select u.* from (
            select '5m' as "window", w.*
            from noc.replay_windows(rule, v_limits, company_cnpj, '5m', starts, v_minutes_from) as w
            union all
            select '1m', w.*
            from noc.replay_windows(rule, v_limits, company_cnpj, '1m', v_minutes_from, ends) as w
        ) as u
        order by u.service, u.at
    loop
        if v_step.service is distinct from v_service then
            if opened_at is not null then
                return next;
            end if;
            v_service := v_step.service;
            v_state := v_blank;
            v_open := false;
            opened_at := null;
        end if;
        continue when v_state.phase is null and coalesce(v_step.value * v_side <= v_nearest, true);

        select n.* into v_next from noc.step(
            rule,
            (
                (rule).metric, company_cnpj, v_service, null, (rule).over_s, v_step.value,
                v_step.samples, null, null, null
            )::noc.measurement,
            v_state, v_step.at
        ) as n;

        if v_next.phase is null and v_open then
            closed_at := v_step.at;
            v_open := false;
        elsif v_next.phase = 'firing' and v_next.judged and not v_open then
            v_open := true;
            if opened_at is not null
                and closed_at >= v_step.at - make_interval(secs => (rule).reopen_s) then
                reopen_count := reopen_count + 1;
            else
                if opened_at is not null then
                    return next;
                end if;
                service := v_service;
                started_at := least(v_next.warning_since, v_next.critical_since, v_step.at);
                opened_at := v_step.at;
                severity_max := v_next.severity;
                reopen_count := 0;
                peak_value := null;
            end if;
            closed_at := null;
        end if;

        if v_open then
            severity_max := greatest(severity_max, v_next.severity);
            if coalesce(v_step.most * v_side > peak_value * v_side, peak_value is null) then
                peak_value := v_step.most;
                peak_first := v_step.first;
                peak_last := v_step.last;
                peak_window := v_step."window";
            end if;
        end if;
        if v_next.phase is null then
            v_state := v_blank;
            continue;
        end if;
        v_state.phase := v_next.phase;
        v_state.severity := v_next.severity;
        v_state.warning_since := v_next.warning_since;
        v_state.critical_since := v_next.critical_since;
        v_state.recovering_since := v_next.recovering_since;
        v_state.seen_at := coalesce(v_next.seen_at, v_step.at);
    end loop;
    if opened_at is not null then
        return next;
    end if;
end;
$$;

/*
The rule as it would be saved, for one company of the caller's; see docs/rpc.md. Raises
PT400 naming the field, PT404 scope_not_found.
*/
create function noc.candidate_rule(wanted jsonb)
returns public.noc_rules
language plpgsql
stable
set search_path = ''
as $$
declare
    v_before public.noc_rules;
    v_rule public.noc_rules;
begin
    perform noc.check_rule_shape(wanted);
    v_before := noc.rule_before(wanted);
    -- A rule for everybody is no secret to who may override it.
    if not noc.operates_wanted(wanted) and (
        v_before.rule_id is null or v_before.scope_kind = 'platform'
        or num_nonnulls(v_before.company_cnpj, v_before.group_id) > 0
    ) then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    end if;
    v_rule := noc.merged_rule(v_before, wanted);
    perform noc.check_rule(v_rule);
    return v_rule;
end;
$$;

/*
What the rule would have done to the company in the last `days` (1 to 30, null: 30), as far
as minutes or five minutes are stored; see docs/rpc.md. Nothing is saved. Raises PT400
naming the field, PT404 scope_not_found.
*/
create function noc.backtest_rule(
    rule jsonb, company_cnpj text, days integer, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
set work_mem = '64MB'
as $$
declare
    v_companies text [] := noc.resolve_scope(backtest_rule.company_cnpj, null);
    v_days integer := coalesce(backtest_rule.days, 30);
    v_rule public.noc_rules;
    v_shown jsonb;
    v_ends timestamptz := date_trunc('minute', at);
    v_starts timestamptz;
begin
    if backtest_rule.company_cnpj is null or not v_companies <@ noc.operable_scopes() then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    end if;
    if v_days not between 1 and 30 then
        perform noc.fail('PT400', 'days', 'days: must be between 1 and 30');
    end if;
    v_rule := noc.candidate_rule(backtest_rule.rule);
    v_shown := noc.rule_json(v_rule, false) - 'can_edit';
    -- A rule without an id is no rule to noc.step.
    v_rule.rule_id := coalesce(v_rule.rule_id, '00000000-0000-0000-0000-000000000000');
    if not exists (
        select 1 from noc.rule_metrics as m
        where m.metric = v_rule.metric and m.family = 'traffic'
    ) then
        perform noc.fail('PT400', 'metric', 'metric: its past is not stored, only that of calls');
    end if;

    v_starts := greatest(
        v_ends - v_days * interval '1 day',
        (select min(b.lower_bound) from noc.partition_bounds('noc.metrics_agg_5m') as b)
    );
    v_starts := date_bin('5 minutes', v_starts, '2000-01-01 00:00+00');
    return (
        with episodes as materialized (
            select e.* from noc.backtest(v_rule, v_companies[1], v_starts, v_ends) as e
        )

        select jsonb_build_object(
            'from', v_starts, 'to', v_ends, 'company_cnpj', v_companies[1],
            'rule', v_shown,
            'opened', count(*),
            'critical', count(*) filter (where e.severity_max = 'critical'),
            'open_s', coalesce(sum(
                extract(epoch from coalesce(e.closed_at, v_ends) - e.opened_at)
            ), 0),
            'alerts', (
                select coalesce(jsonb_agg(to_jsonb(l) order by l.opened_at desc), '[]')
                from (
                    select
                        k.service, k.severity_max, k.started_at, k.opened_at, k.closed_at,
                        k.reopen_count, case
                            when v_rule.metric = 'p95_ms' then noc.service_p95(
                                v_companies[1], k.service, k.peak_first, k.peak_last, k.peak_window
                            )
                            else k.peak_value
                        end as peak_value
                    from episodes as k
                    order by k.opened_at desc
                    limit 200
                ) as l
            )
        )
        from episodes as e
    );
end;
$$;
