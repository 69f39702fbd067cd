-- What a rule would have done: the engine's own step over what is stored of the past.

/*
The episodes that the rule, alone, would have had between two instants: on a company, judged at
the end of every minute that is stored, of every five minutes before that; on the platform
(company null), judged at every sample. closed_at null:
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
    v_samples constant boolean := exists (
        select 1 from noc.rule_metrics as m
        where m.metric = (rule).metric and m.history = 'samples'
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
            where not v_samples
            union all
            select '1m', w.*
            from noc.replay_windows(rule, v_limits, company_cnpj, '1m', v_minutes_from, ends) as w
            where not v_samples
            union all
            select 'sample', w.*
            from noc.replay_samples(rule, starts, ends) as w
            where v_samples
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
