-- The backtest as the page asks for it: a rule as it would be saved, its episodes, and the
-- series that they were found in.

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

/* Seconds of one point of a series over so many seconds: at most 360 points. */
create function noc.series_step(span_s double precision)
returns integer
language sql
immutable
set search_path = ''
as $$
    select min(s.step) from unnest('{300,600,900,1800,3600,7200}'::integer []) as s (step)
    where s.step * 360 >= least(span_s, 7200 * 360)
$$;

/*
What the rule measured, to be drawn: {"step_s", "services": [{"service", "values"}]}, each value
the worst five minutes (of the platform: sample) of a step since `starts`, null where nothing
was measured or too few calls came. Eight services at most: `first` ones first, then the worst.
*/
create function noc.backtest_series(
    rule public.noc_rules, company_cnpj text, starts timestamptz, ends timestamptz, first text []
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with spans as materialized (
        select
            noc.series_step(extract(epoch from ends - starts)::double precision) as step_s,
            case (rule).comparator when 'below' then -1 else 1 end as side,
            m.history
        from noc.rule_metrics as m where m.metric = (rule).metric
    ),

    measured as (
        select m.service, m.bucket as at, case
            when (rule).metric = 'p95_ms' then m.p95_ms
            else noc.traffic_value(
                (rule).metric, m.count, m.errors, m.errors_4xx, m.latency_sum_ms, 300
            )
        end as value
        from spans as s
        inner join public.metrics_agg as m
            on m."window" = '5m'
            and m.level = 'service'
            and m.company_cnpj = backtest_series.company_cnpj
            and m.bucket >= starts
            and m.bucket < ends
            and ((rule).service is null or m.service = (rule).service)
            and m.service <> all((rule).excluded_services)
            and (
                (rule).metric like 'throughput%'
                or m.count * greatest((rule).over_s, 300) >= (rule).min_samples * 300
            )
        where s.history = 'calls'
        union all
        select w.service, w.at, w.value
        from spans as s
        cross join lateral noc.replay_samples(rule, starts, ends) as w
        where s.history = 'samples'
    ),

    points as (
        select
            m.service, floor(extract(epoch from m.at - starts) / s.step_s)::integer as place,
            max(m.value * s.side) as worst
        from measured as m
        cross join spans as s
        where m.value is not null
        group by m.service, place
    ),

    shown as (
        select
            p.service,
            row_number() over (
                order by array_position(first, p.service) nulls last, max(p.worst) desc, p.service
            ) as place
        from points as p
        group by p.service
        order by place
        limit 8
    )

    select jsonb_build_object(
        'step_s', s.step_s,
        'services', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'service', w.service,
                'values', (
                    select jsonb_agg(round((p.worst * s.side)::numeric, 4) order by g.place)
                    from generate_series(
                        0, ceil(extract(epoch from ends - starts) / s.step_s)::integer - 1
                    ) as g (place)
                    left join points as p on p.service = w.service and p.place = g.place
                )
            ) order by w.place), '[]')
            from shown as w
        )
    )
    from spans as s
$$;

/* Since when what a rule measures is stored; null: it is not. */
create function noc.stored_since(rule public.noc_rules)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select case m.history
        when 'calls' then (
            select min(b.lower_bound) from noc.partition_bounds('noc.metrics_agg_5m') as b
        )
        when 'samples' then (select min(s.sampled_at) from noc.database_samples as s)
    end
    from noc.rule_metrics as m where m.metric = (rule).metric
$$;

/*
What the rule would have done in the last `days` (1 to 30, null: 30), to the company or, without
one, to the platform, as far as it is stored; see docs/rpc.md. Nothing is saved. Raises PT400
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
    v_companies text [] := case
        when backtest_rule.company_cnpj is null then '{*}'
        else noc.resolve_scope(backtest_rule.company_cnpj, null)
    end;
    v_days integer := coalesce(backtest_rule.days, 30);
    v_rule public.noc_rules;
    v_shown jsonb;
    v_history text;
    v_cnpj text;
    v_ends timestamptz := date_trunc('minute', at);
    v_starts timestamptz;
begin
    if not v_companies <@ noc.operable_scopes() then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    end if;
    if v_days not between 1 and 30 then
        perform noc.fail('PT400', 'days', 'days: must be between 1 and 30');
    end if;
    v_rule := noc.candidate_rule(backtest_rule.rule);
    v_shown := noc.rule_json(v_rule, false) - 'can_edit';
    -- A rule without an id is no rule to noc.step.
    v_rule.rule_id := coalesce(v_rule.rule_id, '00000000-0000-0000-0000-000000000000');
    select m.history into v_history from noc.rule_metrics as m where m.metric = v_rule.metric;
    if v_history is null then
        perform noc.fail('PT400', 'metric', 'metric: its past is not stored');
    elsif v_history = 'calls' and backtest_rule.company_cnpj is null then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: calls are those of a company');
    elsif v_history = 'samples' and backtest_rule.company_cnpj is not null then
        perform noc.fail(
            'PT400', 'company_cnpj', 'company_cnpj: the platform belongs to no company'
        );
    end if;

    v_cnpj := nullif(v_companies[1], '*');
    v_starts := greatest(v_ends - v_days * interval '1 day', noc.stored_since(v_rule));
    v_starts := date_bin('5 minutes', v_starts, '2000-01-01 00:00+00');
    return (
        with episodes as materialized (
            select e.* from noc.backtest(v_rule, v_cnpj, v_starts, v_ends) as e
        )

        select jsonb_build_object(
            'from', v_starts, 'to', v_ends, 'company_cnpj', v_cnpj,
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
                                v_cnpj, k.service, k.peak_first, k.peak_last, k.peak_window
                            )
                            else k.peak_value
                        end as peak_value
                    from episodes as k
                    order by k.opened_at desc
                    limit 200
                ) as l
            ),
            'series', noc.backtest_series(v_rule, v_cnpj, v_starts, v_ends, array(
                select k.service from episodes as k
                group by k.service
                order by max(k.severity_max) desc, count(*) desc, k.service
            ))
        )
        from episodes as e
    );
end;
$$;
