-- Measurements for the rules. A family gives a row for every target that could be beyond
-- a limit and for every target with a state: value null when nothing is known of it now,
-- no row when the target is gone.

create type noc.measurement as (
    metric text collate "C",
    company_cnpj text collate "C",
    service text collate "C",
    instance text collate "C",
    over_s integer,             -- the window it was taken over; null: it has none
    value double precision,
    samples bigint,             -- null: not a matter of samples
    since timestamptz           -- when the value began to hold; null: not known, so now
);

/*
p95 in ms of one company's calls to one service in the buckets from `first` to `last` of one
window (1m, 5m), merged from their sketches, within 1 % of percentile_disc and never above
the largest latency. company null: the platform's own calls. Null without calls.
The sketch is read from its top, since only a twentieth of the calls lies above a p95.
*/
create function noc.service_p95(
    company_cnpj text, service text, first timestamptz, last timestamptz,
    "window" text default '1m'
)
returns double precision
language plpgsql
stable
set search_path = ''
as $$
declare
    v_sketch bigint [];
    v_largest integer;
    v_above double precision;
    v_seen bigint := 0;
    v_entry bigint;
begin
    -- Two texts of one query: `is not distinct from` would not use the index.
    if company_cnpj is null then
        select
            noc.sketch_concat(m.sketch), max(m.latency_max_ms),
            sum(m.count) - ceil(0.95 * sum(m.count))
        into v_sketch, v_largest, v_above
        from public.metrics_agg as m
        where m."window" = service_p95."window"
            and m.level = 'service'
            and m.company_cnpj is null
            and m.service = service_p95.service
            and m.bucket between first and last;
    else
        select
            noc.sketch_concat(m.sketch), max(m.latency_max_ms),
            sum(m.count) - ceil(0.95 * sum(m.count))
        into v_sketch, v_largest, v_above
        from public.metrics_agg as m
        where m."window" = service_p95."window"
            and m.level = 'service'
            and m.company_cnpj = service_p95.company_cnpj
            and m.service = service_p95.service
            and m.bucket between first and last;
    end if;

    -- An entry begins with its key, so int8 order is key order.
    foreach v_entry in array array(select x from unnest(v_sketch) as x order by x desc) loop
        v_seen := v_seen + (v_entry & 1099511627775);
        exit when v_seen > v_above;
    end loop;
    return least(noc.sketch_value(v_entry >> 40), v_largest);
end;
$$;

/*
Latency and error rate per company and service over each rule's window: the 1m buckets
that begin in it, the open one included. Sketches are merged only where they matter: a
quantile of a union never exceeds the largest of its parts, so a cell whose minutes all
lie below every limit cannot be beyond one.
*/
create function noc.measure_traffic(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 100
set search_path = ''
as $$
    with windows as materialized (
        select
            r.over_s,
            at - make_interval(secs => r.over_s) as first,
            min(coalesce(r.degraded_threshold, r.down_threshold))
            filter (where r.metric = 'p95_ms') as p95_limit,
            min(coalesce(r.degraded_threshold, r.down_threshold))
            filter (where r.metric = 'error_rate') as error_limit
        from public.noc_rules as r
        where r.enabled and r.metric in ('p95_ms', 'error_rate')
        group by r.over_s
    ),

    -- One index probe per company: the key begins with the company, not with the bucket.
    minutes as (
        select
            m.company_cnpj, m.service, m.bucket, m.count, m.errors,
            coalesce(m.p95_ms, m.latency_max_ms * 1.0102) as p95_at_most
        from public.companies as c
        cross join lateral (
            select a.company_cnpj, a.service, a.bucket, a.count, a.errors, a.p95_ms, a.latency_max_ms
            from public.metrics_agg as a
            where a."window" = '1m'
                and a.level = 'service'
                and a.company_cnpj = c.company_cnpj
                and a.bucket between (select min(w.first) from windows as w) and at
            offset 0
        ) as m
        where c.active
        union all
        select
            a.company_cnpj, a.service, a.bucket, a.count, a.errors,
            coalesce(a.p95_ms, a.latency_max_ms * 1.0102)
        from public.metrics_agg as a
        where a."window" = '1m'
            and a.level = 'service'
            and a.company_cnpj is null
            and a.bucket between (select min(w.first) from windows as w) and at
    ),

    cells as (
        select
            w.over_s, m.company_cnpj, m.service, sum(m.count)::bigint as samples,
            sum(m.errors)::double precision / sum(m.count) as error_rate,
            max(m.p95_at_most) as p95_at_most
        from windows as w
        inner join minutes as m on m.bucket >= w.first
        group by w.over_s, m.company_cnpj, m.service
    ),

    watched as materialized (
        select distinct s.metric, s.company_cnpj, s.service
        from noc.rule_states as s
        left join public.companies as c on c.company_cnpj = s.company_cnpj
        where s.metric in ('p95_ms', 'error_rate') and coalesce(c.active, s.company_cnpj is null)
    ),

    suspects as (
        select 'p95_ms' as metric, c.over_s, c.company_cnpj, c.service
        from cells as c inner join windows as w on w.over_s = c.over_s
        where c.p95_at_most > w.p95_limit
        union
        select 'error_rate', c.over_s, c.company_cnpj, c.service
        from cells as c inner join windows as w on w.over_s = c.over_s
        where c.error_rate > w.error_limit
        union
        select t.metric, w.over_s, t.company_cnpj, t.service
        from watched as t cross join windows as w
    )

    select (
        s.metric, s.company_cnpj, s.service, null, s.over_s,
        case
            when c.samples is null then null
            when s.metric = 'error_rate' then c.error_rate
            else noc.service_p95(s.company_cnpj, s.service, w.first, at)
        end,
        c.samples, null
    )::noc.measurement
    from suspects as s
    inner join windows as w on w.over_s = s.over_s
    left join cells as c
        on c.over_s = s.over_s
        and coalesce(c.company_cnpj, '*') = coalesce(s.company_cnpj, '*')
        and c.service = s.service
$$;

/* Messages that wait to be sent, per active company that has any, and 0 where a state waits. */
create function noc.measure_queue(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 20
set search_path = ''
as $$
    select (
        'queue_pending', c.company_cnpj, 'whatsapp', null, null, coalesce(q.pending, 0), null, null
    )::noc.measurement
    from public.companies as c
    left join (
        select w.company_cnpj, count(*) as pending
        from public.queue_whatsapp as w
        where w.status = 'queued'
        group by w.company_cnpj
    ) as q on q.company_cnpj = c.company_cnpj
    where c.active
        and (
            q.pending > 0
            or c.company_cnpj in (
                select s.company_cnpj from noc.rule_states as s where s.metric = 'queue_pending'
            )
        )
$$;

/*
The confirmed status of every check: UP 0, DEGRADED 1, DOWN 2. Null before the first
judgement and when the last result is older than 3 intervals: silence proves nothing.
*/
create function noc.measure_health(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 20
set search_path = ''
as $$
    select (
        'probe_status', t.company_cnpj, t.service_name, null, null,
        case
            when t.last_checked_at >= at - make_interval(secs => 3 * t.interval_s)
                then case t.status when 'DOWN' then 2 when 'DEGRADED' then 1 when 'UP' then 0 end
        end,
        null, t.since
    )::noc.measurement
    from noc.check_targets as t
    left join public.companies as c on c.company_cnpj = t.company_cnpj
    where t.enabled and coalesce(c.active, true)
$$;

/* The measurements of one family, as noc.measure_<family> takes them. */
create function noc.measure(family text, at timestamptz)
returns setof noc.measurement
language plpgsql
stable
set search_path = ''
as $$
begin
    return query execute format('select m.* from noc.%I($1) as m', 'measure_' || family) using at;
end;
$$;
