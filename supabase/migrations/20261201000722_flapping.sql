-- An alert that opens and closes too often is told once as unstable and stays one open row.

/*
Marks what changed at `at` and opened or closed at least 4 times within the hour, or changed its
severity or state at least 6 times.
What did not flip for an hour is steady again, and closed when it is good. Gives {"flapping",
"steady", "closed"}.
*/
create function noc.settle_flapping(at timestamptz)
returns jsonb
language sql
set search_path = ''
as $$
    with unstable as (
        update public.noc_alerts as a
        set flapping = true
        where a.flipped_at = at
            and a.state <> 'closed'
            and not a.flapping
            and (
                select
                    count(*) >= 6
                    or count(*) filter (where e.kind in ('opened', 'reopened', 'closed')) >= 4
                from public.noc_alerts as l
                inner join noc.alert_events as e
                    on e.alert_id = l.alert_id
                    and e.kind in (
                        'opened', 'reopened', 'closed', 'severity_up', 'severity_down'
                    )
                    and e.at > settle_flapping.at - interval '1 hour'
                    and e.at <= settle_flapping.at
                where l.fingerprint = a.fingerprint
            )
        returning a.alert_id, a.severity, a.company_cnpj, 'flapping' as kind, false as good
    ),

    steady as (
        update public.noc_alerts as a
        set
            flapping = false,
            state = case when g.good then 'closed' else a.state end,
            closed_at = case when g.good then at end,
            close_reason = case when g.good then 'recovered' end,
            acked_by = case when not g.good then a.acked_by end,
            ack_until = case when not g.good then a.ack_until end,
            muted_by = case when not g.good then a.muted_by end
        from (
            select
                b.alert_id,
                not exists (select 1 from noc.rule_states as s where s.alert_id = b.alert_id)
                as good
            from public.noc_alerts as b
            where b.flapping and b.state <> 'closed' and b.flipped_at <= at - interval '1 hour'
        ) as g
        where a.alert_id = g.alert_id
        returning a.alert_id, a.severity, a.company_cnpj, 'steady' as kind, g.good
    ),

    news as (
        select u.* from unstable as u
        union all
        select t.* from steady as t
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity)
        select n.alert_id, at, k.kind, n.severity
        from news as n
        cross join lateral (
            select n.kind union all select 'closed' where n.good
        ) as k (kind)
        order by n.alert_id, k.kind desc
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'noc_alerts', n.company_cnpj from news as n
    )

    select jsonb_build_object(
        'flapping', count(*) filter (where n.kind = 'flapping'),
        'steady', count(*) filter (where n.kind = 'steady'),
        'closed', count(*) filter (where n.good)
    )
    from news as n
$$;
