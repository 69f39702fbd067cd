-- What is silenced and under maintenance, and what a silence would do.

/*
What a silence would do now: {"matching", "critical", "alerts" (worst first, 20 at most)}.
Raises PT400 matchers, PT404 scope_not_found.
*/
create function noc.preview_silence(matchers jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_matchers jsonb := noc.checked_matchers(matchers);
    v_target record;
begin
    select t.* into v_target from noc.silence_target(v_matchers) as t;
    if not v_target.allowed then
        perform noc.fail('PT404', 'scope_not_found', 'not found or not yours');
    end if;
    return (
        select jsonb_build_object(
            'matching', count(*), 'critical', count(*) filter (where n.severity = 'critical'),
            'alerts', coalesce(jsonb_agg(jsonb_build_object(
                'alert_id', n.alert_id, 'code', n.code, 'service', n.service,
                'company_name', n.name, 'severity', n.severity, 'opened_at', n.opened_at
            ) order by n.place) filter (where n.place <= 20), '[]')
        )
        from (
            select
                a.*, c.name,
                row_number() over (order by a.severity desc, a.opened_at, a.alert_id) as place
            from noc.silenceable(v_matchers, v_target.company, v_target.of_group) as a
            left join public.companies as c on c.company_cnpj = a.company_cnpj
        ) as n
    );
end;
$$;

/*
Silences and maintenance windows of what the caller operates, those in force first. `muting`:
open alerts that it mutes now. `starts_at`, `ends_at` of a window: its present or next time.
*/
create function noc.list_silences(include_ended boolean, at timestamptz)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    with mine as materialized (
        select noc.operable_scopes() as scopes, noc.operable_groups() as groups
    ),

    muting as materialized (
        select a.muted_by, count(*) as alerts
        from public.noc_alerts as a
        where a.state <> 'closed' and a.muted_by is not null
        group by a.muted_by
    ),

    entries as (
        select
            'silence' as kind, s.silence_id as id, s.company_cnpj, s.group_id, s.starts_at,
            least(s.ends_at, s.ended_at) as ends_at, s.created_by,
            t.payload ->> 'note' as reason, jsonb_build_object(
                'matchers', s.matchers, 'critical_until', s.critical_until,
                'end_on_resolve', s.end_on_resolve
            ) as more
        from public.noc_silences as s
        inner join public.noc_audit as t on t.audit_id = s.audit_id
        where include_ended or coalesce(s.ended_at, s.ends_at) > list_silences.at
        union all
        select
            'maintenance', w.window_id, w.company_cnpj, w.group_id, n.starts_at, n.ends_at,
            w.created_by, w.title, jsonb_build_object(
                'service', w.service, 'timezone', w.timezone, 'first_day', w.first_day,
                'last_day', w.last_day, 'weekdays', w.weekdays,
                'starts', to_char(w.starts, 'HH24:MI'), 'minutes', w.minutes
            )
        from noc.maintenance_windows as w
        left join lateral (
            select t.* from noc.maintenance_times(w, at, at + interval '400 days') as t
            order by t.starts_at
            limit 1
        ) as n on true
        where include_ended or n.starts_at is not null
    )

    select coalesce(jsonb_agg(
        jsonb_build_object(
            'kind', e.kind, 'id', e.id, 'company_cnpj', e.company_cnpj, 'company_name', c.name,
            'group_id', e.group_id, 'group_name', g.name, 'starts_at', e.starts_at,
            'ends_at', e.ends_at, 'active', coalesce(e.starts_at <= at and e.ends_at > at, false),
            'reason', e.reason, 'by', u.email, 'muting', coalesce(m.alerts, 0)
        ) || e.more
        order by e.ends_at <= at nulls last, e.starts_at > at, e.ends_at, e.id
    ), '[]')
    from mine
    cross join entries as e
    left join public.companies as c on c.company_cnpj = e.company_cnpj
    left join public.company_groups as g on g.group_id = e.group_id
    left join auth.users as u on u.id = e.created_by
    left join muting as m on m.muted_by = e.kind || ':' || e.id
    where case
        when e.group_id is not null then e.group_id = any(mine.groups)
        else coalesce(e.company_cnpj, '*') = any(mine.scopes)
    end
$$;

create function public.noc_preview_silence(matchers jsonb)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.preview_silence(matchers)); end;

create function public.noc_list_silences(include_ended boolean default false)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.list_silences(include_ended, now())); end;
