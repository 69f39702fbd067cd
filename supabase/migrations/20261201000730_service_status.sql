-- The status that people see: derived from probes and open alerts, never stored.

/* Status that an alert of this severity stands for. */
create function noc.status_of_severity(severity public.alert_severity)
returns public.health_status
language sql
immutable
set search_path = ''
as $$
    select case severity when 'critical' then 'DOWN' when 'warning' then 'DEGRADED' else 'UP'
    end::public.health_status
$$;

/*
Status that an open alert lends to its service and the badge: none in maintenance, no worse
than DEGRADED while silenced, since what burns is never green. What is inhibited counts whole.
*/
create function noc.counted_status(a public.noc_alerts)
returns public.health_status
language sql
immutable
set search_path = ''
as $$
    select case split_part(a.muted_by, ':', 1)
        when 'maintenance' then null
        when 'silence' then least(noc.status_of_severity(a.severity), 'DEGRADED')
        else noc.status_of_severity(a.severity)
    end
$$;

/*
Shown status of each service, per company and, with company null, for everybody, within
the scopes given: the worst of its last probe, its open alerts and the rules that still
fire after their alert was closed by hand. `status` null: nothing is known. `no_data`: it has
a probe whose last result is older than 3 intervals or that was never judged; a known DOWN
stays DOWN beside it. `probed`: it has a probe at all. `maintenance_until`: the end of the
maintenance that covers it now.
`since`: when that status began. `reason`: probe, latency, errors, backlog, nodata; null
when UP. Rows of shared services without a company reach every scope, but without '*'
only their status, no_data and since. Definer: the caller must pass only scopes that its
user has, noc.visible_scopes() or a part of them.
*/
create function noc.service_status(at timestamptz, scopes text [])
returns table (
    service_name text, company_cnpj text, status public.health_status, since timestamptz,
    reason text, checked_at timestamptz, no_data boolean, probed boolean,
    maintenance_until timestamptz
)
language sql
stable
rows 20
security definer
set search_path = ''
as $$
    with windows as materialized (select m.* from noc.maintenance_at(at) as m),

    covered as materialized (
        select v.service_name, q.scope as company_cnpj, max(m.ends_at) as until
        from windows as m
        cross join (select '*' as scope union select unnest(scopes)) as q
        left join public.companies as c on c.company_cnpj = q.scope
        inner join noc.services as v on m.service is null or v.service_name = m.service
        where (m.company_cnpj is null or m.company_cnpj = q.scope)
            and (m.group_id is null or m.group_id = c.group_id)
        group by v.service_name, q.scope
    ),

    probes as (
        select
            t.service_name, t.company_cnpj, t.last_checked_at, f.fresh,
            case when f.fresh or t.status = 'DOWN' then t.status end as status, t.since
        from noc.check_targets as t
        cross join lateral (
            select coalesce(
                t.status is not null
                and t.last_checked_at >= at - make_interval(secs => 3 * t.interval_s),
                false
            ) as fresh
        ) as f
        where t.enabled and (t.company_cnpj is null or t.company_cnpj = any(scopes))
    ),

    sources as (
        select p.service_name, p.company_cnpj, p.status, p.since, 'probe' as reason
        from probes as p
        where p.status is not null
            and not exists (
                select 1 from covered as m
                where m.service_name = p.service_name
                    and m.company_cnpj = coalesce(p.company_cnpj, '*')
            )
        union all
        select
            a.service, a.company_cnpj,
            noc.counted_status(a), a.started_at, k.reason
        from public.noc_alerts as a
        inner join public.noc_rules as r on r.rule_id = a.rule_id
        inner join noc.rule_metrics as k on k.metric = r.metric
        where a.state <> 'closed'
            and a.severity > 'info'
            and a.code <> 'no_data'  -- shown as no_data, not as a colour
            and a.service is not null
            and not a.incident
            and noc.counted_status(a) is not null
            and (a.company_cnpj is null or a.company_cnpj = any(scopes))
        union all
        select
            s.service, s.company_cnpj, noc.status_of_severity(s.severity),
            coalesce(s.critical_since, s.warning_since, s.seen_at), k.reason
        from noc.rule_states as s
        inner join noc.rule_metrics as k on k.metric = s.metric
        where s.alert_id is null
            and s.severity > 'info'
            and s.metric <> 'no_data_s'
            and s.service is not null
            and (s.company_cnpj is null or s.company_cnpj = any(scopes))
            and not exists (
                select 1 from covered as m
                where m.service_name = s.service
                    and m.company_cnpj = coalesce(s.company_cnpj, '*')
            )
    ),

    worst as (
        select distinct on (s.service_name, s.company_cnpj) s.*
        from sources as s
        order by s.service_name, s.company_cnpj, s.status desc, s.since
    ),

    shown as (
        select v.service_name, null as company_cnpj from noc.services as v
        where v.shared and cardinality(scopes) > 0 or '*' = any(scopes)
        union
        select w.service_name, w.company_cnpj from worst as w where w.company_cnpj is not null
        union
        select p.service_name, p.company_cnpj from probes as p where p.company_cnpj is not null
    )

    select
        k.service_name, k.company_cnpj, w.status, w.since,
        case
            when not r.readable then null
            when w.status > 'UP' then w.reason
            when p.fresh is false then 'nodata'
        end,
        case when r.readable then p.last_checked_at end,
        coalesce(not p.fresh and m.until is null, false),
        p.service_name is not null,
        m.until
    from shown as k
    left join worst as w
        on w.service_name = k.service_name
        and coalesce(w.company_cnpj, '*') = coalesce(k.company_cnpj, '*')
    left join probes as p
        on p.service_name = k.service_name
        and coalesce(p.company_cnpj, '*') = coalesce(k.company_cnpj, '*')
    left join covered as m
        on m.service_name = k.service_name
        and m.company_cnpj = coalesce(k.company_cnpj, '*')
    cross join lateral (
        select k.company_cnpj is not null or '*' = any(scopes) as readable
    ) as r
$$;
