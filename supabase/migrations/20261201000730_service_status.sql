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
Shown status of each service, per company and, with company null, for everybody, within
the scopes given: the worst of its last probe, its open alerts and the rules that still
fire after their alert was closed by hand. `status` null: nothing
is known. `no_data`: it has a probe whose last result is older than 3 intervals or that
was never judged; a known DOWN stays DOWN beside it. `probed`: it has a probe at all.
`since`: when that status began. `reason`: probe, latency, errors, backlog, nodata; null
when UP. Rows of shared services without a company reach every scope, but without '*'
only their status, no_data and since. Definer: the caller must pass only scopes that its
user has, noc.visible_scopes() or a part of them.
*/
create function noc.service_status(at timestamptz, scopes text [])
returns table (
    service_name text, company_cnpj text, status public.health_status, since timestamptz,
    reason text, checked_at timestamptz, no_data boolean, probed boolean
)
language sql
stable
rows 20
security definer
set search_path = ''
as $$
    with probes as (
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
        union all
        select
            a.service, a.company_cnpj,
            noc.status_of_severity(a.severity), a.started_at, k.reason
        from public.noc_alerts as a
        inner join public.noc_rules as r on r.rule_id = a.rule_id
        inner join noc.rule_metrics as k on k.metric = r.metric
        where a.state <> 'closed'
            and a.severity > 'info'
            and a.service is not null
            and (a.company_cnpj is null or a.company_cnpj = any(scopes))
        union all
        select
            s.service, s.company_cnpj, noc.status_of_severity(s.severity),
            coalesce(s.critical_since, s.warning_since, s.seen_at), k.reason
        from noc.rule_states as s
        inner join noc.rule_metrics as k on k.metric = s.metric
        where s.alert_id is null
            and s.severity > 'info'
            and s.service is not null
            and (s.company_cnpj is null or s.company_cnpj = any(scopes))
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
        coalesce(not p.fresh, false),
        p.service_name is not null
    from shown as k
    left join worst as w
        on w.service_name = k.service_name
        and coalesce(w.company_cnpj, '*') = coalesce(k.company_cnpj, '*')
    left join probes as p
        on p.service_name = k.service_name
        and coalesce(p.company_cnpj, '*') = coalesce(k.company_cnpj, '*')
    cross join lateral (
        select k.company_cnpj is not null or '*' = any(scopes) as readable
    ) as r
$$;
