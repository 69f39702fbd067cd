-- The six cards. Each gives its figure, the same figure a day before, its worst item, its
-- limits and up to 60 points; its status is the worst of its own figure over the last
-- five minutes, of its worst item's and of the open alerts on it, so no card is calm beside
-- its own alert or its own worst item.

/* Thins a series to at most 60 values, oldest first: the largest of each run, null for a gap. */
create function noc.spark(points double precision [])
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select coalesce(jsonb_agg(q.value order by q.slot), '[]')
    from (
        select
            (p.i - 1) * least(60, cardinality(points)) / greatest(cardinality(points), 1) as slot,
            max(p.value) as value
        from unnest(points) with ordinality as p (value, i)
        group by 1
    ) as q
$$;

/* Worst status among the open alerts of a code, null without one. */
create function noc.alert_status(scopes text [], service text, code text)
returns public.health_status
language sql
stable
set search_path = ''
as $$
    select max(noc.status_of_severity(a.severity))
    from noc.live_alerts(scopes, service) as a where a.code = alert_status.code
$$;

/* Requests, error rate and percentiles of each service over at most the scope's last hour. */
create function noc.service_figures(s noc.read_scope)
returns table (service text, count bigint, error_rate double precision, p95_ms real)
language sql
stable
rows 10
set search_path = ''
as $$
    with rows as materialized (
        select r.*
        from noc.metric_rows(
            '1m', case when s.everything then 'endpoint' else 'service' end,
            case when not s.everything then s.companies end, null,
            greatest(s.starts, s.ends - interval '1 hour'), s.ends
        ) as r
    ),

    merged as (
        select q.service, (noc.sketch_quantiles(array_agg(q.key << 40 | q.n), '{0.95}'))[1] as p
        from (
            select e.service, e.x >> 40 as key, noc.total(e.x & 1099511627775) as n
            from (select r.service, unnest(r.sketch) as x from rows as r) as e
            group by 1, 2
        ) as q
        group by q.service
    )

    select
        r.service, sum(r.count)::bigint, (sum(r.errors) / sum(r.count))::double precision, max(m.p)
    from rows as r inner join merged as m on m.service = r.service
    group by r.service
$$;

/*
The services that everybody's rules of latency and errors would judge by the last five minutes:
those with enough calls that the rule does not leave out.
*/
create function noc.judged_services(s noc.read_scope, at timestamptz)
returns table (code text, service text, error_rate double precision, p95_ms real)
language sql
stable
rows 10
set search_path = ''
as $$
    select r.code, f.service, f.error_rate, f.p95_ms
    from noc.service_figures(noc.of_span(
        s, date_bin('1 min', at, '2000-01-01 00:00+00') - interval '4 minutes',
        date_bin('1 min', at, '2000-01-01 00:00+00') + interval '1 minute'
    )) as f
    inner join public.noc_rules as r
        on r.code in ('p95_latency', 'error_rate')
        and r.enabled
        and r.company_cnpj is null
        and r.group_id is null
        and r.service is null
    where f.count >= r.min_samples
        and f.service <> all(r.excluded_services)
        and (s.service is null or f.service = s.service)
$$;

/* Cards fed by metrics_agg: latency, errors, throughput. */
create function noc.traffic_kpis(
    s noc.read_scope, latency_limits jsonb, error_limits jsonb, at timestamptz
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with present as materialized (select * from noc.span_figures(s, s.starts, s.ends)),

    recent as materialized (
        select * from noc.span_figures(
            s, date_bin('1 min', at, '2000-01-01 00:00+00') - interval '4 minutes',
            date_bin('1 min', at, '2000-01-01 00:00+00') + interval '1 minute'
        )
    ),

    before as materialized (
        select * from noc.span_figures(s, s.starts - interval '1 day', s.ends - interval '1 day')
    ),

    points as materialized (select * from noc.series_points(s, at)),

    minutes as (select extract(epoch from at - s.starts) / 60 as n),

    judged as materialized (select * from noc.judged_services(s, at)),

    slowest as (
        select j.* from judged as j
        where j.code = 'p95_latency'
        order by j.p95_ms desc, j.service
        limit 1
    ),

    failing as (
        select j.* from judged as j
        where j.code = 'error_rate'
        order by j.error_rate desc, j.service
        limit 1
    )

    select jsonb_build_object(
        'latency', jsonb_build_object(
            'status', coalesce(greatest(
                noc.status_of(r.p95_ms, latency_limits), noc.status_of(l.p95_ms, latency_limits),
                noc.alert_status(s.companies, s.service, 'p95_latency')
            )::text, 'NO_DATA'),
            'p95_ms', p.p95_ms, 'p50_ms', p.p50_ms, 'previous_p95_ms', b.p95_ms,
            'count', p.count, 'thresholds', latency_limits,
            'worst', case when l.service is not null then jsonb_build_object(
                'label', l.service, 'service', l.service, 'p95_ms', l.p95_ms
            ) end,
            'spark', (select noc.spark(array_agg(q.p95_ms order by q.bucket)) from points as q)
        ),
        'errors', jsonb_build_object(
            'status', coalesce(greatest(
                noc.status_of(r.error_rate, error_limits),
                noc.status_of(e.error_rate, error_limits),
                noc.alert_status(s.companies, s.service, 'error_rate')
            )::text, 'NO_DATA'),
            'error_rate', p.error_rate, 'error_rate_4xx', p.error_rate_4xx,
            'previous_error_rate', b.error_rate, 'count', p.count, 'thresholds', error_limits,
            'worst', case when e.service is not null then jsonb_build_object(
                'label', e.service, 'service', e.service, 'error_rate', e.error_rate
            ) end,
            'spark', (select noc.spark(array_agg(q.error_rate order by q.bucket)) from points as q)
        ),
        'throughput', jsonb_build_object(
            'status', case when p.count > 0 then 'UP' else 'NO_DATA' end,
            'per_minute', case when p.count > 0 then p.count / greatest(m.n, 1) end,
            'previous_per_minute', case when b.count > 0 then b.count / greatest(m.n, 1) end,
            'count', p.count,
            'spark', (select noc.spark(array_agg(q.per_minute order by q.bucket)) from points as q)
        )
    )
    from present as p
    cross join recent as r
    cross join before as b
    cross join minutes as m
    left join slowest as l on true
    left join failing as e on true
$$;

/*
Cards fed by the work tables: queue and jobs. Jobs are DEGRADED while some type's last run
failed: a failure that a later run made good is counted, not coloured.
*/
create function noc.work_kpis(s noc.read_scope, queue_limits jsonb, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with queues as materialized (
        select
            q.company_cnpj,
            count(*) filter (where q.status = 'queued') as pending,
            count(*) filter (where q.status = 'failed' and q.updated_at >= s.starts) as failed,
            count(*) filter (where q.state = 'unknown' and q.updated_at >= s.starts) as unknown,
            count(*) filter (
                where q.state = 'dead' and q.updated_at >= at - interval '1 day'
            ) as dead,
            min(q.created_at) filter (where q.status = 'queued') as oldest
        from public.queue_whatsapp as q
        where q.status <> 'sent' and q.company_cnpj = any(s.companies)
        group by q.company_cnpj
    ),

    queue_known as (
        select exists (
            select 1 from public.queue_whatsapp as q where q.company_cnpj = any(s.companies)
        ) as yes
    ),

    buckets as (
        select g.bucket, g.bucket + s.resolution::interval as ends
        from generate_series(
            s.starts, s.ends - s.resolution::interval, s.resolution::interval
        ) as g (bucket)
    ),

    -- Messages that waited at some moment of the range, each from its making to its settling.
    waits as materialized (
        select q.created_at as starts, case when q.status <> 'queued' then q.updated_at end as ends
        from public.queue_whatsapp as q
        where q.company_cnpj = any(s.companies) and (q.status = 'queued' or q.updated_at >= s.starts)
    ),

    finished as materialized (
        select j.company_cnpj, j.job_type, j.status, j.finished_at
        from public.jobs as j
        where j.company_cnpj = any(s.companies)
            and (j.status = 'running' or j.finished_at >= s.starts)
    ),

    -- Broken: the last run that a company finished of that type failed.
    broken as materialized (
        select l.company_cnpj, l.job_type
        from (
            select distinct on (f.company_cnpj, f.job_type) f.*
            from finished as f
            where f.finished_at is not null
            order by f.company_cnpj, f.job_type, f.finished_at desc
        ) as l
        where l.status = 'failed'
    )

    select jsonb_build_object(
        'queue', (
            select jsonb_build_object(
                'status', case when k.yes or count(q.*) > 0 then coalesce(greatest(
                    noc.status_of(max(q.pending), queue_limits),
                    noc.alert_status(s.companies, null, 'whatsapp_queue_pending'),
                    noc.alert_status(s.companies, null, 'whatsapp_queue_dead')
                )::text, 'UP') else 'NO_DATA' end,
                'pending', coalesce(sum(q.pending), 0), 'failed', coalesce(sum(q.failed), 0),
                'unknown', coalesce(sum(q.unknown), 0), 'dead', coalesce(sum(q.dead), 0),
                'oldest_age_s', extract(epoch from at - min(q.oldest))::integer,
                'thresholds', queue_limits,
                'worst', (
                    select jsonb_build_object(
                        'company_cnpj', w.company_cnpj, 'label', c.name, 'pending', w.pending
                    )
                    from queues as w
                    inner join public.companies as c on c.company_cnpj = w.company_cnpj
                    where w.pending > 0
                    order by w.pending desc, w.company_cnpj limit 1
                ),
                'spark', (
                    select noc.spark(array_agg(b.pending order by b.bucket)) from (
                        select g.bucket, (
                            select count(*) from waits as w
                            where w.starts < least(g.ends, at) and coalesce(w.ends > g.ends, true)
                        )::double precision as pending
                        from buckets as g
                    ) as b
                )
            )
            from queue_known as k left join queues as q on true
            group by k.yes
        ),
        'jobs', (
            select jsonb_build_object(
                'status', case
                    when count(*) = 0 then 'NO_DATA'
                    when exists (select 1 from broken) then 'DEGRADED'
                    else 'UP'
                end,
                'running', count(*) filter (where f.status = 'running'),
                'failed', count(*) filter (where f.status = 'failed'),
                'succeeded', count(*) filter (where f.status = 'success'),
                'worst', (
                    select jsonb_build_object('label', w.job_type, 'failed', count(*))
                    from finished as w
                    inner join broken as b
                        on b.company_cnpj = w.company_cnpj and b.job_type = w.job_type
                    where w.status = 'failed'
                    group by w.job_type order by count(*) desc, w.job_type limit 1
                ),
                'spark', (
                    select noc.spark(array_agg(b.done order by b.bucket)) from (
                        select g.bucket, count(w.finished_at)::double precision as done
                        from buckets as g
                        left join finished as w
                            on w.finished_at >= g.bucket and w.finished_at < g.ends
                        group by g.bucket
                    ) as b
                )
            )
            from finished as f
        )
    )
$$;
