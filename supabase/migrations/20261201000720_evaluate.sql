-- Writes what noc.judge says: states, alerts, their events, and who is to be told.

/*
Evaluates the rules of one family at the instant `at`, of `rules` alone when given. One rule
opens at most 500 alerts at a time, the worst and oldest first, and the rest with the next
ticks: a rule gone wild neither stalls the others nor hides what it found. Gives
{"evaluated", "opened", "reopened", "escalated", "closed"}. A steady state writes nothing
but a value worse than any before and, once a minute, that the alert was seen. Running it twice
at one instant changes nothing but for the 500. One caller at a time (noc.tick holds the lock).
*/
create function noc.evaluate_family(
    family text, at timestamptz, rules uuid [] default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_counts jsonb;
    v_shared boolean;
begin
    with verdicts as materialized (
        select
            v.*, (v.before).alert_id as alert_id, (v.before).severity as severity_before,
            coalesce(at - (v.before).seen_at >= interval '1 minute', true) as seen_long_ago,
            case when v.phase = 'firing' and v.unit <> 'status' then v.value end as figure,
            (v.before).phase in ('firing', 'recovering', 'no_data') as had_fired
        from noc.judge(family, at, rules) as v
    ),

    waiting as (
        select
            v.*,
            row_number() over (
                partition by v.rule_id
                order by v.severity desc, least(v.warning_since, v.critical_since), v.fingerprint
            ) as place
        from verdicts as v
        where v.phase = 'firing'
            and v.value is not null
            and v.alert_id is null
            and coalesce((v.before).latched_until <= at, true)
            and noc.maintenance_until(v.company_cnpj, v.service, at) is null
    ),

    firing as (
        select w.* from waiting as w where w.place <= 500
    ),

    -- What recovered a moment ago and is back is the same episode; what a person closed is not.
    reopened as (
        update public.noc_alerts as a
        set
            rule_id = f.rule_id,
            rule_version = r.version,
            severity = f.severity,
            severity_max = greatest(a.severity_max, f.severity),
            state = 'open',
            closed_at = null,
            close_reason = null,
            flipped_at = at,
            reopen_count = a.reopen_count + 1,
            last_value = f.value,
            last_seen_at = at,
            worst_value = noc.worse(a.worst_value, f.figure, f.below),
            mean_value = case
                when a.last_seen_at < date_trunc('minute', at)
                    then noc.mean_with(a.mean_value, a.mean_minutes, f.figure)
                else a.mean_value
            end,
            mean_minutes = a.mean_minutes + (
                f.figure is not null and a.last_seen_at < date_trunc('minute', at)
            )::integer,
            threshold = f.threshold
        from firing as f
        inner join public.noc_rules as r on r.rule_id = f.rule_id
        cross join lateral (
            select l.alert_id from public.noc_alerts as l
            where l.fingerprint = f.fingerprint
            order by l.opened_at desc
            limit 1
        ) as latest
        where a.alert_id = latest.alert_id
            and a.close_reason = 'recovered'
            and a.closed_at >= at - make_interval(secs => r.reopen_s)
        returning a.alert_id, a.fingerprint, a.severity, a.last_value as value, a.company_cnpj,
            a.service
    ),

    opened as (
        insert into public.noc_alerts as a (
            rule_id, rule_version, code, fingerprint, target, company_cnpj, service, severity,
            severity_max, started_at, opened_at, flipped_at, last_seen_at, value, last_value,
            threshold, unit, worst_value, mean_value, mean_minutes
        )
        select
            v.rule_id, (select r.version from public.noc_rules as r where r.rule_id = v.rule_id),
            v.code, v.fingerprint, v.target, v.company_cnpj, v.service, v.severity, v.severity,
            least(v.warning_since, v.critical_since, at), at, at, at, v.value, v.value,
            v.threshold, v.unit, v.figure, v.figure, num_nonnulls(v.figure)
        from firing as v
        where v.fingerprint not in (select r.fingerprint from reopened as r)
        on conflict (fingerprint) where state <> 'closed' do update
        -- An open alert without its state is taken on: a flapping one that is back.
        set
            last_seen_at = excluded.last_seen_at,
            flipped_at = excluded.flipped_at,
            worst_value = noc.worse(a.worst_value, excluded.worst_value, (
                select f.below from firing as f where f.fingerprint = excluded.fingerprint
            ))
        returning a.alert_id, a.fingerprint, a.severity, a.value, a.opened_at, a.company_cnpj,
            a.service
    ),

    changed as (
        update public.noc_alerts as a
        set
            rule_id = coalesce(v.rule_id, a.rule_id),
            rule_version = case
                when v.rule_id <> a.rule_id
                    then (select r.version from public.noc_rules as r where r.rule_id = v.rule_id)
                else a.rule_version
            end,
            severity = coalesce(v.severity, a.severity),
            severity_max = greatest(a.severity_max, v.severity),
            state = case
                when f.ends then 'closed'
                when v.severity > coalesce(a.acked_severity, a.severity) then 'open'
                else a.state
            end,
            acked_by = case
                when f.ends or v.severity > coalesce(a.acked_severity, a.severity) then null
                else a.acked_by
            end,
            ack_until = case
                when f.ends or v.severity > coalesce(a.acked_severity, a.severity) then null
                else a.ack_until
            end,
            closed_at = case when f.ends then greatest(at, a.opened_at) end,
            close_reason = case
                when f.ends then case when v.code is null then 'withdrawn' else 'recovered' end
            end,
            flipped_at = case
                when v.phase is null or v.severity <> a.severity then at else a.flipped_at
            end,
            muted_by = case when not f.ends then a.muted_by end,
            last_value = coalesce(v.value, a.last_value),
            last_seen_at = case when v.value is null then a.last_seen_at else at end,
            worst_value = noc.worse(a.worst_value, v.figure, v.below),
            mean_value = case
                when f.counts then noc.mean_with(a.mean_value, a.mean_minutes, v.figure)
                else a.mean_value
            end,
            mean_minutes = a.mean_minutes + f.counts::integer,
            threshold = coalesce(v.threshold, a.threshold)
        from verdicts as v
        inner join public.noc_alerts as b on b.alert_id = v.alert_id
        -- A flapping alert that is good for a moment stays open; noc.settle_flapping ends it.
        cross join lateral (
            select
                v.phase is null and not (b.flapping and v.code is not null) as ends,
                v.figure is not null and b.last_seen_at < date_trunc('minute', at) as counts
        ) as f
        where a.alert_id = v.alert_id
            and a.state <> 'closed'
            and (
                v.phase is null
                or v.severity <> v.severity_before
                or v.rule_id <> a.rule_id
                or v.value is not null and at - b.last_seen_at >= interval '1 minute'
                or noc.worse(b.worst_value, v.figure, v.below) <> b.worst_value
            )
        returning a.alert_id, a.severity, a.state, v.severity_before, a.last_value as value,
            a.company_cnpj, a.service
    ),

    news as (
        select o.alert_id, 'opened' as kind, o.severity, o.value, o.company_cnpj, o.service
        from opened as o
        where o.opened_at = at
        union all
        select r.alert_id, 'reopened', r.severity, r.value, r.company_cnpj, r.service
        from reopened as r
        union all
        select
            c.alert_id,
            case
                when c.state = 'closed' then 'closed'
                when c.severity > c.severity_before then 'severity_up'
                else 'severity_down'
            end,
            c.severity, c.value, c.company_cnpj, c.service
        from changed as c
        where c.state = 'closed' or c.severity <> c.severity_before
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity, value)
        select n.alert_id, at, n.kind, n.severity, n.value from news as n
    ),

    kept as (
        insert into noc.rule_states as s (
            fingerprint, rule_id, metric, company_cnpj, service, instance, phase, severity,
            warning_since, critical_since, recovering_since, seen_at, alert_id, latched_until
        )
        select
            v.fingerprint, v.rule_id, v.metric, v.company_cnpj, v.service, v.instance, v.phase,
            v.severity, v.warning_since, v.critical_since, v.recovering_since,
            coalesce(v.seen_at, at), coalesce(o.alert_id, v.alert_id),
            case when o.alert_id is null then (v.before).latched_until end
        from verdicts as v
        left join (
            select p.alert_id, p.fingerprint from opened as p
            union all
            select r.alert_id, r.fingerprint from reopened as r
        ) as o on o.fingerprint = v.fingerprint
        where v.phase is not null
            and (
                v.seen_long_ago and v.value is not null
                or o.alert_id is not null
                or v.phase is distinct from (v.before).phase
                or v.severity is distinct from v.severity_before
                or v.warning_since is distinct from (v.before).warning_since
                or v.critical_since is distinct from (v.before).critical_since
                or v.rule_id is distinct from (v.before).rule_id
            )
        on conflict (fingerprint) do update
        set
            rule_id = excluded.rule_id,
            phase = excluded.phase,
            severity = excluded.severity,
            warning_since = excluded.warning_since,
            critical_since = excluded.critical_since,
            recovering_since = excluded.recovering_since,
            seen_at = excluded.seen_at,
            alert_id = excluded.alert_id,
            latched_until = excluded.latched_until
        -- Closed by hand since the verdict was read: that word holds.
        where s.alert_id is not distinct from excluded.alert_id
            or s.alert_id is null and coalesce(s.latched_until <= at, true)
    ),

    dropped as (
        delete from noc.rule_states as s
        using verdicts as v
        where s.fingerprint = v.fingerprint and v.phase is null
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'noc_alerts', n.company_cnpj from news as n
    )

    select
        jsonb_build_object(
            'evaluated', (select count(*) from verdicts),
            'opened', count(*) filter (where n.kind = 'opened'),
            'reopened', count(*) filter (where n.kind = 'reopened'),
            'escalated', count(*) filter (where n.kind = 'severity_up'),
            'closed', count(*) filter (where n.kind = 'closed')
        ),
        coalesce(bool_or(n.company_cnpj is null and k.shared), false)
    into v_counts, v_shared
    from news as n
    left join noc.services as k on k.service_name = n.service;

    -- What befalls a shared provider changes every member's badge.
    if v_shared then
        perform noc.announce('noc_alerts', null, true);
    end if;
    return v_counts;
end;
$$;
