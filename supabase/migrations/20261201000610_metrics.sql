-- Facts -> summary. metrics_agg holds each window at five levels. noc.roll_up consumes the
-- ledger's pending batches exactly once into 1m rows; noc.close_windows makes 5m, 30m, 1h and
-- 6h rows when their bucket has closed; noc.finalise fills p50/p95 of closed buckets.

/*
Null company at cell, service and company level: the platform's own traffic; at
endpoint and global level: everything. Rates are ratios of `count`. p50_ms and p95_ms
are null until the bucket is closed, and again after a late row until the next tick. A
coarse row exists from the first tick after its bucket closed; what is open is read from the
finer rows (noc.metric_rows). 30m serves what lies off the hour, 6h the figure of a day or a
week: both merge sketches, and so cost what these are in number. No cell has a 6h row.
*/
create table public.metrics_agg (
    -- Texts, not enums: only a leakproof comparison (text has one) may use the index under RLS.
    "window" text collate "C" not null,
    level text collate "C" not null,
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
    generated always as (errors_4xx::double precision / count) stored,
    constraint metrics_agg_level
    check (level in ('cell', 'service', 'company', 'endpoint', 'global'))
) partition by list ("window");

create table noc.metrics_agg_1m partition of public.metrics_agg
for values in ('1m') partition by range (bucket);
create table noc.metrics_agg_5m partition of public.metrics_agg
for values in ('5m') partition by range (bucket);
create table noc.metrics_agg_30m partition of public.metrics_agg
for values in ('30m') partition by range (bucket);
create table noc.metrics_agg_1h partition of public.metrics_agg
for values in ('1h') partition by range (bucket);
create table noc.metrics_agg_6h partition of public.metrics_agg
for values in ('6h') partition by range (bucket);

alter table noc.metrics_agg_1m enable row level security;
alter table noc.metrics_agg_5m enable row level security;
alter table noc.metrics_agg_30m enable row level security;
alter table noc.metrics_agg_1h enable row level security;
alter table noc.metrics_agg_6h enable row level security;

-- Column order: one contiguous range for a tenant's window, few hot leaf pages per tick.
create unique index metrics_agg_key on public.metrics_agg (
    "window", level, company_cnpj, bucket, service, endpoint
) nulls not distinct;
-- Finds the rows of one bucket for finalising; no index holds a column that changes, so
-- updates stay on their page (HOT).
create index metrics_agg_bucket_brin
on public.metrics_agg using brin (bucket) with (pages_per_range = 8);

-- Half a page free for updates on the same page; sketches stay inline and uncompressed, since
-- every tick would unpack and pack them again.
-- A month of 5m, for what a rule would have opened in it (noc.backtest_rule).
insert into noc.partitioned_tables (parent, step, ahead, keep, storage) values
('noc.metrics_agg_1m', '1 day', 3, '3 days', 'fillfactor = 50, toast_tuple_target = 8160'),
('noc.metrics_agg_5m', '7 days', 2, '35 days', 'fillfactor = 50, toast_tuple_target = 8160'),
('noc.metrics_agg_30m', '7 days', 2, '35 days', 'fillfactor = 50, toast_tuple_target = 8160'),
('noc.metrics_agg_1h', '28 days', 2, '400 days', 'fillfactor = 50, toast_tuple_target = 8160'),
('noc.metrics_agg_6h', '28 days', 2, '400 days', 'fillfactor = 50, toast_tuple_target = 8160');

/*
The windows that are made of a finer one, once, when their bucket closes: two thirds of a
tick's writes would be theirs if they were kept live. Every bucket that ended by
`closed_to` is made; rows that come later for it are merged into it by noc.roll_up.
*/
create table noc.coarse_windows (
    "window" text collate "C" primary key,
    finer text collate "C" not null,
    step interval not null,
    cells boolean not null,         -- whether it holds cells beside the marginals
    closed_to timestamptz not null default '-infinity'
);

insert into noc.coarse_windows ("window", finer, step, cells) values
('5m', '1m', '5 minutes', true), ('30m', '5m', '30 minutes', true),
('1h', '30m', '1 hour', true), ('6h', '1h', '6 hours', false);

alter table noc.coarse_windows enable row level security;

/* Tables that facts reached since the last announcement, per company (null: the platform). */
create table noc.touched (
    table_name text not null,
    company_cnpj text collate "C"
);

alter table noc.touched enable row level security;

/*
Consumes pending batches, at most about `max_batches` of them (2,000 hold up to 2 M calls:
a backlog is worked off over several ticks, not in one), and merges their rows into
every level of every window that is made by now. Exactly once under crashes, late
commits and rivals: a pending row is visible exactly when its facts are, and is deleted
in the transaction that counts them. One caller at a time (noc.tick holds the lock).
Gives {"rows", "cells", "batches"}; what was reached goes to noc.touched.
*/
create function noc.roll_up(at timestamptz, max_batches integer default 2000)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_batches bigint;
    v_calls noc.batch_pending [];
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

    select count(*), array_agg(t.*::noc.batch_pending) filter (where t.kind = 'api_usage')
    into v_batches, v_calls
    from taken as t;

    if v_calls is not null then
        perform noc.summarise_calls(min(c.first_at), max(c.last_at)) from unnest(v_calls) as c;
        select m.rows, m.cells into v_rows, v_cells from noc.merge_batches(v_calls) as m;
    end if;
    return jsonb_build_object(
        'rows', v_rows, 'cells', v_cells, 'batches', v_batches
    );
end;
$$;

/* Buckets with rows whose percentiles are to be filled once they close. */
create table noc.unfinished_buckets (
    "window" text collate "C" not null,
    bucket timestamptz not null,
    primary key ("window", bucket)
);

alter table noc.unfinished_buckets enable row level security;

/*
Enters the new pages of api_usage between two instants in its BRIN index, without which
they are all read by whoever looks for a batch. A leaf under vacuum is left to the vacuum,
which does the same: waiting for it would end it.
*/
create function noc.summarise_calls(first_at timestamptz, last_at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
    select brin_summarize_new_values(i.indexrelid)
    from noc.partition_bounds('public.api_usage') as b
    inner join pg_catalog.pg_index as i on i.indrelid = b.leaf
    inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
    inner join pg_catalog.pg_am as m on m.oid = c.relam and m.amname = 'brin'
    where b.lower_bound <= last_at and b.upper_bound > first_at
        and not exists (
            select from pg_catalog.pg_locks as l
            where l.relation = b.leaf
                and l.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
        )
$$;

/*
Adds the rows of the batches to metrics_agg. They are looked up by neighbouring ids, which
lie in neighbouring pages, within the span of their instants, which prunes partitions: a
few late rows cost about their own number, not that of their minute. A batch counts once,
whatever number of pending rows it has. What belongs to a closed coarser bucket goes into
that too.
Sorting is off: the planner cannot know how many groups there are, and hashing is three
times faster; so are scans of whole leaves; jit, because that makes plans look dear. plpgsql
for its plan cache: planning costs as much as a hundred late rows.
*/
create function noc.merge_batches(batches noc.batch_pending [])
returns table (rows bigint, cells bigint)
language plpgsql
rows 1
set search_path = ''
set jit = off
set enable_sort = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    with neighbours as (
        select
            min(p.ledger_id) as first_id, max(p.ledger_id) as last_id,
            count(distinct p.ledger_id) > max(p.ledger_id) - min(p.ledger_id) as complete,
            min(p.first_at) as first_at, max(p.last_at) as last_at
        from unnest(batches) as p
        group by p.ledger_id / 256
    ),

    cell as materialized (
        select
            date_bin('1 min', u."timestamp", '2000-01-01 00:00+00') as bucket, u.company_cnpj, u.service,
            u.endpoint, count(*) as n,
            count(*) filter (where u.status >= 500 or u.status = 0) as errors,
            count(*) filter (where u.status between 400 and 499) as errors_4xx,
            sum(u.latency_ms) as latency_sum, max(u.latency_ms) as latency_max,
            array_agg(noc.sketch_entry(noc.sketch_key(u.latency_ms), 1)) as sketch
        from neighbours as b
        cross join lateral (
            select
                a."timestamp", a.company_cnpj, a.service, a.endpoint, a.latency_ms, a.status,
                a.batch_id
            from public.api_usage as a
            where a.batch_id between b.first_id and b.last_id
                and a."timestamp" between b.first_at and b.last_at
            offset 0
        ) as u
        where b.complete or u.batch_id in (select p.ledger_id from unnest(batches) as p)
        group by 1, 2, 3, 4
    ),

    -- A marginal is made of the level below it, so no level reads more entries than it must.
    service as materialized (
        select
            c.bucket, c.company_cnpj, c.service, noc.total(c.n) as n,
            noc.total(c.errors) as errors, noc.total(c.errors_4xx) as errors_4xx,
            noc.total(c.latency_sum) as latency_sum, max(c.latency_max) as latency_max,
            noc.sketch_concat(c.sketch) as sketch
        from cell as c group by 1, 2, 3
    ),

    endpoint as materialized (
        select
            c.bucket, c.service, c.endpoint, noc.total(c.n) as n,
            noc.total(c.errors) as errors, noc.total(c.errors_4xx) as errors_4xx,
            noc.total(c.latency_sum) as latency_sum, max(c.latency_max) as latency_max,
            noc.sketch_trim(noc.sketch_concat(c.sketch)) as sketch
        from cell as c group by 1, 2, 3
    ),

    minute as materialized (
        select
            'cell' as level, c.bucket, c.company_cnpj, c.service, c.endpoint, c.n, c.errors,
            c.errors_4xx, c.latency_sum, c.latency_max, noc.sketch_trim(c.sketch) as sketch
        from cell as c
        union all
        select
            'service', s.bucket, s.company_cnpj, s.service, null, s.n, s.errors, s.errors_4xx,
            s.latency_sum, s.latency_max, noc.sketch_trim(s.sketch)
        from service as s
        union all
        select
            'company', s.bucket, s.company_cnpj, null, null, noc.total(s.n), noc.total(s.errors),
            noc.total(s.errors_4xx), noc.total(s.latency_sum), max(s.latency_max),
            noc.sketch_trim(noc.sketch_concat(s.sketch))
        from service as s group by 2, 3
        union all
        select
            'endpoint', e.bucket, null, e.service, e.endpoint, e.n, e.errors, e.errors_4xx,
            e.latency_sum, e.latency_max, e.sketch
        from endpoint as e
        union all
        select
            'global', e.bucket, null, null, null, noc.total(e.n), noc.total(e.errors),
            noc.total(e.errors_4xx), noc.total(e.latency_sum), max(e.latency_max),
            noc.sketch_trim(noc.sketch_concat(e.sketch))
        from endpoint as e group by 2
    ),

    delta as materialized (
        select
            '1m' as win, m.level, m.bucket, m.company_cnpj, m.service, m.endpoint, m.n, m.errors,
            m.errors_4xx, m.latency_sum, m.latency_max, m.sketch
        from minute as m
        union all
        select
            w."window", m.level, date_bin(w.step, m.bucket, '2000-01-01 00:00+00'), m.company_cnpj,
            m.service, m.endpoint, noc.total(m.n), noc.total(m.errors), noc.total(m.errors_4xx),
            noc.total(m.latency_sum), max(m.latency_max), noc.sketch_concat(m.sketch)
        from minute as m
        inner join noc.coarse_windows as w
            on w.closed_to > m.bucket and (w.cells or m.level <> 'cell')
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

    select (select coalesce(sum(c.n), 0)::bigint from cell as c), (select count(*) from merged);
end;
$$;

/*
Makes the rows of every coarser bucket that has closed by `at` from the finer rows.
Gives how many rows.
*/
create function noc.close_windows(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
set jit = off
set enable_sort = off
as $$
declare
    v_window noc.coarse_windows;
    v_closed_to timestamptz;
    v_made bigint;
    v_total bigint := 0;
begin
    for v_window in select w.* from noc.coarse_windows as w order by w.step loop
        v_closed_to := date_bin(v_window.step, at, '2000-01-01 00:00+00');
        continue when v_closed_to <= v_window.closed_to;

        with made as (
            insert into public.metrics_agg (
                "window", level, company_cnpj, bucket, service, endpoint, count, errors,
                errors_4xx, latency_sum_ms, latency_max_ms, sketch
            )
            select
                v_window."window", m.level, m.company_cnpj,
                date_bin(v_window.step, m.bucket, '2000-01-01 00:00+00'), m.service, m.endpoint,
                noc.total(m.count), noc.total(m.errors), noc.total(m.errors_4xx),
                noc.total(m.latency_sum_ms), max(m.latency_max_ms),
                noc.sketch_trim(noc.sketch_concat(m.sketch))
            from public.metrics_agg as m
            where m."window" = v_window.finer
                and m.bucket >= v_window.closed_to and m.bucket < v_closed_to
                and (v_window.cells or m.level <> 'cell')
            group by 2, 3, 4, 5, 6
            -- A company's rows on neighbouring pages: its readers touch a tenth of the pages.
            order by 2, 3, 4
            returning bucket
        ),

        marked as (
            insert into noc.unfinished_buckets ("window", bucket)
            select distinct v_window."window", m.bucket from made as m
            on conflict do nothing
        )

        select count(*) into v_made from made;
        v_total := v_total + v_made;
        update noc.coarse_windows as w set closed_to = v_closed_to
        where w."window" = v_window."window";
    end loop;
    return v_total;
end;
$$;

/*
Fills p50_ms and p95_ms of the buckets that have closed by `at`, as noc.sketch_quantiles
would: an entry begins with its key, so entry order is key order. Gives how many rows.
Written out and leaf by leaf, which is twice as fast as calling it through the parent.
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
            where u.bucket + u."window"::interval <= at
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
            update %1$s as m
            set (p50_ms, p95_ms) = (
                select
                    noc.sketch_value(min(e.entry) filter (
                        where e.seen >= ceil(0.5::float8 * m.count)
                    ) >> 40),
                    noc.sketch_value(min(e.entry) filter (
                        where e.seen >= ceil(0.95::float8 * m.count)
                    ) >> 40)
                from (
                    select
                        x as entry,
                        noc.total(x & 1099511627775) over (order by x rows unbounded preceding)
                            as seen
                    from (select unnest(m.sketch) as x) as u
                ) as e
            )
            where m.bucket = any($1) and m.p95_ms is null
            $sql$, v_leaf
        ) using v_buckets;
        get diagnostics v_filled = row_count;
        v_total := v_total + v_filled;
    end loop;
    return v_total;
end;
$$;
