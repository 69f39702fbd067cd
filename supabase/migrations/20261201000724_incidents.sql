-- The same trouble of the same service in several companies is one incident of the
-- provider. It is admin's; each company goes on seeing its own alert and nothing of others.

/*
Opens an incident where three companies or more had an alert of one rule and service open
within two minutes, or opens one again that ended less than the rule's reopen_s ago; takes in
what opens while it lasts; keeps it as severe as its worst part; ends it with its last part.
Gives {"opened", "joined", "closed"}.
*/
create function noc.gather_incidents(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_opened bigint;
    v_joined bigint;
    v_closed bigint;
begin
    with surges as (
        select
            a.code, a.service, min(a.started_at) as started_at,
            (array_agg(a order by a.severity desc, a.opened_at, a.alert_id))[1] as worst
        from public.noc_alerts as a
        where a.state <> 'closed'
            and a.company_cnpj is not null
            and a.service is not null
            and a.parent_id is null
            and a.opened_at > at - interval '2 minutes'
        group by a.code, a.service
        having count(distinct a.company_cnpj) >= 3
    ),

    reopened as (
        update public.noc_alerts as p
        set
            state = 'open', closed_at = null, close_reason = null, flipped_at = at,
            reopen_count = p.reopen_count + 1, last_seen_at = at
        from surges as s
        inner join public.noc_rules as r on r.rule_id = (s.worst).rule_id
        where p.incident
            and p.code = s.code
            and p.service = s.service
            and p.close_reason = 'recovered'
            and p.closed_at >= at - make_interval(secs => r.reopen_s)
        returning p.alert_id, p.severity, p.code, p.service
    ),

    opened as (
        insert into public.noc_alerts as p (
            rule_id, code, fingerprint, target, service, severity, severity_max, started_at,
            opened_at, flipped_at, last_seen_at, value, last_value, threshold, unit, incident
        )
        select
            (s.worst).rule_id, s.code, s.code || '/incident/' || s.service,
            'service:' || s.service, s.service, (s.worst).severity, (s.worst).severity,
            s.started_at, at, at, at, (s.worst).last_value, (s.worst).last_value,
            (s.worst).threshold, (s.worst).unit, true
        from surges as s
        where not exists (
            select 1 from reopened as r where r.code = s.code and r.service = s.service
        )
        on conflict (fingerprint) where state <> 'closed' do nothing
        returning p.alert_id, p.severity
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity)
        select o.alert_id, at, 'opened', o.severity from opened as o
        union all
        select r.alert_id, at, 'reopened', r.severity from reopened as r
    )

    select (select count(*) from opened) + (select count(*) from reopened) into v_opened;

    update public.noc_alerts as a
    set parent_id = p.alert_id
    from public.noc_alerts as p
    where p.incident
        and p.state <> 'closed'
        and a.code = p.code
        and a.service = p.service
        and a.company_cnpj is not null
        and a.state <> 'closed'
        and a.parent_id is distinct from p.alert_id;
    get diagnostics v_joined = row_count;

    with parts as (
        select distinct on (p.alert_id)
            p.alert_id, p.severity as before, a.severity, a.last_value, a.threshold,
            a.last_seen_at, a.alert_id is null as over
        from public.noc_alerts as p
        left join public.noc_alerts as a on a.parent_id = p.alert_id and a.state <> 'closed'
        where p.incident and p.state <> 'closed'
        order by p.alert_id, a.severity desc, a.opened_at, a.alert_id
    ),

    changed as (
        update public.noc_alerts as p
        set
            state = case
                when q.over then 'closed' when q.severity > coalesce(p.acked_severity, q.before) then 'open'
                else p.state
            end,
            acked_by = case
                when q.over or q.severity > coalesce(p.acked_severity, q.before) then null
                else p.acked_by
            end,
            ack_until = case
                when q.over or q.severity > coalesce(p.acked_severity, q.before) then null
                else p.ack_until
            end,
            severity = coalesce(q.severity, p.severity),
            severity_max = greatest(p.severity_max, q.severity),
            last_value = coalesce(q.last_value, p.last_value),
            threshold = coalesce(q.threshold, p.threshold),
            last_seen_at = coalesce(q.last_seen_at, p.last_seen_at),
            closed_at = case when q.over then at end,
            close_reason = case when q.over then 'recovered' end,
            muted_by = case when not q.over then p.muted_by end,
            flipped_at = case when q.over then at else p.flipped_at end
        from parts as q
        where p.alert_id = q.alert_id
            and (q.over or (q.severity, q.last_seen_at) is distinct from (p.severity, p.last_seen_at))
        returning p.alert_id, p.severity, q.before, q.over
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity)
        select
            c.alert_id, at,
            case
                when c.over then 'closed'
                when c.severity > c.before then 'severity_up'
                else 'severity_down'
            end,
            c.severity
        from changed as c
        where c.over or c.severity <> c.before
    )

    select count(*) filter (where c.over) into v_closed from changed as c;

    if v_opened + v_joined + v_closed > 0 then
        insert into noc.touched (table_name, company_cnpj) values ('noc_alerts', null);
    end if;
    return jsonb_build_object('opened', v_opened, 'joined', v_joined, 'closed', v_closed);
end;
$$;
