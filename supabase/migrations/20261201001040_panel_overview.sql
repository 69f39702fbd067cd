-- The page's first read: one sentence, six cards, services, alerts, the database.

/*
The sentence of the banner: the most severe kind of open alert (then one that is no company's own,
as of a shared service, then the one with most companies, then the oldest), else the worst service,
whose title is what is known of it (`service_down`, `service_troubled` or a rule of calls), else
silence, maintenance (`windows` open; `service` and `company_name` when they are of one; `until` the
last ends) or calm.
*/
create function noc.banner(at timestamptz, scopes text [], service text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with alerts as materialized (
        select a.* from noc.live_alerts(scopes, banner.service) as a
        where a.muted_by is null and (a.parent_id is null or '*' <> all(scopes))
    ),

    kinds as (
        select
            a.code, a.service, max(a.severity) as severity, min(a.started_at) as since,
            -- An incident's companies are its parts'.
            count(distinct a.company_cnpj) + coalesce(max((
                select count(distinct p.company_cnpj) from public.noc_alerts as p
                where a.incident and p.parent_id = a.alert_id and p.state <> 'closed'
            )), 0) as companies,
            (array_agg(a.alert_id order by a.severity desc, a.last_value desc))[1] as alert_id
        from alerts as a
        group by a.code, a.service
        order by 3 desc, bool_or(a.company_cnpj is null and not a.incident) desc, 5 desc, 4
        limit 1
    ),

    services as materialized (
        select v.* from noc.shown_services(at, scopes) as v
        where banner.service is null or v.service_name = banner.service
    ),

    sick as (
        select v.* from services as v where v.known > 'UP' order by v.known desc, v.since limit 1
    ),

    silent as (
        select coalesce(bool_and(v.no_data), true) as yes from services as v
        where v.known is not null or v.no_data or v.maintenance_until is not null
    ),

    maintained as (
        select
            count(*) as windows, max(m.ends_at) as until,
            case when count(distinct coalesce(m.service, '')) = 1 then min(m.service) end
            as service,
            case when count(*) = 1 and cardinality(scopes) > 1 then min(c.name) end
            as company_name
        from noc.maintenance_at(at) as m
        left join public.companies as c on c.company_cnpj = m.company_cnpj
        where (banner.service is null or m.service is null or m.service = banner.service)
            and cardinality(scopes) > 0
            and (
                m.company_cnpj is null and m.group_id is null
                or m.company_cnpj = any(scopes)
                or exists (
                    select 1 from public.companies as g
                    where g.group_id = m.group_id and g.company_cnpj = any(scopes)
                )
            )
    )

    select jsonb_build_object(
        'since', null, 'title', null, 'service', null, 'company_name', null, 'value', null,
        'threshold', null, 'unit', null, 'below', false, 'alert_id', null, 'until', null,
        'windows', null
    )
    || case
        when k.severity is not null
            and noc.status_of_severity(k.severity) >= coalesce(s.known, 'UP') then
            jsonb_build_object(
                'status', noc.status_of_severity(k.severity), 'since', k.since, 'kind', 'alert',
                'title', k.code, 'service', k.service, 'companies', k.companies,
                'company_name', case when k.companies = 1 then (
                    select c.name from public.companies as c where c.company_cnpj = a.company_cnpj
                ) end,
                'value', a.last_value, 'threshold', a.threshold, 'unit', a.unit,
                'below', noc.lies_below(a.rule_id, a.code), 'alert_id', a.alert_id
            )
        when s.service_name is not null then jsonb_build_object(
            'status', s.known, 'since', s.since, 'kind', 'health',
            'title', case
                when s.reason = 'latency' then 'p95_latency'
                when s.reason = 'errors' then 'error_rate'
                when s.known = 'DOWN' and coalesce(s.reason = 'probe', true) then 'service_down'
                else 'service_troubled'
            end,
            'service', s.service_name, 'companies', 0
        )
        when silent.yes then jsonb_build_object('status', 'NO_DATA', 'kind', 'no_data', 'companies', 0)
        when m.windows > 0 then jsonb_build_object(
            'status', 'UP', 'kind', 'maintenance', 'companies', 0, 'windows', m.windows,
            'service', m.service, 'company_name', m.company_name, 'until', m.until
        )
        else jsonb_build_object('status', 'UP', 'kind', 'calm', 'companies', 0)
    end
    || jsonb_build_object('open_alerts', (select count(*) from alerts))
    from silent
    cross join maintained as m
    left join kinds as k on true
    left join alerts as a on a.alert_id = k.alert_id
    left join sick as s on true
$$;

/*
The services card: shown status with the figures of the last hour, worst first. Without
a probe a service is judged by its traffic, and left out while there is none.
*/
create function noc.service_cards(
    at timestamptz, scopes text [], service text, figures jsonb
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'service_name', v.service_name, 'kind', t.kind, 'shared', t.shared,
        'status', case
            when v.known is null and not v.no_data and v.maintenance_until is null then 'UP'
            else v.status
        end,
        'since', v.since, 'until', v.maintenance_until, 'checked_at', v.checked_at,
        'reason', v.reason, 'p95_ms', f.value -> 'p95_ms',
        'error_rate', f.value -> 'error_rate', 'count', f.value -> 'count'
    ) order by v.known desc nulls last, v.service_name), '[]')
    from noc.shown_services(at, scopes) as v
    inner join noc.services as t on t.service_name = v.service_name
    left join jsonb_array_elements(figures) as f on f.value ->> 'service' = v.service_name
    where (service_cards.service is null or v.service_name = service_cards.service)
        and (
            v.known is not null or v.no_data or f.value is not null
            or v.maintenance_until is not null and v.probed
        )
$$;

/*
Whether events arrive: `fresh` in the last two minutes, `quiet` when only the platform's
own collector is alive, else `silent`. Simulated: a demo key wrote in the last hour.
*/
create function noc.traffic_state(at timestamptz, scopes text [])
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'state', case
            when max(k.last_used_at) >= at - interval '2 minutes' then 'fresh'
            when '*' = any(scopes) and exists (
                select 1 from noc.worker_heartbeats as h
                where h.worker = 'collect' and h.received_at >= at - interval '1 minute'
            ) then 'quiet'
            else 'silent'
        end,
        'last_event_at', max(k.last_used_at),
        'simulated', coalesce(
            bool_or(k.simulated) filter (where k.last_used_at >= at - interval '1 hour'), false
        )
    )
    from noc.ingest_keys as k
    where coalesce(k.company_cnpj, '*') = any(scopes)
$$;

/*
Limits of the database card's figures: those of the rule in force where one judges the
figure, else limits of the display alone. `below`: trouble lies under the limit.
*/
create function noc.database_limits()
returns table (figure text, limits jsonb, below boolean)
language sql
stable
rows 8
set search_path = ''
as $$
    select r.figure, noc.limits_of(r.code, null, null, null), r.below
    from (values
        ('connections_ratio', 'db_connections', false),
        ('longest_transaction_s', 'db_transaction', false),
        ('partitions_ahead', 'db_partitions', true)
    ) as r (figure, code, below)
    union all
    select d.figure, jsonb_build_object('degraded', d.degraded, 'down', d.down), d.below
    from (values
        ('blocked_sessions', 0, 5, false),
        ('cache_hit_ratio', 0.90, 0.80, true),
        ('deadlocks', 0, null, false),
        -- autovacuum_freeze_max_age, and three quarters of what stops PostgreSQL's writes
        ('oldest_xid_age', 200000000, 1500000000, false),
        ('ingest_backlog', 1000, 10000, false)
    ) as d (figure, degraded, down, below)
$$;

/* The newest sample with each figure's limits and status; null before the first sample. */
create function noc.database_card(at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select d.sample || jsonb_build_object(
        'limits', jsonb_object_agg(l.figure, l.limits),
        'status', jsonb_object_agg(l.figure, coalesce(case
            when l.below then noc.status_of(-f.value, jsonb_build_object(
                'degraded', -(l.limits ->> 'degraded')::double precision,
                'down', -(l.limits ->> 'down')::double precision
            ))
            else noc.status_of(f.value, l.limits)
        end::text, 'NO_DATA'))
    )
    from (select noc.database_state(at) as sample) as d
    cross join noc.database_limits() as l
    cross join lateral (
        select case l.figure
            when 'connections_ratio' then (d.sample ->> 'connections')::double precision
                / nullif((d.sample ->> 'connections_limit')::double precision, 0)
            else (d.sample ->> l.figure)::double precision
        end as value
    ) as f
    group by d.sample
$$;

/*
Everything above the fold in one answer; see docs/rpc.md. Compiling this much SQL for a few
rows would take longer than running it, hence no JIT here and in its siblings.
*/
create function noc.overview(
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
    v_operable text [] := noc.operable_scopes();
    v_figures jsonb := (
        select coalesce(jsonb_agg(to_jsonb(f)), '[]') from noc.service_figures(v_scope) as f
        where overview.service is null or f.service = overview.service
    );
begin
    return jsonb_build_object(
        'scope', jsonb_build_object(
            'company_cnpj', v_cnpj, 'group_id', group_id, 'service', service,
            'range', v_scope.range, 'resolution', v_scope.resolution,
            'from', v_scope.starts, 'to', v_scope.ends
        ),
        'banner', noc.banner(at, v_scope.companies, service),
        'kpis', noc.traffic_kpis(
            v_scope, noc.limits_of('p95_latency', v_cnpj, group_id, service),
            noc.limits_of('error_rate', v_cnpj, group_id, service), at
        )
        || noc.work_kpis(
            v_scope, noc.limits_of('whatsapp_queue_pending', v_cnpj, group_id, 'whatsapp'), at
        )
        || jsonb_build_object('llm', (
            select jsonb_build_object(
                'status', coalesce(max(v.status), 'NO_DATA'), 'since', max(v.since),
                'checked_at', max(v.checked_at),
                'p95_ms', max((f.value ->> 'p95_ms')::double precision),
                'count', max((f.value ->> 'count')::bigint), 'spark', (
                    select noc.spark(array_agg(q.p95_ms order by q.bucket))
                    from noc.series_points(noc.of_service(v_scope, 'llm'), at) as q
                )
            )
            from noc.shown_services(at, v_scope.companies) as v
            left join jsonb_array_elements(v_figures) as f on f.value ->> 'service' = 'llm'
            where v.service_name = 'llm'
        )),
        'services', noc.service_cards(at, v_scope.companies, service, v_figures),
        'alerts', (
            select coalesce(jsonb_agg(
                noc.alert_json(a, v_operable) order by a.severity desc, a.started_at
            ), '[]')
            from noc.live_alerts(v_scope.companies, service) as a
        ),
        'database', case
            when v_scope.everything and service is null then noc.database_card(at)
        end,
        'workers', case
            when v_scope.everything and service is null then noc.copies_as_json(at)
        end,
        'traffic', noc.traffic_state(at, v_scope.companies),
        'cut_off', noc.cut_off_json(v_scope.companies)
    );
end;
$$;

create function public.noc_overview(
    company_cnpj text default null, group_id uuid default null, service text default null,
    range text default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.overview(company_cnpj, group_id, service, range, now()));
end;
