-- What is silenced and under maintenance, and what a silence or a window would do.

/* {"matching", "critical", "alerts" (worst first, 20 at most)} of these alerts. */
create function noc.reached(alerts public.noc_alerts [])
returns jsonb
language sql
stable
set search_path = ''
as $$
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
        from unnest(reached.alerts) as a
        left join public.companies as c on c.company_cnpj = a.company_cnpj
    ) as n
$$;

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
        select noc.reached(array_agg(a))
        from noc.silenceable(v_matchers, v_target.company, v_target.of_group) as a
    );
end;
$$;

/*
What a window would do, in the fields of noc.checked_maintenance: {"starts_at", "ends_at" (its
present or next time; null: it never opens), "companies" (active ones that it covers),
"matching", "critical", "alerts" (open now, those of noc.reached)}. Raises PT400 naming the field,
PT404 scope_not_found.
*/
create function noc.preview_maintenance(maintenance jsonb, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_window noc.maintenance_windows := noc.checked_maintenance(maintenance);
    v_target record;
begin
    select t.* into v_target
    from noc.operable_target('company_cnpj', v_window.company_cnpj, v_window.group_id) as t;
    if not v_target.allowed then
        perform noc.fail('PT404', 'scope_not_found', 'not found or not yours');
    end if;
    return (
        select jsonb_build_object('starts_at', min(t.starts_at), 'ends_at', min(t.ends_at))
        from noc.maintenance_times(v_window, at, at + interval '400 days') as t
    ) || (
        select jsonb_build_object('companies', count(*))
        from public.companies as c
        where c.active
            and (v_target.company is null or c.company_cnpj = v_target.company)
            and (v_target.of_group is null or c.group_id = v_target.of_group)
    ) || (
        select noc.reached(array_agg(a))
        from public.noc_alerts as a
        left join public.companies as c on c.company_cnpj = a.company_cnpj
        where a.state <> 'closed'
            and (v_target.company is null or a.company_cnpj = v_target.company)
            and (v_target.of_group is null or c.group_id = v_target.of_group)
            and (v_window.service is null or a.service = v_window.service)
    );
end;
$$;

/*
Silences of what the caller operates, and the maintenance windows that cover any of it, those in
force first. `muting`: open alerts of the caller's that it mutes now. `starts_at`, `ends_at` of a
window: its present or next time, of an ended one its last. `can_edit`: the caller operates all
that it covers; who made a wider one is not told.
*/
create function noc.list_silences(include_ended boolean, at timestamptz)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    with mine as materialized (
        select q.*, array(
            select distinct c.group_id from public.companies as c
            where c.company_cnpj = any(q.scopes) and c.group_id is not null
        ) as touched
        from (
            select noc.operable_scopes() as scopes, noc.operable_groups() as groups
        ) as q
    ),

    muting as materialized (
        select a.muted_by, count(*) as alerts
        from mine
        inner join public.noc_alerts as a on coalesce(a.company_cnpj, '*') = any(mine.scopes)
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
            select t.*
            from noc.maintenance_times(
                w, case when include_ended then at - interval '400 days' else at end,
                at + interval '400 days'
            ) as t
            order by
                t.ends_at <= at,
                case when t.ends_at <= at then at - t.starts_at else t.starts_at - at end
            limit 1
        ) as n on true
        where include_ended or n.starts_at is not null
    ),

    allowed as (
        select e.*, k.can_edit
        from mine
        cross join entries as e
        cross join lateral (
            select case
                when e.group_id is not null then e.group_id = any(mine.groups)
                else coalesce(e.company_cnpj, '*') = any(mine.scopes)
            end as can_edit
        ) as k
        where k.can_edit
            or e.kind = 'maintenance' and cardinality(mine.scopes) > 0 and (
                e.company_cnpj is null and e.group_id is null
                or e.group_id = any(mine.touched)
            )
    )

    select coalesce(jsonb_agg(
        jsonb_build_object(
            'kind', e.kind, 'id', e.id, 'company_cnpj', e.company_cnpj, 'company_name', c.name,
            'group_id', e.group_id, 'group_name', g.name, 'starts_at', e.starts_at,
            'ends_at', e.ends_at, 'active', coalesce(e.starts_at <= at and e.ends_at > at, false),
            'reason', e.reason, 'by', case when e.can_edit then u.email end,
            'muting', coalesce(m.alerts, 0), 'can_edit', e.can_edit
        ) || e.more
        order by e.ends_at <= at nulls last, e.starts_at > at, e.ends_at, e.id
    ), '[]')
    from allowed as e
    left join public.companies as c on c.company_cnpj = e.company_cnpj
    left join public.company_groups as g on g.group_id = e.group_id
    left join auth.users as u on u.id = e.created_by
    left join muting as m on m.muted_by = e.kind || ':' || e.id
$$;

create function public.noc_preview_silence(matchers jsonb)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.preview_silence(matchers)); end;

create function public.noc_preview_maintenance(maintenance jsonb)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.preview_maintenance(maintenance, now())); end;

create function public.noc_list_silences(include_ended boolean default false)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.list_silences(include_ended, now())); end;
