-- What the page says about states: open alerts, services, the badge, the limits in force.

/*
Limits of a rule for a scope: the company's own rule, else its group's, else everybody's;
the enabled one that names the service before the one that names none. Both null when
no such rule is in force.
*/
create function noc.limits_of(
    code text, company_cnpj text, group_id uuid, service text
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object('degraded', max(l.degraded), 'down', max(l.down))
    from (
        select r.degraded_threshold as degraded, r.down_threshold as down
        from public.noc_rules as r
        where r.enabled
            and r.code = limits_of.code
            and (r.service is null or r.service = limits_of.service or r.code like 'whatsapp%')
            and (r.company_cnpj is null or r.company_cnpj = limits_of.company_cnpj)
            and (
                r.group_id is null
                or r.group_id = limits_of.group_id
                or r.group_id = (
                    select c.group_id from public.companies as c
                    where c.company_cnpj = limits_of.company_cnpj
                )
            )
        order by r.company_cnpj is null, r.group_id is null, r.service is null
        limit 1
    ) as l
$$;

/* UP, DEGRADED or DOWN of a value against exclusive limits; null for no value. */
create function noc.status_of(value double precision, limits jsonb)
returns public.health_status
language sql
immutable
set search_path = ''
as $$
    select case
        when value is null then null
        when value > (limits ->> 'down')::double precision then 'DOWN'
        when value > (limits ->> 'degraded')::double precision then 'DEGRADED'
        else 'UP'
    end::public.health_status
$$;

/* Open and acknowledged alerts of the scopes, of one service when asked. */
create function noc.live_alerts(scopes text [], service text)
returns setof public.noc_alerts
language sql
stable
rows 10
set search_path = ''
as $$
    select a.* from public.noc_alerts as a
    where a.state <> 'closed'
        and coalesce(a.company_cnpj, '*') = any(scopes)
        and (live_alerts.service is null or a.service = live_alerts.service)
$$;

/*
One row per service that the scopes see: the worst of its rows of noc.service_status.
A probe that fell silent shows as no_data unless a worse thing is known, a good or unknown one
under maintenance as MAINTENANCE until `maintenance_until`; `known` is null for a service without
a probe and without an open alert.
*/
create function noc.shown_services(at timestamptz, scopes text [])
returns table (
    service_name text, status text, since timestamptz, reason text, checked_at timestamptz,
    known public.health_status, no_data boolean, probed boolean, maintenance_until timestamptz
)
language sql
stable
rows 12
set search_path = ''
as $$
    with rows as materialized (select * from noc.service_status(at, scopes)),

    ranked as (
        select r.*, case when r.status > 'UP' or not r.no_data then r.status end as shown
        from rows as r
    )

    select distinct on (k.service_name)
        k.service_name,
        case
            when coalesce(k.shown = 'UP', true) and w.until is not null then 'MAINTENANCE'
            when k.shown is null or w.silent and k.shown = 'UP' then 'NO_DATA' else k.shown::text
        end,
        k.since, case when w.silent and coalesce(k.shown = 'UP', true) then 'nodata'
            else k.reason end,
        k.checked_at, k.shown, w.silent, w.probed,
        case when coalesce(k.shown = 'UP', true) then w.until end
    from ranked as k
    inner join (
        select
            r.service_name, bool_or(r.no_data) as silent,
            bool_or(r.probed) as probed, max(r.maintenance_until) as until
        from rows as r
        group by r.service_name
    ) as w on w.service_name = k.service_name
    order by k.service_name, k.shown desc nulls last, k.since
$$;

/*
Why nobody is told of an alert, null when people are: {"kind" (maintenance, silence, inhibition),
"until", "id", "reason", "code" and "service" of what inhibits}. The id and the reason only for
those who may work it (`works`). A queue that a person paused inhibits as `queue_paused`.
*/
create function noc.mute_json(muted_by text, works boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'kind', k.kind, 'id', case when works then k.id end, 'until', coalesce(
            s.ends_at, nullif(p.paused_until, 'infinity'),
            (select m.ends_at from noc.maintenance_at(now()) as m where m.window_id = k.id)
        ),
        'reason', case when works then coalesce(t.payload ->> 'note', w.title) end,
        'code', coalesce(a.code, case when p.pause_id is not null then 'queue_paused' end),
        'service', coalesce(a.service, case when p.pause_id is not null then 'whatsapp' end)
    )
    from (
        select split_part(muted_by, ':', 1) as kind, split_part(muted_by, ':', 2)::uuid as id
        where muted_by is not null
    ) as k
    left join public.noc_silences as s on s.silence_id = k.id
    left join public.noc_audit as t on t.audit_id = s.audit_id
    left join noc.maintenance_windows as w on w.window_id = k.id
    left join public.noc_alerts as a on k.kind = 'inhibition' and a.alert_id = k.id
    left join noc.queue_pauses as p on k.kind = 'inhibition' and p.pause_id = k.id
$$;

/*
Whether the trouble of an alert, by its rule and code, lies below its threshold. One of another
code than its rule's is of silence, which lies above.
*/
create function noc.lies_below(rule_id uuid, code text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select 1 from public.noc_rules as r
        where r.rule_id = lies_below.rule_id
            and r.code = lies_below.code
            and r.comparator = 'below'
    )
$$;

/*
The alert as the page lists it. `owner`: the e-mail of who is responsible, told to those
who may work the alert (`operable` scopes) alone. `probe_reason`: where a status is measured, the
code of the last answer's fault.
*/
create function noc.alert_json(a public.noc_alerts, operable text [])
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'alert_id', a.alert_id, 'rule_id', a.rule_id, 'title', a.code, 'severity', a.severity,
        'state', a.state, 'target', a.target, 'service', a.service,
        'company_cnpj', a.company_cnpj, 'company_name', (
            select c.name from public.companies as c where c.company_cnpj = a.company_cnpj
        ),
        'value', a.last_value, 'threshold', a.threshold, 'unit', a.unit,
        'probe_reason', case when a.unit = 'status' and a.state <> 'closed' then (
            select k.last_reason from noc.check_targets as k
            where k.service_name = a.service
                and coalesce(k.company_cnpj, '*') = coalesce(a.company_cnpj, '*')
        ) end,
        'below', noc.lies_below(a.rule_id, a.code),
        'opened_at', a.opened_at, 'started_at', a.started_at, 'ack_until', a.ack_until,
        'reopen_count', a.reopen_count, 'flapping', a.flapping,
        'muted_by', noc.mute_json(a.muted_by, w.works), 'can_work', w.works,
        'incident', a.incident, 'parent_id', case when '*' = any(operable) then a.parent_id end,
        'parts', case when a.incident then (
            select count(*) from public.noc_alerts as p
            where p.parent_id = a.alert_id and p.state <> 'closed'
        ) end,
        'owner', case
            when w.works then (select u.email from auth.users as u where u.id = a.assignee)
        end
    )
    from (select coalesce(a.company_cnpj, '*') = any(operable) as works) as w
$$;

/*
Badge of the caller: the worst of its open alerts and of the services it sees. A known
DOWN stays red whatever else is silent; without a tick for 90 s, or with every probe
silent, the rest is NO_DATA. Maintenance is not counted: where it covers all, nothing is wrong.
*/
create function noc.badge(at timestamptz)
returns jsonb
language sql
stable
security definer
set search_path = ''
set jit = off
as $$
    with scope as materialized (
        select noc.visible_scopes() as scopes, noc.operable_scopes() as operable
    ),

    alerts as materialized (
        select
            a as alert, a.severity, a.started_at,
            -- People are asked to act on it: not muted, and not a part of a listed incident.
            a.muted_by is null and (a.parent_id is null or '*' <> all(s.scopes)) as counted
        from scope as s cross join lateral noc.live_alerts(s.scopes, null) as a
    ),

    services as materialized (
        select v.* from scope as s cross join lateral noc.shown_services(at, s.scopes) as v
        where cardinality(s.scopes) > 0
    ),

    engine as (
        select
            coalesce(noc.tick_at() < at - interval '90 seconds', true) as stopped,
            (select coalesce(bool_and(v.no_data), true) from services as v
                where v.known is not null or v.no_data or v.maintenance_until is not null) as blind
    ),

    known as (
        select noc.counted_status(a.alert) as status, a.started_at as since
        from alerts as a cross join engine as e
        where noc.counted_status(a.alert) is not null
            -- That everything is silent is no colour but grey.
            and not (e.blind and (a.alert).code = 'no_data')
        union all
        select v.known, v.since from services as v where v.known is not null
        union all
        -- Closed by hand while it lasts: no alert, and not good either.
        select
            noc.status_of_severity(r.severity),
            coalesce(r.critical_since, r.warning_since, r.seen_at)
        from scope as s
        inner join noc.rule_states as r
            on r.alert_id is null and coalesce(r.company_cnpj, '*') = any(s.scopes)
        where r.severity is not null
            and noc.maintenance_until(r.company_cnpj, r.service, at) is null
    ),

    worst as (
        select k.status, min(k.since) as since
        from known as k group by k.status order by k.status desc limit 1
    )

    select jsonb_build_object(
        'status', case
            when w.status = 'DOWN' then 'DOWN'
            when e.stopped or e.blind and coalesce(w.status = 'UP', true) then 'NO_DATA'
            when w.status is null and not e.blind then 'UP'
            else coalesce(w.status::text, 'NO_DATA')
        end,
        'since', case when w.status > 'UP' then w.since end,
        'open_alerts', (select count(*) from alerts as a where a.counted),
        'critical_alerts', (
            select count(*) from alerts as a where a.counted and a.severity = 'critical'
        ),
        'worst', (
            select coalesce(jsonb_agg(
                noc.alert_json(q.alert, s.operable) order by q.severity desc, q.started_at
            ), '[]')
            from scope as s
            cross join (
                select a.* from alerts as a
                where a.counted
                order by a.severity desc, a.started_at
                limit 3
            ) as q
        )
    )
    from engine as e left join worst as w on true
$$;

create function public.noc_badge()
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.badge(now())); end;

/* Series of the page's charts with limits and annotations; see docs/rpc.md. */
create function noc.series(
    company_cnpj text, group_id uuid, service text, range text, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
    v_scope noc.read_scope := noc.read_scope_of(company_cnpj, group_id, service, range, at);
    v_cnpj text := noc.cnpj_canonical(company_cnpj);
begin
    return jsonb_build_object(
        'resolution', v_scope.resolution, 'from', v_scope.starts, 'to', v_scope.ends,
        'points', (
            select jsonb_agg(to_jsonb(p) order by p.bucket)
            from noc.series_points(v_scope, at) as p
        ),
        'thresholds', jsonb_build_object(
            'p95_ms', noc.limits_of('p95_latency', v_cnpj, group_id, service),
            'error_rate', noc.limits_of('error_rate', v_cnpj, group_id, service)
        ),
        'annotations', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'at', e.at, 'kind', e.kind, 'alert_id', e.alert_id, 'severity', e.severity,
                'title', e.code, 'service', e.service
            ) order by e.at), '[]')
            from (
                select
                    t.at, t.kind, a.alert_id, a.severity_max as severity, a.code, a.service
                from public.noc_alerts as a
                cross join lateral (
                    values (a.opened_at, 'alert_opened'), (a.closed_at, 'alert_closed')
                ) as t (at, kind)
                where coalesce(a.company_cnpj, '*') = any(v_scope.companies)
                    and (series.service is null or a.service = series.service)
                    and t.at >= v_scope.starts and t.at < v_scope.ends
                order by t.at desc
                limit 50
            ) as e
        )
    );
end;
$$;

create function public.noc_series(
    company_cnpj text default null, group_id uuid default null, service text default null,
    range text default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.series(company_cnpj, group_id, service, range, now()));
end;
