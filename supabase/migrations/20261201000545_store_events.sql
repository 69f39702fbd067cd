-- The ledger of batches, and the one typed statement per kind that stores what fits of one.

/*
One row per accepted batch of a key: what makes a retry count once. `ledger_id` is
carried by the batch's facts; rows are kept for 7 days.
*/
create table noc.batches (
    key_id uuid not null references noc.ingest_keys (key_id),
    batch_id uuid not null,
    ledger_id bigint generated always as identity (cache 1),
    kind text not null,
    accepted integer,
    received_at timestamptz not null,
    primary key (key_id, batch_id)
);

create index batches_received_at_idx on noc.batches (received_at);
alter table noc.batches enable row level security;

/*
Batches that no tick has consumed yet; those of api_usage with the span of their instants.
One that was stored in parts has a row for each, under one ledger_id. Visible exactly when
their rows are, deleted once, in the transaction that counts them: that is all of the
exactly-once argument.
*/
create table noc.batch_pending (
    ledger_id bigint not null,
    kind text not null,
    company_cnpj text collate "C",
    first_at timestamptz,
    last_at timestamptz
) with (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

alter table noc.batch_pending enable row level security;

/* An API call as it arrives: the shape of an event of kind api_usage. */
create type noc.api_call as (
    "timestamp" timestamptz,
    company_cnpj text,
    service text,
    endpoint text,
    method text,
    status smallint,
    latency_ms double precision,
    user_id uuid
);

/*
True when an object has at most `n` fields, 4 to 8. Objects are ordered by their number of fields
first, so what sorts before the least one of n + 1 has no more than n: a comparison of two numbers,
where looking at the fields costs a seventh of the ingest. Inlined like the next.
*/
create function noc.has_at_most(object jsonb, n integer)
returns boolean
language sql
immutable
parallel safe
as $$
    select object < case n
        when 4 then jsonb
            '{"": null, "\u0001": null, "\u0002": null, "\u0003": null, "\u0004": null}'
        when 5 then jsonb
            '{"": null, "\u0001": null, "\u0002": null, "\u0003": null, "\u0004": null,
             "\u0005": null}'
        when 6 then jsonb
            '{"": null, "\u0001": null, "\u0002": null, "\u0003": null, "\u0004": null,
             "\u0005": null, "\u0006": null}'
        when 7 then jsonb
            '{"": null, "\u0001": null, "\u0002": null, "\u0003": null, "\u0004": null,
             "\u0005": null, "\u0006": null, "\u0007": null}'
        when 8 then jsonb
            '{"": null, "\u0001": null, "\u0002": null, "\u0003": null, "\u0004": null,
             "\u0005": null, "\u0006": null, "\u0007": null, "\u0008": null}'
    end
$$;

/*
True when an API call may be stored under a key; null or false when something is missing, out of
bounds, or not among its fields. Those that are known became columns, so `event` has no other when
it has no more than columns that are not null; else, with a null in it, one looks.
Inlined into the statements below: no search_path of its own.
*/
create function noc.fits_api_usage(
    "timestamp" timestamptz, company_cnpj text, service text, endpoint text, method text,
    status smallint, latency_ms double precision, user_id uuid,
    event jsonb, fields text [], key_company_cnpj text, key_services text [], at timestamptz
)
returns boolean
language sql
immutable
parallel safe
as $$
    select ("timestamp" is null or noc.is_recent("timestamp", at))
        and (company_cnpj is null or company_cnpj = key_company_cnpj)
        and (service is null or service = any(key_services))
        and method in ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
        and endpoint ~ '^/[^[:cntrl:]]*$' and length(endpoint) <= 200
        and (status between 100 and 599 or status = 0)
        and latency_ms between 0 and 3600000
        and (
            noc.has_at_most(event, num_nonnulls(
                "timestamp", company_cnpj, service, endpoint, method, status, latency_ms, user_id
            ))
            or event - fields = '{}'
        )
$$;

/*
Stores a batch of API calls and enters it in the ledger; gives how many events fitted.
Like its siblings for the other kinds below, it leaves out what does not fit. plpgsql for
its plan cache: planning the insert costs as much as a hundred events.
*/
create function noc.store_api_usage(
    key noc.ingest_keys, ledger_id bigint, events jsonb, fields text [], at timestamptz
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    -- Variables are read faster than a field of a record, a thousand times a batch.
    v_company_cnpj constant text := key.company_cnpj;
    v_service constant text := key.service;
    v_services constant text [] := key.services;
    v_fitting integer;
begin
    with stored as (
        insert into public.api_usage (
            "timestamp", company_cnpj, service, endpoint, method, status, latency_ms, user_id,
            batch_id
        )
        select
            coalesce(e."timestamp", at), v_company_cnpj, coalesce(e.service, v_service),
            e.method || ' ' || e.endpoint, e.method, e.status, round(e.latency_ms)::integer,
            e.user_id, store_api_usage.ledger_id
        from rows from (
            jsonb_array_elements(events), jsonb_populate_recordset(null::noc.api_call, events)
        ) as e (
            event, "timestamp", company_cnpj, service, endpoint, method, status, latency_ms, user_id
        )
        where noc.fits_api_usage(
            e."timestamp", e.company_cnpj, e.service, e.endpoint, e.method, e.status,
            e.latency_ms, e.user_id, e.event, fields, v_company_cnpj, v_services, at
        )
        returning "timestamp"
    ),

    span as (
        select count(*)::integer as n, min(s."timestamp") as first_at, max(s."timestamp") as last_at
        from stored as s
    ),

    entered as (
        insert into noc.batch_pending (ledger_id, kind, company_cnpj, first_at, last_at)
        select store_api_usage.ledger_id, 'api_usage', v_company_cnpj, s.first_at, s.last_at
        from span as s where s.n > 0
    )

    select s.n into v_fitting from span as s;
    return v_fitting;
end;
$$;

/* Positions from 0 of the calls that noc.store_api_usage left out. */
create function noc.misfits_api_usage(
    key noc.ingest_keys, events jsonb, fields text [], at timestamptz
)
returns integer []
language sql
stable
set search_path = ''
as $$
    select array_agg((e.ordinality - 1)::integer order by e.ordinality)
    from rows from (
        jsonb_array_elements(events), jsonb_populate_recordset(null::noc.api_call, events)
    ) with ordinality as e (
        event, "timestamp", company_cnpj, service, endpoint, method, status, latency_ms, user_id,
        ordinality
    )
    where noc.fits_api_usage(
        e."timestamp", e.company_cnpj, e.service, e.endpoint, e.method, e.status, e.latency_ms,
        e.user_id, e.event, fields, key.company_cnpj, key.services, at
    ) is not true
$$;

create function noc.store_app_logs(
    key noc.ingest_keys, ledger_id bigint, events jsonb, at timestamptz
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_fitting integer;
begin
    with stored as (
        insert into public.app_logs (
            "timestamp", company_cnpj, service, level, message, batch_id
        )
        select
            coalesce(e."timestamp", at), key.company_cnpj, coalesce(e.service, key.service),
            e.level, e.message, store_app_logs.ledger_id
        from jsonb_to_recordset(events) as e (
            "timestamp" timestamptz, company_cnpj text, service text, level text, message text
        )
        where (e."timestamp" is null or noc.is_recent(e."timestamp", at))
            and (e.company_cnpj is null or e.company_cnpj = key.company_cnpj)
            and (e.service is null or e.service = any(key.services))
        returning 1
    )

    select count(*) into v_fitting from stored;
    return v_fitting;
end;
$$;

/*
Reports of jobs, the last word per job in the batch. "running" again is a heartbeat; a late one
never takes back a finished job. A platform key has no jobs: its events do not fit.
*/
create function noc.store_jobs(
    key noc.ingest_keys, ledger_id bigint, events jsonb, at timestamptz
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_fitting integer;
begin
    with fitting as materialized (
        select e.*, row_number() over () as position
        from jsonb_to_recordset(events) as e (
            job_id text, company_cnpj text, job_type text, status public.job_status,
            started_at timestamptz, finished_at timestamptz, error text
        )
        where key.company_cnpj is not null
            and (e.company_cnpj is null or e.company_cnpj = key.company_cnpj)
            and noc.is_recent(e.started_at, at)
            and (e.finished_at is null or noc.is_recent(e.finished_at, at))
            and e.job_type ~ '^[^[:cntrl:]]+$'
    ),

    stored as (
        insert into public.jobs as j (
            company_cnpj, external_id, job_type, status, started_at, finished_at, error
        )
        select distinct on (f.job_id)
            key.company_cnpj, f.job_id, f.job_type, f.status, f.started_at,
            case when f.status <> 'running' then coalesce(f.finished_at, at) end, f.error
        from fitting as f
        order by f.job_id, f.position desc
        on conflict (company_cnpj, external_id) do update
        set
            status = excluded.status, finished_at = excluded.finished_at, error = excluded.error,
            heartbeat_at = case
                when excluded.status = 'running' then store_jobs.at else j.heartbeat_at
            end,
            stalled_at = null
        where excluded.status <> 'running' or j.status = 'running'
    )

    select count(*) into v_fitting from fitting;
    return v_fitting;
end;
$$;

/*
Reports of messages, the last word per message in the batch; without a state it is that of the
status' name. An older report changes nothing, and none a message that the NOC sends.
*/
create function noc.store_queue_whatsapp(
    key noc.ingest_keys, ledger_id bigint, events jsonb, at timestamptz
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_fitting integer;
begin
    with fitting as materialized (
        select e.*, row_number() over () as position
        from jsonb_to_recordset(events) as e (
            external_id text, company_cnpj text, status public.queue_status,
            state public.queue_state, attempts integer, created_at timestamptz,
            updated_at timestamptz
        )
        where key.company_cnpj is not null
            and (e.company_cnpj is null or e.company_cnpj = key.company_cnpj)
            and noc.is_recent(e.created_at, at)
            and (e.updated_at is null or noc.is_recent(e.updated_at, at))
            and (e.state is null or noc.queue_status_of(e.state) = e.status)
    ),

    stored as (
        insert into public.queue_whatsapp as q (
            company_cnpj, external_id, status, state, attempts, created_at, updated_at
        )
        select distinct on (f.external_id)
            key.company_cnpj, f.external_id, f.status,
            coalesce(f.state, f.status::text::public.queue_state), coalesce(f.attempts, 0),
            f.created_at, coalesce(f.updated_at, at)
        from fitting as f
        order by f.external_id, f.position desc
        on conflict (company_cnpj, external_id) do update
        set
            status = excluded.status, state = excluded.state, attempts = excluded.attempts,
            updated_at = excluded.updated_at
        where excluded.updated_at >= q.updated_at and q.run_at is null
    )

    select count(*) into v_fitting from fitting;
    return v_fitting;
end;
$$;
