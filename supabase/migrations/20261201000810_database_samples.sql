-- Taking and reading the database's vital signs, and the measurements made of them.

/*
Share of block reads served from memory between two counts, 0..1. Null when nothing was
read; a count below the one before was reset, and then counts from zero.
*/
create function noc.hit_ratio(
    hit bigint, read bigint, hit_before bigint, read_before bigint
)
returns double precision
language sql
immutable
set search_path = ''
as $$
    select d.hit::double precision / nullif(d.hit + d.read, 0)
    from (
        select
            hit - case when hit >= hit_before then hit_before else 0 end as hit,
            read - case when read >= read_before then read_before else 0 end as read
    ) as d
$$;

/*
Takes one sample, labelled `at`; a second one of the same instant changes nothing.
Transactions of this session (the tick itself), of autovacuum and of walsenders are not
counted as long. Needs pg_monitor, which postgres has, to see other roles' sessions.
*/
create function noc.sample_database(at timestamptz)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    with sessions as (
        select
            count(*)::integer as connections,
            coalesce(max(extract(epoch from clock_timestamp() - a.xact_start))
                filter (where a.pid <> pg_backend_pid()), 0) as longest_transaction_s,
            count(*) filter (
                where a.wait_event_type = 'Lock' and cardinality(pg_blocking_pids(a.pid)) > 0
            )::integer as blocked_sessions
        from pg_catalog.pg_stat_activity as a
        where a.backend_type = 'client backend'
    ),

    counters as (
        select d.blks_hit, d.blks_read, d.deadlocks, age(b.datfrozenxid)::bigint as oldest_xid_age
        from pg_catalog.pg_stat_database as d
        inner join pg_catalog.pg_database as b on b.oid = d.datid
        where d.datname = current_database()
    ),

    previous as (
        select s.blocks_hit, s.blocks_read
        from noc.database_samples as s
        where s.sampled_at < at
        order by s.sampled_at desc
        limit 1
    ),

    taken as (
        insert into noc.database_samples as s (
            sampled_at, connections, connections_limit, longest_transaction_s, blocked_sessions,
            blocks_hit, blocks_read, cache_hit_ratio, deadlocks_total, size_bytes, oldest_xid_age,
            partitions_ahead, ingest_backlog
        )
        select
            at, n.connections,
            current_setting('max_connections')::integer
            - current_setting('superuser_reserved_connections')::integer,
            n.longest_transaction_s, n.blocked_sessions, c.blks_hit, c.blks_read,
            noc.hit_ratio(c.blks_hit, c.blks_read, p.blocks_hit, p.blocks_read),
            c.deadlocks, pg_database_size(current_database()), c.oldest_xid_age,
            noc.partitions_ahead(at), (select count(*) from noc.batch_pending)
        from sessions as n
        cross join counters as c
        left join previous as p on true
        on conflict (sampled_at) do nothing
        returning s.connections, s.size_bytes
    )

    select coalesce(
        (
            select jsonb_build_object('connections', t.connections, 'size_bytes', t.size_bytes)
            from taken as t
        ),
        '{}'
    )
$$;

/*
The newest sample as the overview shows it, with the deadlocks of the last 24 h and the
growth per day over the stored part of them (null below one hour). Null before the first
sample. Who may see it is the caller's to check.
*/
create function noc.database_state(at timestamptz)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'sampled_at', s.sampled_at, 'connections', s.connections,
        'connections_limit', s.connections_limit,
        'longest_transaction_s', round(s.longest_transaction_s::numeric, 1),
        'blocked_sessions', s.blocked_sessions, 'cache_hit_ratio', s.cache_hit_ratio,
        'deadlocks', s.deadlocks_total
        - case when s.deadlocks_total >= b.deadlocks_total then b.deadlocks_total else 0 end,
        'size_bytes', s.size_bytes,
        'growth_bytes_per_day', case
            when s.sampled_at - b.sampled_at >= interval '1 hour' then round(
                (s.size_bytes - b.size_bytes) * 86400
                / extract(epoch from s.sampled_at - b.sampled_at)
            )
        end,
        'oldest_xid_age', s.oldest_xid_age, 'partitions_ahead', s.partitions_ahead,
        'ingest_backlog', s.ingest_backlog
    )
    from (
        select d.* from noc.database_samples as d
        where d.sampled_at <= at
        order by d.sampled_at desc
        limit 1
    ) as s
    cross join lateral (
        select d.* from noc.database_samples as d
        where d.sampled_at between s.sampled_at - interval '24 hours' and s.sampled_at
        order by d.sampled_at
        limit 1
    ) as b
$$;

/*
A metric of the platform as a sample shows it, with the oldest sample of the hour and of the day
before it. Null for what a sample does not hold, and for a growth over less than an hour.
*/
create function noc.sampled_value(
    metric text, sample noc.database_samples, of_hour noc.database_samples,
    of_day noc.database_samples
)
returns double precision
language sql
immutable
set search_path = ''
as $$
    select case metric
        when 'connections_ratio'
            then (sample).connections::double precision / (sample).connections_limit
        when 'longest_transaction_s' then (sample).longest_transaction_s
        when 'partitions_ahead' then (sample).partitions_ahead
        when 'blocked_sessions' then (sample).blocked_sessions
        when 'cache_hit_ratio' then (sample).cache_hit_ratio
        when 'oldest_xid_age' then (sample).oldest_xid_age
        when 'ingest_backlog' then (sample).ingest_backlog
        when 'deadlocks' then (sample).deadlocks_total - case
            when (sample).deadlocks_total >= (of_hour).deadlocks_total
                then (of_hour).deadlocks_total
            else 0
        end
        when 'growth_bytes_per_day' then case
            when (sample).sampled_at - (of_day).sampled_at >= interval '1 hour'
                then ((sample).size_bytes - (of_day).size_bytes) * 86400
                    / extract(epoch from (sample).sampled_at - (of_day).sampled_at)
        end
    end
$$;

/*
Age of every expected worker's freshest sign of life, one never heard of counted from
when it was expected; how far the worst clock of its living copies is off, null when none
lives; how long each provider, or the longest of its companies, is cut off, 0 when it is not;
and the newest sample's figures, null when older than 3 minutes.
*/
create function noc.measure_platform(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 20
set search_path = ''
as $$
    select (
        'heartbeat_age_s', null, null, 'worker:' || w.worker, null,
        extract(epoch from at - coalesce(max(h.received_at), w.expected_since)),
        null, coalesce(max(h.received_at), w.expected_since), null, null
    )::noc.measurement
    from noc.expected_workers as w
    left join noc.worker_heartbeats as h on h.worker = w.worker
    group by w.worker
    union all
    select (
        'clock_skew_s', null, null, 'worker:' || h.worker, null,
        max(abs(h.skew_s)) filter (
            where h.received_at >= at - interval '1 minute' and not h.status ? 'stopped'
        ),
        null, null, null, null
    )::noc.measurement
    from noc.worker_heartbeats as h
    group by h.worker
    union all
    select (
        'cut_off_s', null, null, 'provider:' || b.provider, null,
        coalesce(extract(epoch from at - min(b.opened_at)), 0), null, min(b.opened_at), null, null
    )::noc.measurement
    from noc.breakers as b
    group by b.provider
    union all
    select (
        k.metric, null, 'supabase:postgres', null, null,
        case
            when (s.taken).sampled_at >= at - interval '3 minutes'
                then noc.sampled_value(k.metric, s.taken, h.taken, y.taken)
        end,
        null, null, null, null
    )::noc.measurement
    from (
        select d as taken from noc.database_samples as d
        where d.sampled_at <= at
        order by d.sampled_at desc
        limit 1
    ) as s
    -- The oldest of the last hour, and of the last day.
    left join lateral (
        select d as taken from noc.database_samples as d
        where d.sampled_at between (s.taken).sampled_at - interval '1 hour'
            and (s.taken).sampled_at
        order by d.sampled_at
        limit 1
    ) as h on true
    left join lateral (
        select d as taken from noc.database_samples as d
        where d.sampled_at between (s.taken).sampled_at - interval '1 day'
            and (s.taken).sampled_at
        order by d.sampled_at
        limit 1
    ) as y on true
    inner join noc.rule_metrics as k on k.history = 'samples'
$$;
