-- The rule machine: measurement x rule in force x state so far -> next state.
-- Pure reading; noc.evaluate_family writes what it says.

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

/*
One verdict for each target of a family that is not ok or was not.

Beyond a threshold: pending, then firing once it has lasted (`for`, by the clock, not by
ticks). Firing: stays while beyond the clear limit, then recovering for keep_firing_s.
Critical falls to warning once within its own clear limit. Too few samples: as it was,
but a fired one that saw no more for half an hour recovers by the few when they are good;
a pending state that saw none for longer than its window starts anew. Nothing measured:
a firing state is held as no_data. No rule or no target any more: gone.
*/
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

    -- `side` turns a rule for "below" into one for "above".
    facts as (
        select
            coalesce(f.fingerprint, t.fingerprint) as fingerprint,
            f.rule as r, f.measured as m, t.state as s,
            coalesce((f.measured).value is not null, false) as known,
            coalesce(
                (t.state).phase = 'pending'
                and at - (t.state).seen_at > make_interval(secs => (f.rule).over_s + 60),
                false
            ) as lapsed,
            coalesce(
                (f.measured).value is not null
                and coalesce((f.measured).samples >= (f.rule).min_samples, true),
                false
            ) as sufficient,
            (f.measured).value * k.side > (f.rule).degraded_threshold * k.side as over_degraded,
            (f.measured).value * k.side > (f.rule).down_threshold * k.side as over_down,
            (f.measured).value * k.side
            > coalesce((f.rule).degraded_clear, (f.rule).degraded_threshold) * k.side
            as holds_degraded,
            (f.measured).value * k.side
            > coalesce((f.rule).down_clear, (f.rule).down_threshold) * k.side as holds_down
        from (
            select i.* from noc.rule_in_force(family, at) as i
        ) as f
        full join states as t on t.fingerprint = f.fingerprint
        cross join lateral (
            select case when (f.rule).comparator = 'below' then -1 else 1 end as side
        ) as k
    ),

    weighed as (
        select
            f.*,
            f.sufficient
            or coalesce(
                f.known
                and not coalesce(f.holds_degraded, false) and not coalesce(f.holds_down, false)
                and (f.s).severity is not null
                and at - (f.s).seen_at >= interval '30 minutes',
                false
            ) as judged
        from facts as f
    ),

    runs as (
        select
            f.*,
            case
                when not f.judged then (f.s).warning_since
                when f.over_degraded
                    then coalesce(
                        case when not f.lapsed then (f.s).warning_since end, least((f.m).since, at)
                    )
            end as warning_since,
            case
                when not f.judged then (f.s).critical_since
                when f.over_down
                    then coalesce(
                        case when not f.lapsed then (f.s).critical_since end, least((f.m).since, at)
                    )
            end as critical_since
        from weighed as f
    ),

    levels as (
        select
            u.*,
            greatest(
                case
                    when at - u.critical_since >= make_interval(secs => (u.r).for_down_s)
                        then 'critical'
                    when at - u.warning_since >= make_interval(secs => (u.r).for_degraded_s)
                        then 'warning'
                end::public.alert_severity,
                case
                    when (u.s).severity = 'critical' and u.holds_down then 'critical'
                    when (u.s).severity is not null and u.holds_degraded then 'warning'
                end::public.alert_severity
            ) as severity
        from runs as u
    ),

    phases as (
        select
            l.*,
            case
                when (l.r).rule_id is null then null
                when not l.judged and (l.s).phase = 'pending'
                    then case when not l.lapsed then 'pending' end
                when not l.known and (l.s).phase is not null then 'no_data'
                when not l.judged then (l.s).phase::text
                when l.severity is not null then 'firing'
                when (l.s).severity is null
                    then case when l.over_degraded or l.over_down then 'pending' end
                when at - coalesce((l.s).recovering_since, at)
                    < make_interval(secs => (l.r).keep_firing_s) then 'recovering'
            end::noc.rule_phase as phase
        from levels as l
    )

    select (
        p.fingerprint,
        coalesce((p.r).rule_id, (p.s).rule_id),
        (p.r).code,
        coalesce((p.m).metric, (p.s).metric),
        coalesce((p.m).company_cnpj, (p.s).company_cnpj),
        coalesce((p.m).service, (p.s).service),
        coalesce((p.m).instance, (p.s).instance),
        case
            when (p.r).scope_kind = 'company' then 'company:' || (p.m).company_cnpj
            else 'service:' || coalesce((p.m).service, (p.m).instance)
        end,
        case when p.judged then (p.m).value end,
        case v.severity when 'critical' then (p.r).down_threshold else (p.r).degraded_threshold end,
        k.unit,
        p.phase,
        v.severity,
        p.warning_since,
        p.critical_since,
        case when p.phase = 'recovering' then coalesce((p.s).recovering_since, at) end,
        case when p.sufficient then at else (p.s).seen_at end,
        p.s
    )::noc.verdict
    from phases as p
    inner join noc.rule_metrics as k on k.metric = coalesce((p.m).metric, (p.s).metric)
    cross join lateral (
        select case
            when p.phase = 'firing' then coalesce(
                case when p.judged then p.severity end, (p.s).severity
            )
            when p.phase in ('recovering', 'no_data') then (p.s).severity
        end as severity
    ) as v
    where p.phase is not null or (p.s).fingerprint is not null
$$;
