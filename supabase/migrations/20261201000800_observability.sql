-- The NOC watches itself: workers' heartbeats and the database's vital signs.

/*
Workers whose silence is an alert. health is expected from the beginning; any other from
its first heartbeat on, until its row is removed.
*/
create table noc.expected_workers (
    worker text collate "C" primary key check (worker ~ '^[a-z][a-z0-9_-]{0,39}$'),
    expected_since timestamptz not null default now()
);

alter table noc.expected_workers enable row level security;
insert into noc.expected_workers (worker) values ('health');

/* The last sign of life of each running copy of a worker; received_at is the database's clock. */
create table noc.worker_heartbeats (
    worker text collate "C" not null references noc.expected_workers (worker) on delete cascade,
    instance text collate "C" not null check (length(instance) between 1 and 120),
    received_at timestamptz not null,
    skew_s double precision not null,   -- database's clock less the worker's
    status jsonb not null default '{}',
    primary key (worker, instance)
);

alter table noc.worker_heartbeats enable row level security;

/*
Takes a heartbeat; `sent_at` is the worker's clock, `skew_s` what it measured by earlier answers,
half of their way taken off (null: nothing yet, so the way of this one is in it). A status with
`stopped` is the last of a copy that goes away by itself. Gives the clock, the engine's clock, the
age of every worker's last sign, so that workers can watch the engine and each other, and who is
cut off. Raises PT400 worker | instance | at | status | skew_s.
*/
create function noc.heartbeat(
    worker text, instance text, sent_at timestamptz, status jsonb,
    at timestamptz default clock_timestamp(), skew_s double precision default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    if coalesce(worker !~ '^[a-z][a-z0-9_-]{0,39}$', true) then
        perform noc.fail('PT400', 'worker', 'worker: must be a name of 1 to 40 of a-z 0-9 _ -');
    end if;
    if coalesce(length(instance), 0) not between 1 and 120 then
        perform noc.fail('PT400', 'instance', 'instance: must have 1 to 120 characters');
    end if;
    if sent_at is null then
        perform noc.fail('PT400', 'at', 'at: must be the instant of the worker''s clock');
    end if;
    if jsonb_typeof(status) <> 'object' or length(status::text) > 4000 then
        perform noc.fail('PT400', 'status', 'status: must be an object of at most 4000 characters');
    end if;

    if not skew_s between -1e9 and 1e9 then
        perform noc.fail('PT400', 'skew_s', 'skew_s: must be seconds');
    end if;

    insert into noc.expected_workers (worker, expected_since)
    values (heartbeat.worker, heartbeat.at)
    on conflict do nothing;
    insert into noc.worker_heartbeats as h (worker, instance, received_at, skew_s, status)
    values (
        heartbeat.worker, heartbeat.instance, heartbeat.at,
        coalesce(heartbeat.skew_s, extract(epoch from heartbeat.at - sent_at)), coalesce(heartbeat.status, '{}')
    )
    on conflict on constraint worker_heartbeats_pkey do update
    set received_at = excluded.received_at, skew_s = excluded.skew_s, status = excluded.status;

    return jsonb_build_object(
        'server_time', at, 'tick_at', noc.tick_at(), 'workers', noc.workers_as_json(at),
        'cut_off', noc.cut_off_json('{*}')
    );
end;
$$;

/* Every copy heard of in the last day, the freshest first. */
create function noc.workers_as_json(at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'worker', h.worker, 'instance', h.instance,
        'age_s', round(extract(epoch from at - h.received_at)::numeric, 1)
    ) order by h.received_at desc), '[]')
    from noc.worker_heartbeats as h
    where h.received_at > at - interval '1 day'
$$;

/*
The copies of the last day that did not go away by themselves, by name: [{"worker", "instance",
"age_s", "silent": for more than a minute, "skew_s"}]. One that is silent among others is seen
here; an alert opens when none of a worker speaks.
*/
create function noc.copies_as_json(at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'worker', h.worker, 'instance', h.instance,
        'age_s', round(extract(epoch from at - h.received_at)::numeric, 1),
        'silent', h.received_at < at - interval '1 minute',
        'skew_s', round(h.skew_s::numeric, 3)
    ) order by h.worker, h.instance), '[]')
    from noc.worker_heartbeats as h
    where h.received_at > at - interval '1 day' and not h.status ? 'stopped'
$$;

create function public.noc_heartbeat(
    worker text, instance text, at timestamptz, status jsonb default null,
    skew_s double precision default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.heartbeat(worker, instance, at, status, clock_timestamp(), skew_s);
end;

/* The database's vital signs, one row a minute; counters run since the server's last reset. */
create table noc.database_samples (
    sampled_at timestamptz primary key,
    connections integer not null,
    connections_limit integer not null,     -- those open to others than superusers
    longest_transaction_s double precision not null,
    blocked_sessions integer not null,
    blocks_hit bigint not null,
    blocks_read bigint not null,
    cache_hit_ratio double precision,       -- since the sample before; null: nothing was read
    deadlocks_total bigint not null,
    size_bytes bigint not null,
    oldest_xid_age bigint not null,
    partitions_ahead integer,
    ingest_backlog bigint not null          -- batches that no tick has consumed
);

alter table noc.database_samples enable row level security;
