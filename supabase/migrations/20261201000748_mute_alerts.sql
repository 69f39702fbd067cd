-- Who is not told now, and why: maintenance, silences and inhibition come together here.

/*
Sets noc_alerts.muted_by of every open alert as of `at`: 'maintenance:<window_id>', else
'silence:<silence_id>', else 'inhibition:<alert_id of the source>' or 'inhibition:<pause_id>' (the
queue that grows is paused by a person), null when people are told.
Each change is an event. Silences that end on resolve end when nothing of theirs is open any
more. Gives {"muted", "unmuted", "ended"}. One caller at a time (the tick's lock).
*/
create function noc.mute_alerts(at timestamptz)
returns jsonb
language sql
set search_path = ''
as $$
    with live as materialized (
        select a as alert, a.alert_id, a.company_cnpj, a.service, a.severity, a.muted_by, c.group_id
        from public.noc_alerts as a
        left join public.companies as c on c.company_cnpj = a.company_cnpj
        where a.state <> 'closed'
    ),

    windows as materialized (select m.* from noc.maintenance_at(at) as m),

    silenced as materialized (
        select s.silence_id, s.ends_at, l.alert_id
        from public.noc_silences as s
        inner join live as l
            on (s.company_cnpj is null or l.company_cnpj = s.company_cnpj)
            and (s.group_id is null or l.group_id = s.group_id)
            and noc.matches(s.matchers, l.alert, l.group_id)
        where s.ended_at is null
            and s.starts_at <= at and s.ends_at > at
            and (l.severity < 'critical' or s.critical_until > at)
    ),

    ended as (
        update public.noc_silences as s
        set matched = true, ended_at = case when q.silence_id is null then at end
        from (
            select t.silence_id as this, min(u.silence_id::text) as silence_id
            from public.noc_silences as t
            left join silenced as u on u.silence_id = t.silence_id
            where t.ended_at is null and t.starts_at <= at and t.ends_at > at
            group by t.silence_id
        ) as q
        where s.silence_id = q.this
            and case
                when q.silence_id is null then s.matched and s.end_on_resolve
                else not s.matched
            end
        returning s.ended_at
    ),

    causes as (
        select
            l.alert_id, l.company_cnpj, l.muted_by as before, l.severity,
            coalesce(
                (
                    select 'maintenance:' || w.window_id from windows as w
                    where (w.company_cnpj is null or w.company_cnpj = l.company_cnpj)
                        and (w.group_id is null or w.group_id = l.group_id)
                        and (w.service is null or w.service = l.service)
                    order by w.ends_at desc
                    limit 1
                ),
                (
                    select 'silence:' || s.silence_id from silenced as s
                    where s.alert_id = l.alert_id
                    order by s.ends_at desc
                    limit 1
                ),
                'inhibition:' || i.source_id, 'inhibition:' || p.pause_id
            ) as muted_by
        from live as l
        left join noc.inhibited(at) as i on i.alert_id = l.alert_id
        left join noc.held_backlogs(at) as p on p.alert_id = l.alert_id
    ),

    changed as (
        update public.noc_alerts as a
        set muted_by = c.muted_by
        from causes as c
        where a.alert_id = c.alert_id and a.muted_by is distinct from c.muted_by
        returning a.alert_id, a.company_cnpj, a.severity, c.before, c.muted_by
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity, cause)
        select
            c.alert_id, at, case when c.muted_by is null then 'unmuted' else 'muted' end,
            c.severity, coalesce(c.muted_by, c.before)
        from changed as c
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'noc_alerts', c.company_cnpj from changed as c
    )

    select jsonb_build_object(
        'muted', count(*) filter (where c.muted_by is not null),
        'unmuted', count(*) filter (where c.muted_by is null),
        'ended', (select count(*) from ended as e where e.ended_at is not null)
    )
    from changed as c
$$;

/* noc.mute_alerts for a person who waits; while a tick runs, that tick or the next does it. */
create function noc.mute_now(at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if pg_try_advisory_xact_lock(1313817344, 1) then
        perform noc.mute_alerts(at);
    end if;
end;
$$;
