-- What noc.step says of every target of a family. Pure reading; noc.evaluate_family writes it.

/* Where one rule stands on one target after a measurement; phase null: ok, nothing to keep. */
create type noc.verdict as (
    fingerprint text collate "C",
    rule_id uuid,
    code text collate "C",
    metric text collate "C",
    company_cnpj text collate "C",
    service text collate "C",
    instance text collate "C",
    target text collate "C",
    value double precision,     -- null: not measured, or too few samples
    threshold double precision, -- of `severity`
    unit text,
    below boolean,              -- on which side of the threshold the trouble lies
    phase noc.rule_phase,
    severity public.alert_severity,
    warning_since timestamptz,
    critical_since timestamptz,
    recovering_since timestamptz,
    seen_at timestamptz,
    before noc.rule_states      -- null: it was ok
);

/*
The rule that judges the silence of another's source: beyond the limit at once, good at once.
*/
create function noc.no_data_rule(rule public.noc_rules, limit_s integer)
returns public.noc_rules
language sql
stable
set search_path = ''
as $$
    select jsonb_populate_record(rule, jsonb_build_object(
        'code', 'no_data', 'metric', 'no_data_s', 'comparator', 'above',
        'degraded_threshold', limit_s, 'down_threshold', null, 'degraded_clear', null,
        'down_clear', null, 'for_degraded_s', 0, 'keep_firing_s', 0, 'no_data', 'keep_last'
    ))
$$;

/*
What is asked of the machine: each rule in force with its measurement, and where the rule
says so the silence of the measurement's source, which keeps the target and has an alert of
its own.
*/
create function noc.rules_asked(family text, at timestamptz)
returns table (fingerprint text, rule public.noc_rules, measured noc.measurement)
language sql
stable
set search_path = ''
as $$
    with in_force as materialized (select i.* from noc.rule_in_force(family, at) as i)

    select i.fingerprint, i.rule, i.measured from in_force as i
    union all
    select
        'no_data/' || i.fingerprint,
        noc.no_data_rule(i.rule, (i.measured).silent_limit_s),
        (
            'no_data_s', (i.measured).company_cnpj, (i.measured).service,
            (i.measured).instance, null, (i.measured).silent_s, null,
            at - make_interval(secs => (i.measured).silent_s), null, null
        )::noc.measurement
    from in_force as i
    where (i.rule).no_data = 'alert' and (i.measured).silent_limit_s is not null
$$;

/* One verdict for each target of a family that is not ok or was not; `rules` null: of all. */
create function noc.judge(family text, at timestamptz, rules uuid [] default null)
returns setof noc.verdict
language sql
stable
set search_path = ''
as $$
    with states as (
        select s.fingerprint, s as state
        from noc.rule_states as s
        inner join public.noc_rules as r on r.rule_id = s.rule_id
        inner join noc.rule_metrics as k on k.metric = r.metric
        where k.family = judge.family
    ),

    facts as (
        select
            coalesce(f.fingerprint, t.fingerprint) as fingerprint,
            f.rule as r, f.measured as m, t.state as s
        from noc.rules_asked(family, at) as f
        full join states as t on t.fingerprint = f.fingerprint
    )

    select (
        f.fingerprint,
        coalesce((f.r).rule_id, (f.s).rule_id),
        (f.r).code,
        k.metric,
        coalesce((f.m).company_cnpj, (f.s).company_cnpj),
        coalesce((f.m).service, (f.s).service),
        coalesce((f.m).instance, (f.s).instance),
        case
            when (f.r).scope_kind = 'company' then 'company:' || (f.m).company_cnpj
            else 'service:' || coalesce((f.m).service, (f.m).instance)
        end,
        case when n.judged then (f.m).value end,
        case n.severity when 'critical' then (f.r).down_threshold else (f.r).degraded_threshold end,
        k.unit,
        k.comparator = 'below',
        n.phase,
        n.severity,
        n.warning_since,
        n.critical_since,
        n.recovering_since,
        n.seen_at,
        f.s
    )::noc.verdict
    from facts as f
    inner join noc.rule_metrics as k on k.metric = coalesce((f.m).metric, (f.s).metric)
    cross join lateral noc.step(f.r, f.m, f.s, at) as n
    where (n.phase is not null or (f.s).fingerprint is not null)
        and (rules is null or coalesce((f.r).rule_id, (f.s).rule_id) = any(rules))
$$;
