-- Facts -> summary. metrics_agg holds each window at five levels; noc.roll_up consumes
-- the ledger's pending batches exactly once, noc.finalise fills p50/p95 of closed buckets.

/*
Null company at cell, service and company level: the platform's own traffic; at
endpoint and global level: everything. Rates are ratios of `count`. p50_ms and p95_ms
are null until the bucket is closed, and again after a late row until the next tick.
*/
create table public.metrics_agg (
    "window" public.metric_window not null,
    level public.metric_level not null,
    company_cnpj text collate "C",
    bucket timestamptz not null,
    service text collate "C",
    endpoint text collate "C",
    count bigint not null,
    errors bigint not null,         -- 5xx and no answer
    errors_4xx bigint not null,
    latency_sum_ms bigint not null,
    latency_max_ms integer not null,
    sketch bigint [] not null,
    p50_ms real,
    p95_ms real,
    error_rate double precision generated always as (errors::double precision / count) stored,
    error_rate_4xx double precision
    generated always as (errors_4xx::double precision / count) stored
) partition by list ("window");

create table noc.metrics_agg_1m partition of public.metrics_agg
for values in ('1m') partition by range (bucket);
create table noc.metrics_agg_5m partition of public.metrics_agg
for values in ('5m') partition by range (bucket);
create table noc.metrics_agg_1h partition of public.metrics_agg
for values in ('1h') partition by range (bucket);

alter table noc.metrics_agg_1m enable row level security;
alter table noc.metrics_agg_5m enable row level security;
alter table noc.metrics_agg_1h enable row level security;

-- Column order: one contiguous range for a tenant's window, few hot leaf pages per tick.
create unique index metrics_agg_key on public.metrics_agg (
    "window", level, company_cnpj, bucket, service, endpoint
) nulls not distinct;
-- Finds the rows of one bucket for finalising; no index holds a column that changes, so
-- updates stay on their page (HOT).
create index metrics_agg_bucket_brin
on public.metrics_agg using brin (bucket) with (pages_per_range = 8);

insert into noc.partitioned_tables (parent, step, ahead, keep, fillfactor) values
('noc.metrics_agg_1m', '1 day', 3, '3 days', 50),
('noc.metrics_agg_5m', '7 days', 2, '14 days', 50),
('noc.metrics_agg_1h', '28 days', 2, '400 days', 50);

/* Tables that facts reached since the last announcement, per company (null: the platform). */
create table noc.touched (
    table_name text not null,
    company_cnpj text collate "C"
);

alter table noc.touched enable row level security;

/*
Consumes pending batches, at most `max_batches` of them, and merges their rows into
every window and level. Exactly once under crashes, late commits and rivals: a pending
row is visible exactly when its facts are, and is deleted in the transaction that
counts them. One caller at a time (noc.tick holds the lock). Gives {"rows", "cells",
"batches"}; what was reached goes to noc.touched.
*/
create function noc.roll_up(at timestamptz, max_batches integer default 100000)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_batches bigint;
    v_ids bigint [];
    v_first timestamptz;
    v_last timestamptz;
    v_rows bigint := 0;
    v_cells bigint := 0;
begin
    with taken as materialized (
        delete from noc.batch_pending as p
        where p.ledger_id <= (
            select max(q.ledger_id) from (
                select b.ledger_id from noc.batch_pending as b order by b.ledger_id limit max_batches
            ) as q
        )
        returning p.*
    ),

    marked as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct
            case t.kind when 'api_usage' then 'metrics_agg' else t.kind end, t.company_cnpj
        from taken as t
    )

    select
        count(*), array_agg(t.ledger_id) filter (where t.kind = 'api_usage'), min(t.first_at),
        max(t.last_at)
    into v_batches, v_ids, v_first, v_last
    from taken as t;

    if v_ids is not null then
        select m.rows, m.cells into v_rows, v_cells
        from noc.merge_batches(v_ids, v_first, v_last) as m;
    end if;
    return jsonb_build_object(
        'rows', v_rows, 'cells', v_cells, 'batches', v_batches
    );
end;
$$;

/* Buckets with rows whose percentiles are to be filled once they close. */
create table noc.unfinished_buckets (
    "window" public.metric_window not null,
    bucket timestamptz not null,
    primary key ("window", bucket)
);

alter table noc.unfinished_buckets enable row level security;

/*
Adds the rows of the named batches to metrics_agg. Only rows with first_at <= timestamp
<= last_at are looked for, which prunes partitions. 5m and 1h deltas are made of the 1m
delta, not of the raw rows again; the global one of the endpoints'. Sorting is off: the
planner cannot know how many groups there are, and hashing is three times faster.
*/
create function noc.merge_batches(ledger_ids bigint [], first_at timestamptz, last_at timestamptz)
returns table (rows bigint, cells bigint)
language sql
rows 1
set search_path = ''
set enable_sort = off
as $$
    with raw as materialized (
        select
            date_bin('1 min', u."timestamp", '2000-01-01') as bucket, u.company_cnpj, u.service,
            u.endpoint, noc.sketch_key(u.latency_ms) as key,
            count(*) as n,
            count(*) filter (where u.status >= 500 or u.status = 0) as errors,
            count(*) filter (where u.status between 400 and 499) as errors_4xx,
            sum(u.latency_ms) as latency_sum, max(u.latency_ms) as latency_max
        from public.api_usage as u
        where u.batch_id = any(ledger_ids) and u."timestamp" between first_at and last_at
        group by 1, 2, 3, 4, 5
    ),

    cell as materialized (
        select
            r.bucket, r.company_cnpj, r.service, r.endpoint, noc.total(r.n) as n,
            noc.total(r.errors) as errors, noc.total(r.errors_4xx) as errors_4xx,
            noc.total(r.latency_sum) as latency_sum, max(r.latency_max) as latency_max,
            array_agg(r.key << 40 | r.n) as sketch
        from raw as r
        group by 1, 2, 3, 4
    ),

    endpoint_keys as materialized (
        select r.bucket, r.service, r.endpoint, r.key, noc.total(r.n) as n
        from raw as r group by 1, 2, 3, 4
    ),

    -- Sketches of the marginals; a service's keeps its endpoints' entries apart, which is legal.
    sketches as (
        select
            'service'::public.metric_level as level, r.bucket, r.company_cnpj, r.service,
            null as endpoint, array_agg(r.key << 40 | r.n) as sketch
        from raw as r group by 2, 3, 4
        union all
        select 'company', q.bucket, q.company_cnpj, null, null, array_agg(q.key << 40 | q.n)
        from (
            select r.bucket, r.company_cnpj, r.key, noc.total(r.n) as n from raw as r group by 1, 2, 3
        ) as q
        group by q.bucket, q.company_cnpj
        union all
        select 'endpoint', k.bucket, null, k.service, k.endpoint, array_agg(k.key << 40 | k.n)
        from endpoint_keys as k group by k.bucket, k.service, k.endpoint
        union all
        select 'global', q.bucket, null, null, null, array_agg(q.key << 40 | q.n)
        from (
            select k.bucket, k.key, noc.total(k.n) as n from endpoint_keys as k group by 1, 2
        ) as q
        group by q.bucket
    ),

    counters as (
        select
            case grouping(c.company_cnpj, c.service, c.endpoint)
                when 1 then 'service' when 3 then 'company' when 4 then 'endpoint' else 'global'
            end::public.metric_level as level,
            c.bucket, c.company_cnpj, c.service, c.endpoint, noc.total(c.n) as n,
            noc.total(c.errors) as errors, noc.total(c.errors_4xx) as errors_4xx,
            noc.total(c.latency_sum) as latency_sum, max(c.latency_max) as latency_max
        from cell as c
        group by grouping sets (
            (c.bucket, c.company_cnpj, c.service), (c.bucket, c.company_cnpj),
            (c.bucket, c.service, c.endpoint), (c.bucket)
        )
    ),

    minute as materialized (
        select
            'cell'::public.metric_level as level, c.bucket, c.company_cnpj, c.service, c.endpoint,
            c.n, c.errors, c.errors_4xx, c.latency_sum, c.latency_max, c.sketch
        from cell as c
        union all
        select
            k.level, k.bucket, k.company_cnpj, k.service, k.endpoint, k.n, k.errors, k.errors_4xx,
            k.latency_sum, k.latency_max, s.sketch
        from counters as k
        inner join sketches as s
            on s.level = k.level and s.bucket = k.bucket
            and coalesce(s.company_cnpj, '') = coalesce(k.company_cnpj, '')
            and coalesce(s.service, '') = coalesce(k.service, '')
            and coalesce(s.endpoint, '') = coalesce(k.endpoint, '')
    ),

    delta as materialized (
        select
            '1m'::public.metric_window as win, m.level, m.bucket, m.company_cnpj, m.service,
            m.endpoint, m.n, m.errors, m.errors_4xx, m.latency_sum, m.latency_max, m.sketch
        from minute as m
        union all
        select
            w.win, m.level, date_bin(w.step, m.bucket, '2000-01-01'), m.company_cnpj, m.service,
            m.endpoint, noc.total(m.n), noc.total(m.errors), noc.total(m.errors_4xx),
            noc.total(m.latency_sum), max(m.latency_max), noc.sketch_concat(m.sketch)
        from minute as m
        cross join (
            values ('5m'::public.metric_window, interval '5 min'), ('1h', interval '1 hour')
        ) as w (win, step)
        group by 1, 2, 3, 4, 5, 6
    ),

    marked as (
        insert into noc.unfinished_buckets ("window", bucket)
        select distinct d.win, d.bucket from delta as d
        on conflict do nothing
    ),

    merged as (
        insert into public.metrics_agg as a (
            "window", level, company_cnpj, bucket, service, endpoint, count, errors, errors_4xx,
            latency_sum_ms, latency_max_ms, sketch
        )
        select
            d.win, d.level, d.company_cnpj, d.bucket, d.service, d.endpoint, d.n, d.errors,
            d.errors_4xx, d.latency_sum, d.latency_max, d.sketch
        from delta as d
        on conflict ("window", level, company_cnpj, bucket, service, endpoint) do update
        set
            count = a.count + excluded.count,
            errors = a.errors + excluded.errors,
            errors_4xx = a.errors_4xx + excluded.errors_4xx,
            latency_sum_ms = a.latency_sum_ms + excluded.latency_sum_ms,
            latency_max_ms = greatest(a.latency_max_ms, excluded.latency_max_ms),
            sketch = noc.sketch_add(a.sketch, excluded.sketch),
            p50_ms = null,
            p95_ms = null
        returning 1
    )

    select (select coalesce(sum(r.n), 0)::bigint from raw as r), (select count(*) from merged)
$$;

/*
Fills p50_ms and p95_ms of the buckets that have closed by `at`. Gives how many rows.
Leaf by leaf, so that each row is found again by its ctid.
*/
create function noc.finalise(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_leaf regclass;
    v_buckets timestamptz [];
    v_filled bigint;
    v_total bigint := 0;
begin
    for v_leaf, v_buckets in
        with closed as (
            delete from noc.unfinished_buckets as u
            where u.bucket + u."window"::text::interval <= at
            returning u."window", u.bucket
        )

        select b.leaf, array_agg(c.bucket)
        from closed as c
        cross join lateral noc.partition_bounds(
            format('noc.metrics_agg_%s', c."window")::regclass
        ) as b
        where c.bucket >= b.lower_bound and c.bucket < b.upper_bound
        group by b.leaf
    loop
        execute format(
            $sql$
            update %1$s as m set p50_ms = c.q[1], p95_ms = c.q[2]
            from (
                select u.ctid as row, noc.sketch_quantiles(u.sketch, '{0.5,0.95}') as q
                from unnest($1) as b (bucket)
                inner join %1$s as u on u.bucket = b.bucket
                where u.p95_ms is null
                offset 0
            ) as c
            where m.ctid = c.row
            $sql$, v_leaf
        ) using v_buckets;
        get diagnostics v_filled = row_count;
        v_total := v_total + v_filled;
    end loop;
    return v_total;
end;
$$;
