-- Reads of metrics_agg for the page: one figure for a span, a series, a heatmap.

/* What readers need of a row of metrics_agg; percentiles null where it must be merged. */
create type noc.metric_row as (
    bucket timestamptz,
    company_cnpj text,
    service text,
    endpoint text,
    count bigint,
    errors bigint,
    errors_4xx bigint,
    p50_ms real,
    p95_ms real,
    sketch bigint []
);

/*
Rows of a window at one level with starts <= bucket < ends: of the named companies, or
those without a company when `companies` is null; of one service unless it is null. What
the window has not closed yet comes from the finer ones, several rows a bucket, with p95_ms of
their own, or null. `stored`: p95_ms is the bucket's alone, and a row that has it comes without
its sketch, which is most of its bytes. Two branches, because an OR would keep the planner off the
index; a loop, because each call of itself would hold the rows once more.
*/
create function noc.metric_rows(
    win text, level text, companies text [], service text, starts timestamptz, ends timestamptz,
    stored boolean default false
)
returns setof noc.metric_row
language plpgsql
stable
rows 60
set search_path = ''
set plan_cache_mode = force_generic_plan -- planning its partitions costs more than the read
set max_parallel_workers_per_gather = 0 -- and so does starting a worker
as $$
declare
    v_origin constant timestamptz := timestamptz '2000-01-01 00:00+00';
    v_window text := win;           -- the one that is read
    v_coarse noc.coarse_windows;
    v_step interval;                -- of `win`, once a finer one is read for it
    v_from timestamptz := starts;
    v_to timestamptz;
begin
    loop
        select w.* into v_coarse from noc.coarse_windows as w where w."window" = v_window;
        v_to := least(ends, v_coarse.closed_to);
        if v_from < v_to and companies is null then
            return query
                select
                    case when v_step is null then m.bucket else date_bin(v_step, m.bucket, v_origin) end,
                    m.company_cnpj, m.service, m.endpoint, m.count, m.errors, m.errors_4xx,
                    case when v_step is null then m.p50_ms end,
                    case when v_step is null or not stored then m.p95_ms end,
                    case when v_step is not null or not stored or m.p95_ms is null then m.sketch end
                from public.metrics_agg as m
                where m."window" = v_window and m.level = metric_rows.level
                    and m.company_cnpj is null
                    and m.bucket >= v_from and m.bucket < v_to
                    and (metric_rows.service is null or m.service = metric_rows.service);
        elsif v_from < v_to then
            return query
                select
                    case when v_step is null then m.bucket else date_bin(v_step, m.bucket, v_origin) end,
                    m.company_cnpj, m.service, m.endpoint, m.count, m.errors, m.errors_4xx,
                    case when v_step is null then m.p50_ms end,
                    case when v_step is null or not stored then m.p95_ms end,
                    case when v_step is not null or not stored or m.p95_ms is null then m.sketch end
                from public.metrics_agg as m
                where m."window" = v_window and m.level = metric_rows.level
                    and m.company_cnpj = any(companies)
                    and m.bucket >= v_from and m.bucket < v_to
                    and (metric_rows.service is null or m.service = metric_rows.service);
        end if;
        exit when v_to = ends;
        v_step := coalesce(v_step, v_coarse.step);
        v_window := v_coarse.finer;
        v_from := greatest(v_from, v_to);
    end loop;
end;
$$;

/*
The rows of a scope that hold each of its calls once, merged as far as it allows: admin
without a filter reads the marginals of everything; others the rows of their companies,
per service when one is asked for.
*/
create function noc.scope_rows(
    s noc.read_scope, win text, starts timestamptz, ends timestamptz, stored boolean default false
)
returns setof noc.metric_row
language plpgsql
stable
rows 60
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
        select r.*
        from noc.metric_rows(
            win,
            case
                when s.everything and s.service is null then 'global'
                when s.everything then 'endpoint'
                when s.service is null then 'company'
                else 'service'
            end,
            case when not s.everything then s.companies end, s.service, starts, ends, stored
        ) as r;
end;
$$;

/*
Rows that tile [starts, ends) exactly with the fewest buckets: the widest that lie in it, and at
both sides of those what the next finer window holds, minutes at last.
*/
create function noc.span_rows(s noc.read_scope, starts timestamptz, ends timestamptz)
returns setof noc.metric_row
language plpgsql
stable
rows 60
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_origin constant timestamptz := timestamptz '2000-01-01 00:00+00';
    v_window noc.coarse_windows;
    v_first timestamptz;
    v_last timestamptz;
    v_from timestamptz; -- what is tiled by now; null while nothing is
    v_to timestamptz;
begin
    for v_window in select w.* from noc.coarse_windows as w order by w.step desc loop
        v_first := date_bin(v_window.step, starts + v_window.step - interval '1 us', v_origin);
        v_last := date_bin(v_window.step, ends, v_origin);
        continue when v_first >= v_last;
        v_from := coalesce(v_from, v_last);
        v_to := coalesce(v_to, v_last);
        if v_first < v_from then
            return query select * from noc.scope_rows(s, v_window."window", v_first, v_from);
        end if;
        if v_to < v_last then
            return query select * from noc.scope_rows(s, v_window."window", v_to, v_last);
        end if;
        v_from := v_first;
        v_to := v_last;
    end loop;
    if starts < coalesce(v_from, ends) then
        return query select * from noc.scope_rows(s, '1m', starts, coalesce(v_from, ends));
    end if;
    if v_to < ends then
        return query select * from noc.scope_rows(s, '1m', v_to, ends);
    end if;
end;
$$;

/* Requests, rates and percentiles of a span; nulls (count 0) when nothing was received. */
create function noc.span_figures(s noc.read_scope, starts timestamptz, ends timestamptz)
returns table (
    count bigint, error_rate double precision, error_rate_4xx double precision,
    p50_ms real, p95_ms real
)
language plpgsql
stable
rows 1
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    with rows as materialized (select r.* from noc.span_rows(s, starts, ends) as r),

    merged as (
        select array_agg(q.key << 40 | q.n) as sketch
        from (
            select e.x >> 40 as key, noc.total(e.x & 1099511627775) as n
            from (select unnest(r.sketch) as x from rows as r) as e
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
    ) as q;
end;
$$;

/*
One row per bucket of the scope's resolution, oldest first; measures null where nothing
was received. Rows of one bucket are merged by their sketches, where they are not a
single row that has its percentiles.
*/
create function noc.series_points(s noc.read_scope, at timestamptz)
returns table (
    bucket timestamptz, open boolean, count bigint, p50_ms real, p95_ms real,
    error_rate double precision, error_rate_4xx double precision, per_minute double precision
)
language plpgsql
stable
rows 100
set search_path = ''
as $$
declare
    v_step interval := s.resolution::interval;
    -- One row a bucket, then, but in what has not closed.
    v_single boolean := case
        when s.everything then s.service is null else cardinality(s.companies) = 1
    end;
begin
    return query
    with rows as materialized (
        select r.* from noc.scope_rows(s, s.resolution, s.starts, s.ends, v_single) as r
    ),

    buckets as (
        select
            r.bucket, sum(r.count)::bigint as n, sum(r.errors) as errors,
            sum(r.errors_4xx) as errors_4xx, case when v_single then min(r.p50_ms) end as p50_ms,
            case when v_single then min(r.p95_ms) end as p95_ms
        from rows as r group by r.bucket
    ),

    merged as (
        select q.bucket, noc.sketch_quantiles(array_agg(q.key << 40 | q.n), '{0.5,0.95}') as p
        from (
            select e.bucket, e.x >> 40 as key, noc.total(e.x & 1099511627775) as n
            from (
                select r.bucket, unnest(r.sketch) as x
                from rows as r
                inner join buckets as b on b.bucket = r.bucket
                where b.p95_ms is null
            ) as e
            group by 1, 2
        ) as q
        group by q.bucket
    )

    select
        g.bucket, g.bucket + v_step > at, b.n, coalesce(m.p[1], b.p50_ms),
        coalesce(m.p[2], b.p95_ms), (b.errors / b.n)::double precision,
        (b.errors_4xx / b.n)::double precision,
        b.n * 60 / greatest(
            extract(epoch from least(g.bucket + v_step, at) - g.bucket), 1
        )::double precision
    from generate_series(s.starts, s.ends - v_step, v_step) as g (bucket)
    left join buckets as b on b.bucket = g.bucket
    left join merged as m on m.bucket = g.bucket
    order by g.bucket;
end;
$$;

/*
Cells of the heatmap. A closed bucket of one company, or of everything, is one row; several
companies and what is open are merged.
*/
create function noc.heatmap_cells(s noc.read_scope)
returns table (service text, endpoint text, bucket timestamptz, count bigint, p95_ms real)
language plpgsql
stable
rows 1000
set search_path = ''
set plan_cache_mode = force_generic_plan -- planning costs as much as the read
set max_parallel_workers_per_gather = 0
as $$
declare
    v_level text := case when s.everything then 'endpoint' else 'cell' end;
    v_companies text [] := case when not s.everything then s.companies end;
    v_merged_from timestamptz := s.starts;
begin
    if s.everything or cardinality(s.companies) = 1 then
        v_merged_from := (
            select least(s.ends, greatest(s.starts, coalesce(max(w.closed_to), s.ends)))
            from noc.coarse_windows as w where w."window" = s.resolution
        );
        -- As they are stored: noc.metric_rows would hold each of a thousand rows once more.
        if s.everything then
            return query
                select
                    m.service, m.endpoint, m.bucket, m.count,
                    coalesce(m.p95_ms, (noc.sketch_quantiles(m.sketch, '{0.95}'))[1])
                from public.metrics_agg as m
                where m."window" = s.resolution and m.level = 'endpoint'
                    and m.company_cnpj is null
                    and m.bucket >= s.starts and m.bucket < v_merged_from
                    and (s.service is null or m.service = s.service);
        else
            return query
                select
                    m.service, m.endpoint, m.bucket, m.count,
                    coalesce(m.p95_ms, (noc.sketch_quantiles(m.sketch, '{0.95}'))[1])
                from public.metrics_agg as m
                where m."window" = s.resolution and m.level = 'cell'
                    and m.company_cnpj = s.companies[1]
                    and m.bucket >= s.starts and m.bucket < v_merged_from
                    and (s.service is null or m.service = s.service);
        end if;
    end if;
    -- The percentile from the top: the entry at which more calls are reached than may lie above
    -- it. It is not below the least percentile of the parts, so that what lies lower is not sorted:
    -- of each part, more calls than may lie above its percentile are as slow as it or slower, and
    -- together they are more than may lie above the whole's. No call of a function for each cell.
    return query
        select
            c.service, c.endpoint, c.bucket, c.count,
            (
                select noc.sketch_value(e.entry >> 40)
                from (
                    select
                        x as entry,
                        noc.total(x & 1099511627775)
                            over (order by x desc rows unbounded preceding) as reached
                    from (select unnest(c.sketch) as x) as u -- in FROM it is stored first
                    where x >= c.least
                ) as e
                where e.reached > c.count - ceil(0.95::float8 * c.count)
                order by e.entry desc
                limit 1
            )::real
        from (
            select
                r.service, r.endpoint, r.bucket, noc.total(r.count) as count,
                noc.sketch_concat(r.sketch) as sketch,
                noc.sketch_key(floor(min(coalesce(r.p95_ms, 1)))::integer) - 1 << 40 as least
            from noc.metric_rows(
                s.resolution, v_level, v_companies, s.service, v_merged_from, s.ends
            ) as r
            group by 1, 2, 3
        ) as c;
end;
$$;

/* The endpoints with the worst p95 bucket, at most 50, worst first; see docs/rpc.md. */
create function noc.heatmap(
    company_cnpj text, group_id uuid, service text, range text, at timestamptz
)
returns json
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
        v_scope.starts, v_scope.ends - v_scope.resolution::interval, v_scope.resolution::interval
    ));
    v_rows json;
begin
    with worst as (
        select
            c.service, c.endpoint, max(c.p95_ms) as p95_ms, noc.total(c.count) as count,
            array_agg(c.bucket) as buckets, array_agg(c.p95_ms) as p95s, array_agg(c.count) as counts
        from (select h.* from noc.heatmap_cells(v_scope) as h order by h.bucket) as c
        group by c.service, c.endpoint
        order by 3 desc, c.service, c.endpoint
        limit 50
    )

    -- Each row's values in the order of the columns; one with gaps is spread over them.
    select coalesce(json_agg(json_build_object(
        'service', w.service, 'endpoint', w.endpoint, 'worst_p95_ms', w.p95_ms, 'count', w.count,
        'p95_ms', case when w.buckets = v_buckets then w.p95s else array(
            select w.p95s[array_position(w.buckets, b)] from unnest(v_buckets) as b
        ) end,
        'counts', case when w.buckets = v_buckets then w.counts else array(
            select w.counts[array_position(w.buckets, b)] from unnest(v_buckets) as b
        ) end
    ) order by w.p95_ms desc, w.service, w.endpoint), '[]')
    into v_rows
    from worst as w;

    return json_build_object(
        'resolution', v_scope.resolution, 'from', v_scope.starts, 'to', v_scope.ends,
        'buckets', to_json(v_buckets), 'rows', v_rows
    );
end;
$$;

create function public.noc_heatmap(
    company_cnpj text default null, group_id uuid default null, service text default null,
    range text default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.heatmap(company_cnpj, group_id, service, range, now()));
end;
