-- The windows that a rule would have seen in a company's stored minutes, for the backtest.

/* A rule's limits, clear limits included, from the lowest to the highest. */
create function noc.rule_limits(rule public.noc_rules)
returns double precision []
language sql
immutable
set search_path = ''
as $$
    select array_agg(distinct l.value order by l.value)
    from (
        values
        ((rule).degraded_threshold), ((rule).down_threshold),
        ((rule).degraded_clear), ((rule).down_clear)
    ) as l (value)
    where l.value is not null
$$;

/* The smallest entry of a sketch that stands for more than `ms`. */
create function noc.sketch_beyond(ms double precision)
returns bigint
language sql
immutable
set search_path = ''
as $$
    select min(k.key) << 40
    from (select floor(ln(greatest(ms, 0.1)) * 49.99833327)::bigint as key) as about
    cross join lateral generate_series(about.key - 2, about.key + 3) as k (key)
    where noc.sketch_value(k.key) > ms
$$;

/*
The sliding windows of a rule on each service of a company, one per bucket of "window" that
ends in (starts, ends], at the instant when it ends; of the quiet stretches, which find every
state ok and leave it so, none.
value: exact, or for a p95 some number on the same side of every limit (limits: noc.rule_limits).
most: no less than the true value. Null without calls. first and last: the window's buckets.

A window of good buckets is good: no share, mean or quantile exceeds its parts' largest. So a
window matters that holds a doubtful bucket, and those after it for as long as a recovery
lasts. A p95 lies beyond a limit when more calls do than the twentieth that lies above it: the
calls beyond each limit are counted once per bucket and summed per window.
*/
create function noc.replay_windows(
    rule public.noc_rules, limits double precision [], company_cnpj text, "window" text,
    starts timestamptz, ends timestamptz
)
returns table (
    service text, at timestamptz, first timestamptz, last timestamptz, samples bigint,
    value double precision, most double precision
)
language sql
stable
rows 1000
set search_path = ''
as $$
    with spans as materialized (
        select
            w.step,
            greatest(make_interval(secs => (rule).over_s) - w.step, interval '0') as back,
            (rule).metric = 'p95_ms' and make_interval(secs => (rule).over_s) > w.step as merges,
            (rule).metric = 'p95_ms' as is_p95,
            array(select noc.sketch_beyond(l) from unnest(limits) as l) as beyond
        from (select "window"::interval as step) as w
    ),

    buckets as (
        select
            m.service, m.bucket, m.count::integer as count, m.errors::integer as errors,
            m.errors_4xx::integer as errors_4xx,
            m.latency_sum_ms::double precision as latency_sum_ms, m.latency_max_ms,
            coalesce(m.p95_ms, m.latency_max_ms) as p95_most,
            case when s.merges and m.latency_max_ms > limits[1] then m.sketch end as sketch,
            coalesce(m.count < (rule).min_samples or (rule).metric like 'throughput%' or case
                when s.is_p95 then coalesce(m.p95_ms, m.latency_max_ms)
                else noc.traffic_value(
                    (rule).metric, m.count, m.errors, m.errors_4xx, m.latency_sum_ms, 60
                )
            end > limits[1], true) as doubtful,
            lag(m.bucket) over (partition by m.service order by m.bucket) as previous,
            lead(m.bucket) over (partition by m.service order by m.bucket) as next
        from spans as s
        inner join public.metrics_agg as m
            on m."window" = replay_windows."window"
            and m.level = 'service'
            and m.company_cnpj = replay_windows.company_cnpj
            and m.bucket >= starts - s.back
            and m.bucket < ends
            and ((rule).service is null or m.service = (rule).service)
            and m.service <> all((rule).excluded_services)
    ),

    doubts as (
        select
            b.*,
            max(b.bucket) filter (where d.here) over (
                partition by b.service order by b.bucket
            ) as doubtful_at,
            bool_or(d.here) over (
                partition by b.service order by b.bucket
                range between current row and (select s.back from spans as s) following
            ) as doubtful_soon
        from buckets as b
        cross join spans as s
        cross join lateral (
            select b.doubtful or coalesce(b.bucket - b.previous > s.step, true) as here
        ) as d
    ),

    kept as materialized (
        select d.*, s.step, s.back, c.n1, c.n2, c.n3, c.n4
        from doubts as d
        cross join spans as s
        cross join lateral (
            select
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[1]) as n1,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[2]) as n2,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[3]) as n3,
                sum((x & 1099511627775)::integer) filter (where x >= s.beyond[4]) as n4
            from unnest(d.sketch) as x
        ) as c
        where d.doubtful_soon
            or d.bucket - d.doubtful_at
            <= 2 * s.back + make_interval(secs => (rule).keep_firing_s) + 3 * s.step
    ),

    -- Buckets without calls have windows too, until nothing is left in them.
    grid as (
        select k.service, g.bucket
        from kept as k
        cross join lateral generate_series(
            k.bucket,
            least(
                coalesce(k.next, ends) - k.step,
                k.bucket + k.back + make_interval(secs => (rule).keep_firing_s) + 3 * k.step
            ),
            k.step
        ) as g (bucket)
    ),

    slid as (
        select
            g.service, g.bucket, sum(k.count) over w as samples, sum(k.errors) over w as errors,
            sum(k.errors_4xx) over w as errors_4xx, sum(k.latency_sum_ms) over w as latency_sum_ms,
            least(max(k.p95_most) over w, max(k.latency_max_ms) over w) as p95_most,
            max(k.latency_max_ms) over w as latency_max_ms,
            array[
                sum(k.n1::integer) over w, sum(k.n2::integer) over w,
                sum(k.n3::integer) over w, sum(k.n4::integer) over w
            ] as above
        from grid as g
        left join kept as k on k.service = g.service and k.bucket = g.bucket
        window w as (
            partition by g.service order by g.bucket
            range between (select s.back from spans as s) preceding and current row
        )
    )

    select
        t.service, t.bucket + s.step, t.bucket - s.back, t.bucket, t.samples::bigint, v.value,
        case when s.is_p95 then t.p95_most else v.value end
    from slid as t
    cross join spans as s
    cross join lateral (
        select case
            when not s.is_p95 then noc.traffic_value(
                (rule).metric, t.samples, t.errors, t.errors_4xx, t.latency_sum_ms, (rule).over_s
            )
            when not s.merges then t.p95_most
            else least(t.p95_most, (
                select min(l.ms) from unnest(limits) with ordinality as l (ms, place)
                where t.latency_max_ms <= l.ms
                    or coalesce(t.above[l.place], 0) <= t.samples - ceil(0.95 * t.samples)
            ))
        end as value
    ) as v
    where t.bucket >= starts
$$;
