-- Reads of metrics_agg for the page: one figure for a span, a series, a heatmap.

/*
Rows of one window and scope with starts <= bucket < ends. Admin without a filter reads
the marginals of everything; others the rows of their companies, per service when one
is asked for. Branches, because an OR would keep the planner off the index.
*/
create function noc.metric_rows(
    s noc.read_scope, win text, starts timestamptz, ends timestamptz
)
returns setof public.metrics_agg
language plpgsql
stable
rows 60
set search_path = ''
as $$
begin
    if s.everything and s.service is null then
        return query
            select m.* from public.metrics_agg as m
            where m."window" = win and m.level = 'global' and m.company_cnpj is null
                and m.bucket >= starts and m.bucket < ends;
    elsif s.everything then
        return query
            select m.* from public.metrics_agg as m
            where m."window" = win and m.level = 'endpoint' and m.company_cnpj is null
                and m.bucket >= starts and m.bucket < ends and m.service = s.service;
    elsif s.service is null then
        return query
            select m.* from public.metrics_agg as m
            where m."window" = win and m.level = 'company'
                and m.company_cnpj = any(s.companies)
                and m.bucket >= starts and m.bucket < ends;
    else
        return query
            select m.* from public.metrics_agg as m
            where m."window" = win and m.level = 'service'
                and m.company_cnpj = any(s.companies)
                and m.bucket >= starts and m.bucket < ends and m.service = s.service;
    end if;
end;
$$;

/*
Rows that tile [starts, ends) exactly with the fewest buckets: whole hours, then five
minutes, then minutes at the live edge. A start off the five-minute marks (the short
ranges) is read in minutes alone.
*/
create function noc.span_rows(s noc.read_scope, starts timestamptz, ends timestamptz)
returns setof public.metrics_agg
language plpgsql
stable
rows 60
set search_path = ''
as $$
declare
    v_first_hour timestamptz := date_bin('1 hour', starts + interval '59 minutes 59 seconds',
        '2000-01-01');
    v_last_hour timestamptz := date_bin('1 hour', ends, '2000-01-01');
    v_last_five timestamptz := date_bin('5 minutes', ends, '2000-01-01');
begin
    if ends - starts <= interval '1 hour' then
        return query select * from noc.metric_rows(s, '1m', starts, ends);
        return;
    end if;
    return query select * from noc.metric_rows(s, '5m', starts, v_first_hour);
    return query select * from noc.metric_rows(s, '1h', v_first_hour, v_last_hour);
    return query select * from noc.metric_rows(s, '5m', v_last_hour, v_last_five);
    return query select * from noc.metric_rows(s, '1m', v_last_five, ends);
end;
$$;

/* Requests, rates and percentiles of a span; nulls (count 0) when nothing was received. */
create function noc.span_figures(s noc.read_scope, starts timestamptz, ends timestamptz)
returns table (
    count bigint, error_rate double precision, error_rate_4xx double precision,
    p50_ms real, p95_ms real
)
language sql
stable
rows 1
set search_path = ''
as $$
    with rows as materialized (select * from noc.span_rows(s, starts, ends)),

    merged as (
        select array_agg(q.key << 40 | q.n) as sketch
        from (
            select x >> 40 as key, sum(x & 1099511627775)::bigint as n
            from rows as r cross join unnest(r.sketch) as x
            group by 1
        ) as q
    ),

    figures as (
        select
            coalesce(sum(r.count), 0)::bigint as n,
            sum(r.errors)::double precision / nullif(sum(r.count), 0) as rate,
            sum(r.errors_4xx)::double precision / nullif(sum(r.count), 0) as rate_4xx
        from rows as r
    )

    select f.n, f.rate, f.rate_4xx, q.p[1], q.p[2]
    from figures as f
    cross join (
        select noc.sketch_quantiles(m.sketch, '{0.5,0.95}') as p from merged as m
    ) as q
$$;

/*
One row per bucket of the scope's resolution, oldest first; measures null where nothing
was received. Rows of one bucket are merged by their sketches; a bucket with a single
row takes its stored percentiles.
*/
create function noc.series_points(s noc.read_scope, at timestamptz)
returns table (
    bucket timestamptz, open boolean, count bigint, p50_ms real, p95_ms real,
    error_rate double precision, error_rate_4xx double precision, per_minute double precision
)
language sql
stable
rows 100
set search_path = ''
as $$
    with rows as materialized (
        select * from noc.metric_rows(s, s.resolution, s.starts, s.ends)
    ),

    buckets as (
        select
            r.bucket, sum(r.count)::bigint as n, sum(r.errors) as errors,
            sum(r.errors_4xx) as errors_4xx, count(*) = 1 as single, min(r.p50_ms) as p50_ms,
            min(r.p95_ms) as p95_ms
        from rows as r group by r.bucket
    ),

    merged as (
        select q.bucket, noc.sketch_quantiles(array_agg(q.key << 40 | q.n), '{0.5,0.95}') as p
        from (
            select r.bucket, x >> 40 as key, sum(x & 1099511627775)::bigint as n
            from rows as r
            inner join buckets as b on b.bucket = r.bucket
            cross join unnest(r.sketch) as x
            where not b.single or b.p95_ms is null
            group by 1, 2
        ) as q
        group by q.bucket
    )

    select
        g.bucket, g.bucket + s.resolution::interval > at, b.n,
        coalesce(m.p[1], b.p50_ms), coalesce(m.p[2], b.p95_ms),
        (b.errors / b.n)::double precision, (b.errors_4xx / b.n)::double precision,
        b.n * 60 / greatest(extract(epoch from
            least(g.bucket + s.resolution::interval, at) - g.bucket
        ), 1)::double precision
    from generate_series(
        s.starts, s.ends - s.resolution::interval, s.resolution::interval
    ) as g (bucket)
    left join buckets as b on b.bucket = g.bucket
    left join merged as m on m.bucket = g.bucket
    order by g.bucket
$$;

/* Cells of the heatmap: stored percentiles for one company or everything, merged for a group. */
create function noc.heatmap_cells(s noc.read_scope)
returns table (service text, endpoint text, bucket timestamptz, count bigint, p95_ms real)
language plpgsql
stable
rows 1000
set search_path = ''
as $$
begin
    if s.everything then
        return query
            select
                m.service, m.endpoint, m.bucket, m.count,
                coalesce(m.p95_ms, (noc.sketch_quantiles(m.sketch, '{0.95}'))[1])
            from public.metrics_agg as m
            where m."window" = s.resolution and m.level = 'endpoint' and m.company_cnpj is null
                and m.bucket >= s.starts and m.bucket < s.ends
                and (s.service is null or m.service = s.service);
    elsif cardinality(s.companies) = 1 then
        return query
            select
                m.service, m.endpoint, m.bucket, m.count,
                coalesce(m.p95_ms, (noc.sketch_quantiles(m.sketch, '{0.95}'))[1])
            from public.metrics_agg as m
            where m."window" = s.resolution and m.level = 'cell'
                and m.company_cnpj = s.companies[1]
                and m.bucket >= s.starts and m.bucket < s.ends
                and (s.service is null or m.service = s.service);
    else
        return query
            select q.service, q.endpoint, q.bucket, sum(q.n)::bigint,
                (noc.sketch_quantiles(array_agg(q.key << 40 | q.n), '{0.95}'))[1]
            from (
                select
                    m.service, m.endpoint, m.bucket, x >> 40 as key,
                    sum(x & 1099511627775)::bigint as n
                from public.metrics_agg as m
                cross join unnest(m.sketch) as x
                where m."window" = s.resolution and m.level = 'cell'
                    and m.company_cnpj = any(s.companies)
                    and m.bucket >= s.starts and m.bucket < s.ends
                    and (s.service is null or m.service = s.service)
                group by 1, 2, 3, 4
            ) as q
            group by q.service, q.endpoint, q.bucket;
    end if;
end;
$$;

/* The endpoints with the worst p95 bucket, at most 50, worst first; see docs/rpc.md. */
create function noc.heatmap(
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
    v_scope noc.read_scope := noc.read_scope_of(
        company_cnpj, group_id, service, range, at, case when range = '24h' then '1h' end
    );
    v_buckets timestamptz [] := array(select generate_series(
        v_scope.starts, v_scope.ends - v_scope.resolution::interval,
        v_scope.resolution::interval
    ));
    v_rows jsonb;
begin
    with cells as materialized (select * from noc.heatmap_cells(v_scope)),

    worst as (
        select c.service, c.endpoint, max(c.p95_ms) as p95_ms, sum(c.count)::bigint as count
        from cells as c
        group by c.service, c.endpoint
        order by 3 desc, c.service, c.endpoint
        limit 50
    ),

    rows as (
        select
            w.service, w.endpoint, w.p95_ms, w.count,
            jsonb_agg(c.p95_ms order by b.bucket) as p95s,
            jsonb_agg(c.count order by b.bucket) as counts
        from worst as w
        cross join unnest(v_buckets) as b (bucket)
        left join cells as c
            on c.service = w.service and c.endpoint = w.endpoint and c.bucket = b.bucket
        group by w.service, w.endpoint, w.p95_ms, w.count
    )

    select coalesce(jsonb_agg(jsonb_build_object(
        'service', r.service, 'endpoint', r.endpoint, 'worst_p95_ms', r.p95_ms, 'count', r.count,
        'p95_ms', r.p95s, 'counts', r.counts
    ) order by r.p95_ms desc, r.service, r.endpoint), '[]')
    into v_rows
    from rows as r;

    return jsonb_build_object(
        'resolution', v_scope.resolution, 'from', v_scope.starts, 'to', v_scope.ends,
        'buckets', to_jsonb(v_buckets), 'rows', v_rows
    );
end;
$$;

create function public.noc_heatmap(
    company_cnpj text default null, group_id uuid default null, service text default null,
    range text default null
)
returns jsonb
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.heatmap(company_cnpj, group_id, service, range, now()));
end;
