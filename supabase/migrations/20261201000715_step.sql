-- The rule machine: rule x measurement x state so far -> next state. The engine and the
-- backtest step through this one function.

/*
Where a rule stands on its target after the measurement; phase null: ok, nothing to keep.
judged: the measurement counted (null value, or too few samples: it did not).

Beyond a threshold: pending, then firing once it has lasted (`for`, by the clock, not by
ticks). Firing: stays while beyond the clear limit, then recovering for keep_firing_s.
Critical falls to warning once within its own clear limit. Too few samples: as it was,
but a fired one that saw no more for half an hour recovers by the few when they are good;
a pending state that saw none for longer than its window starts anew. Nothing measured:
with no_data 'ok' as if it were good; else a firing state is held, as no_data when the source
is silent (samples null) and as it was when there were no calls (samples 0). No rule: gone.

Inlined into its caller's plan. Each part below reads those before it, and `offset 0` keeps
it from being written out wherever it is read: without it a step takes twice as long.
*/
create function noc.step(
    rule public.noc_rules, measured noc.measurement, state noc.rule_states, at timestamptz
)
returns table (
    judged boolean, phase noc.rule_phase, severity public.alert_severity,
    warning_since timestamptz, critical_since timestamptz, recovering_since timestamptz,
    seen_at timestamptz
)
language sql
immutable
parallel safe
rows 1
as $$
    select
        j.judged,
        p.phase,
        case
            when p.phase = 'firing'
                then coalesce(case when j.judged then l.severity end, (state).severity)
            when p.phase in ('recovering', 'no_data') then (state).severity
        end,
        s.warning_since,
        s.critical_since,
        case when p.phase = 'recovering' then coalesce((state).recovering_since, at) end,
        case when f.sufficient then at else (state).seen_at end
    -- `side` turns a rule for "below" into one for "above".
    from (select case when (rule).comparator = 'below' then -1 else 1 end as side) as k
    cross join lateral (
        select
            (measured).value is not null as known,
            (measured).value is not null
            and coalesce((measured).samples >= (rule).min_samples, true) as sufficient,
            coalesce(
                (state).phase = 'pending'
                and at - (state).seen_at > make_interval(secs => (rule).over_s + 60),
                false
            ) as lapsed,
            (measured).value * k.side > (rule).degraded_threshold * k.side as over_degraded,
            (measured).value * k.side > (rule).down_threshold * k.side as over_down,
            (measured).value * k.side
            > coalesce((rule).degraded_clear, (rule).degraded_threshold) * k.side
                as holds_degraded,
            (measured).value * k.side
            > coalesce((rule).down_clear, (rule).down_threshold) * k.side as holds_down
        offset 0
    ) as f
    cross join lateral (
        select f.sufficient or not f.known and (rule).no_data = 'ok' or coalesce(
            f.known
            and not coalesce(f.holds_degraded, false) and not coalesce(f.holds_down, false)
            and (state).severity is not null
            and at - (state).seen_at >= interval '30 minutes',
            false
        ) as judged
        offset 0
    ) as j
    cross join lateral (
        select
            case
                when not j.judged then (state).warning_since
                when f.over_degraded then coalesce(
                    case when not f.lapsed then (state).warning_since end,
                    least((measured).since, at)
                )
            end as warning_since,
            case
                when not j.judged then (state).critical_since
                when f.over_down then coalesce(
                    case when not f.lapsed then (state).critical_since end,
                    least((measured).since, at)
                )
            end as critical_since
        offset 0
    ) as s
    cross join lateral (
        select greatest(
            case
                when at - s.critical_since >= make_interval(secs => (rule).for_down_s)
                    then 'critical'::public.alert_severity
                when at - s.warning_since >= make_interval(secs => (rule).for_degraded_s)
                    then 'warning'::public.alert_severity
            end,
            case
                when (state).severity = 'critical' and f.holds_down
                    then 'critical'::public.alert_severity
                when (state).severity is not null and f.holds_degraded
                    then 'warning'::public.alert_severity
            end
        ) as severity
        offset 0
    ) as l
    cross join lateral (
        select case
            when (rule).rule_id is null then null
            when not j.judged and (state).phase = 'pending'
                then case when not f.lapsed then 'pending'::noc.rule_phase end
            when not f.known and not j.judged and (measured).samples is null
                and (state).phase is not null then 'no_data'::noc.rule_phase
            when not j.judged then (state).phase
            when l.severity is not null then 'firing'::noc.rule_phase
            when (state).severity is null
                then case when f.over_degraded or f.over_down then 'pending'::noc.rule_phase end
            when at - coalesce((state).recovering_since, at)
                < make_interval(secs => (rule).keep_firing_s) then 'recovering'::noc.rule_phase
        end as phase
        offset 0
    ) as p
$$;
