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
    phase noc.rule_phase,
    severity public.alert_severity,
    warning_since timestamptz,
    critical_since timestamptz,
    recovering_since timestamptz,
    seen_at timestamptz,
    before noc.rule_states      -- null: it was ok
);

/* One verdict for each target of a family that is not ok or was not. */
create function noc.judge(family text, at timestamptz)
returns setof noc.verdict
language sql
stable
set search_path = ''
as $$
    with states as (
        select s.fingerprint, s as state
        from noc.rule_states as s
        inner join noc.rule_metrics as k on k.metric = s.metric
        where k.family = judge.family
    ),

    facts as (
        select
            coalesce(f.fingerprint, t.fingerprint) as fingerprint,
            f.rule as r, f.measured as m, t.state as s
        from noc.rule_in_force(family, at) as f
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
    where n.phase is not null or (f.s).fingerprint is not null
$$;
