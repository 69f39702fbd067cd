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
    samples bigint,             -- null: not a matter of samples; 0 without a value: no calls
    since timestamptz,          -- when the value began to hold; null: not known, so now
    silent_s double precision,  -- since its source was last heard
    silent_limit_s integer      -- after which that is no data; null: its silence tells nothing
);

/* How long a source may be silent: 3 of its intervals, and never less than 3 ticks. */
create function noc.silent_limit(interval_s integer)
returns integer
language sql
immutable
set search_path = ''
as $$
    select greatest(3 * interval_s, 30)
$$;

/*
The value of a traffic metric from what a window of `over_s` seconds sums up. p95 is not a
sum: null. Null without calls, but for the number of calls itself.
*/
create function noc.traffic_value(
    metric text, count double precision, errors double precision, errors_4xx double precision,
    latency_sum_ms double precision, over_s integer
)
returns double precision
language sql
immutable
parallel safe
as $$
    select case metric
        when 'error_rate' then errors / nullif(count, 0)
        when 'error_rate_4xx' then errors_4xx / nullif(count, 0)
        when 'error_rate_all' then (errors + errors_4xx) / nullif(count, 0)
        when 'mean_ms' then latency_sum_ms / nullif(count, 0)
        when 'throughput_low' then coalesce(count, 0) * 60 / over_s
        when 'throughput_high' then coalesce(count, 0) * 60 / over_s
    end
$$;

/*
p95 in ms of one company's calls to one service in the buckets from `first` to `last` of one
resolution (1m, 5m), merged from their sketches, within 1 % of percentile_disc and never above
the largest latency. company null: the platform's own calls. Null without calls.
The sketch is read from its top, since only a twentieth of the calls lies above a p95.
*/
create function noc.service_p95(
    company_cnpj text, service text, first timestamptz, last timestamptz,
    resolution text default '1m'
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
        where m."window" = service_p95.resolution
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
        where m."window" = service_p95.resolution
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
When each source of calls was last heard: the keys that may send a company's calls to a
service, and for the platform's own the collector too, which lives without calls. plpgsql:
heartbeats are made by a later migration.
*/
create function noc.traffic_heard()
returns table (company_cnpj text, service text, heard_at timestamptz)
language plpgsql
stable
rows 100
set search_path = ''
as $$
begin
    return query
    select
        k.company_cnpj, s.service, max(greatest(k.last_used_at, h.received_at))
    from noc.ingest_keys as k
    cross join lateral unnest(k.services) as s (service)
    left join noc.worker_heartbeats as h on h.worker = 'collect' and k.company_cnpj is null
    where k.revoked_at is null
    group by k.company_cnpj, s.service;
end;
$$;

/*
Calls per company and service over each rule's window: the 1m buckets that begin in it, the
open one included. Sketches are merged only where they matter: a quantile of a union never
exceeds the largest of its parts, so a cell whose minutes all lie below every limit cannot
be beyond one. Where there were no calls: samples 0 while a key of theirs is heard, null when
all are silent. Who called within a day is expected to: asked for a rule on few calls, and
for one that alerts on silence.
*/
create function noc.measure_traffic(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 100
set search_path = ''
as $$
    with asked as materialized (
        select
            r.metric, r.over_s, at - make_interval(secs => r.over_s) as first,
            r.comparator = 'below' as below, r.metric like 'throughput%' as counts,
            bool_or(r.no_data = 'alert') as alerts,
            case
                when r.comparator = 'below'
                    then max(coalesce(r.degraded_threshold, r.down_threshold))
                else min(coalesce(r.degraded_threshold, r.down_threshold))
            end as limit_value
        from public.noc_rules as r
        inner join noc.rule_metrics as k on k.metric = r.metric
        where r.enabled and k.family = 'traffic'
        group by r.metric, r.over_s, r.comparator
    ),

    windows as materialized (select distinct a.over_s, a.first from asked as a),

    -- One index probe per company: the key begins with the company, not with the bucket.
    minutes as (
        select
            m.company_cnpj, m.service, m.bucket, m.count, m.errors, m.errors_4xx,
            m.latency_sum_ms, coalesce(m.p95_ms, m.latency_max_ms * 1.0102) as p95_at_most
        from public.companies as c
        cross join lateral (
            select
                a.company_cnpj, a.service, a.bucket, a.count, a.errors, a.errors_4xx,
                a.latency_sum_ms, a.p95_ms, a.latency_max_ms
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
            a.company_cnpj, a.service, a.bucket, a.count, a.errors, a.errors_4xx,
            a.latency_sum_ms, coalesce(a.p95_ms, a.latency_max_ms * 1.0102)
        from public.metrics_agg as a
        where a."window" = '1m'
            and a.level = 'service'
            and a.company_cnpj is null
            and a.bucket between (select min(w.first) from windows as w) and at
    ),

    watched as (
        select distinct r.metric, s.company_cnpj, s.service
        from noc.rule_states as s
        inner join public.noc_rules as r on r.rule_id = s.rule_id
        inner join noc.rule_metrics as k on k.metric = r.metric and k.family = 'traffic'
        left join public.companies as c on c.company_cnpj = s.company_cnpj
        where coalesce(c.active, s.company_cnpj is null)
    ),

    expected as (
        select distinct c.company_cnpj, m.service
        from public.companies as c
        inner join public.metrics_agg as m
            on m."window" = '1h'
            and m.level = 'service'
            and m.company_cnpj = c.company_cnpj
            and m.bucket between at - interval '25 hours' and at
        where c.active and exists (
            select from asked as a where a.alerts or a.counts and a.below
        )
    ),

    -- All that is known of a target lies in one group, and nothing of this is joined: nobody
    -- knows how many there are, and a join that is planned for a few takes minutes for many.
    lines as (
        select
            m.*, null::text as watched, false as expected, null::timestamptz as heard_at
        from minutes as m
        union all
        select w.company_cnpj, w.service, at, null, null, null, null, null, w.metric, false, null
        from watched as w
        union all
        select e.company_cnpj, e.service, at, null, null, null, null, null, null, true, null
        from expected as e
        union all
        select h.company_cnpj, h.service, at, null, null, null, null, null, null, false, h.heard_at
        from noc.traffic_heard() as h
    ),

    -- samples null: no calls.
    cells as (
        select
            w.over_s, l.company_cnpj, l.service,
            nullif(noc.total(l.count), 0) as samples,
            noc.total(l.errors)::double precision as errors,
            noc.total(l.errors_4xx)::double precision as errors_4xx,
            noc.total(l.latency_sum_ms)::double precision as latency_sum_ms,
            max(l.p95_at_most) as p95_at_most,
            array_agg(l.watched) filter (where l.watched is not null) as watched,
            bool_or(l.expected) as expected,
            max(l.heard_at) as heard_at
        from windows as w
        inner join lines as l on l.bucket >= w.first
        group by w.over_s, l.company_cnpj, l.service
    ),

    found as (
        select
            a.metric, a.over_s, c.company_cnpj, c.service, a.first, a.counts, c.errors,
            c.errors_4xx, c.latency_sum_ms,
            extract(epoch from at - c.heard_at)::double precision as silent_s,
            coalesce(c.samples, case
                when at - c.heard_at <= make_interval(secs => noc.silent_limit(60)) then 0
            end) as samples
        from asked as a
        inner join cells as c on c.over_s = a.over_s
        where case
            when c.samples is null then false
            when a.metric = 'p95_ms' then c.p95_at_most > a.limit_value
            when a.below then noc.traffic_value(
                a.metric, c.samples, c.errors, c.errors_4xx, c.latency_sum_ms, a.over_s
            ) < a.limit_value
            else noc.traffic_value(
                a.metric, c.samples, c.errors, c.errors_4xx, c.latency_sum_ms, a.over_s
            ) > a.limit_value
        end
        or a.metric = any(c.watched)
        or c.expected and (a.alerts or a.counts and a.below)
    )

    select (
        f.metric, f.company_cnpj, f.service, null, f.over_s,
        case
            when f.samples is null then null
            when f.metric = 'p95_ms' and f.samples > 0
                then noc.service_p95(f.company_cnpj, f.service, f.first, at)
            else noc.traffic_value(
                f.metric, f.samples, f.errors, f.errors_4xx, f.latency_sum_ms, f.over_s
            )
        end,
        case when not f.counts or f.samples is null then f.samples end,
        null, f.silent_s, case when f.silent_s is not null then noc.silent_limit(60) end
    )::noc.measurement
    from found as f
$$;

/*
Messages that wait, the age of the oldest, those that failed in each rule's window, and those
that died in the last day and still are dead, and whether the provider holds what waits, per active
company that has any, and 0 where a state waits.
*/
create function noc.measure_queue(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 20
set search_path = ''
as $$
    with asked as materialized (
        select distinct r.metric, case r.metric when 'queue_failed' then r.over_s end as over_s
        from public.noc_rules as r
        inner join noc.rule_metrics as k on k.metric = r.metric
        where r.enabled and k.family = 'queue'
    ),

    waiting as materialized (
        select
            w.company_cnpj, count(*) as pending, min(w.created_at) as oldest_at,
            bool_or(w.run_at is not null) as ours
        from public.queue_whatsapp as w
        where w.status = 'queued'
        group by w.company_cnpj
    ),

    found as (
        select a.metric, a.over_s, w.company_cnpj, case a.metric
            when 'queue_pending' then w.pending else extract(epoch from at - w.oldest_at)
        end::double precision as value
        from asked as a cross join waiting as w
        where a.metric in ('queue_pending', 'queue_oldest_s')
        union all
        select a.metric, a.over_s, q.company_cnpj, count(*)
        from asked as a
        inner join public.queue_whatsapp as q
            on q.status = 'failed'
            and q.updated_at between at - make_interval(secs => a.over_s) and at
        group by a.metric, a.over_s, q.company_cnpj
        union all
        select a.metric, a.over_s, q.company_cnpj, count(*)
        from asked as a
        inner join public.queue_whatsapp as q
            on q.state = 'dead' and q.updated_at between at - interval '1 day' and at
        where a.metric = 'queue_dead'
        group by a.metric, a.over_s, q.company_cnpj
        union all
        select distinct a.metric, a.over_s, w.company_cnpj, 1
        from asked as a
        inner join noc.queue_pauses as p
            on p.ended_at is null and p.paused_until > at and p.paused_by is null
        inner join waiting as w
            on p.company_cnpj = w.company_cnpj
            or p.phone_number_id is not null and w.ours
        where a.metric = 'queue_held'
    )

    select (
        t.metric, t.company_cnpj, 'whatsapp', null, t.over_s, coalesce(f.value, 0), null, null,
        null, null
    )::noc.measurement
    from (
        select f.metric, f.over_s, f.company_cnpj from found as f
        union
        select a.metric, a.over_s, s.company_cnpj
        from asked as a inner join noc.rule_states as s on s.metric = a.metric
    ) as t
    inner join public.companies as c on c.company_cnpj = t.company_cnpj and c.active
    left join found as f
        on f.metric = t.metric
        and f.company_cnpj = t.company_cnpj
        and f.over_s is not distinct from t.over_s
$$;

/*
Jobs that failed in each rule's window, and those that run without a word for longer than it or
than their handler allows, per active company that has any, and 0 where a state waits.
*/
create function noc.measure_jobs(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 20
set search_path = ''
as $$
    with asked as materialized (
        select distinct r.metric, r.over_s, at - make_interval(secs => r.over_s) as first
        from public.noc_rules as r
        inner join noc.rule_metrics as k on k.metric = r.metric
        where r.enabled and k.family = 'jobs'
    ),

    found as (
        select a.metric, a.over_s, j.company_cnpj, count(*)::double precision as value
        from asked as a
        inner join public.jobs as j
            on j.status = 'failed' and j.finished_at between a.first and at
        where a.metric = 'jobs_failed'
        group by a.metric, a.over_s, j.company_cnpj
        union all
        select a.metric, a.over_s, j.company_cnpj, count(*)
        from asked as a
        inner join public.jobs as j
            on j.status = 'running'
            and (coalesce(j.heartbeat_at, j.started_at) < a.first or j.stalled_at is not null)
        where a.metric = 'jobs_stalled'
        group by a.metric, a.over_s, j.company_cnpj
    )

    select (
        t.metric, t.company_cnpj, null, null, t.over_s, coalesce(f.value, 0), null, null, null,
        null
    )::noc.measurement
    from (
        select f.metric, f.over_s, f.company_cnpj from found as f
        union
        select a.metric, a.over_s, s.company_cnpj
        from asked as a inner join noc.rule_states as s on s.metric = a.metric
    ) as t
    inner join public.companies as c on c.company_cnpj = t.company_cnpj and c.active
    left join found as f
        on f.metric = t.metric and f.company_cnpj = t.company_cnpj and f.over_s = t.over_s
$$;

/*
The confirmed status of every check: UP 0, DEGRADED 1, DOWN 2. Null before the first
judgement and when the last result is older than 3 intervals: silence proves nothing. DOWN, once,
for an outage that was settled after the last tick and is over: the database itself was out of
reach, and the outage stands in the history all the same.
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
            when u.unseen then 2
            when t.last_checked_at >= at - make_interval(secs => 3 * t.interval_s)
                then case t.status when 'DOWN' then 2 when 'DEGRADED' then 1 when 'UP' then 0 end
        end,
        null, case when u.unseen then t.down_since else t.since end,
        extract(epoch from at - t.last_checked_at),
        noc.silent_limit(t.interval_s)
    )::noc.measurement
    from noc.check_targets as t
    left join public.companies as c on c.company_cnpj = t.company_cnpj
    cross join noc.engine_state as e
    -- 5 s: a result may be committed after a tick of a later instant.
    cross join lateral (
        select coalesce(t.down_settled_at > e.tick_at - interval '5 seconds', false) as unseen
    ) as u
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
