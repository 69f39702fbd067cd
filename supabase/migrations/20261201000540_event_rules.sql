-- What an event of each kind may hold, as data: the per-row validator reads it when a
-- batch did not go in whole, to name the bad rows by index, field and limit.

create table noc.event_fields (
    kind text not null,
    field text not null,
    type text not null check (
        type in ('text', 'texts', 'recent', 'planned', 'integer', 'number', 'uuid')
    ),
    required boolean not null,
    minimum numeric,
    maximum numeric,     -- of the value, of the length of a text, of how many texts
    allowed text [],
    pattern text,
    pattern_words text,  -- what the pattern asks for, in words
    primary key (kind, field)
);

insert into noc.event_fields values
('api_usage', 'timestamp', 'recent', false, null, null, null, null, null),
('api_usage', 'company_cnpj', 'text', false, null, 14, null, null, null),
('api_usage', 'service', 'text', false, null, 40, null, null, null),
(
    'api_usage', 'endpoint', 'text', true, null, 200, null,
    '^/[^[:cntrl:]]*$', 'a route template that starts with /'
),
(
    'api_usage', 'method', 'text', true, null, 7,
    '{GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS}', null, null
),
('api_usage', 'status', 'integer', true, 0, 599, null, '^0*(0|[1-5]\d\d)$', '0 or 100 to 599'),
('api_usage', 'latency_ms', 'number', true, 0, 3600000, null, null, null),
('api_usage', 'user_id', 'uuid', false, null, null, null, null, null),
('app_logs', 'timestamp', 'recent', false, null, null, null, null, null),
('app_logs', 'company_cnpj', 'text', false, null, 14, null, null, null),
('app_logs', 'service', 'text', false, null, 40, null, null, null),
('app_logs', 'level', 'text', true, null, 5, '{debug,info,warn,error,fatal}', null, null),
('app_logs', 'message', 'text', true, 1, 4000, null, null, null),
('jobs', 'job_id', 'text', true, 1, 120, null, null, null),
('jobs', 'company_cnpj', 'text', false, null, 14, null, null, null),
('jobs', 'job_type', 'text', true, 1, 80, null, '^[^[:cntrl:]]+$', 'text without control codes'),
('jobs', 'status', 'text', true, null, 7, '{running,success,failed}', null, null),
('jobs', 'started_at', 'recent', true, null, null, null, null, null),
('jobs', 'finished_at', 'recent', false, null, null, null, null, null),
('jobs', 'error', 'text', false, null, 2000, null, null, null),
('queue_whatsapp', 'external_id', 'text', true, 1, 120, null, null, null),
('queue_whatsapp', 'company_cnpj', 'text', false, null, 14, null, null, null),
('queue_whatsapp', 'status', 'text', true, null, 6, '{queued,sent,failed}', null, null),
(
    'queue_whatsapp', 'state', 'text', false, null, 9,
    '{queued,retry,leased,sending,sent,delivered,read,failed,unknown,dead,cancelled}', null, null
),
('queue_whatsapp', 'attempts', 'integer', false, 0, 1000, null, null, null),
('queue_whatsapp', 'created_at', 'recent', true, null, null, null, null, null),
('queue_whatsapp', 'updated_at', 'recent', false, null, null, null, null, null);

/* The text as an instant, null when it is overlong or PostgreSQL would refuse it. */
create function noc.try_timestamptz(input text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
    return case when length(input) <= 40 then input::timestamptz end;
exception when data_exception then
    return null;
end;
$$;

/*
True for an instant that facts accept: 48 h back (late collectors) to 5 min ahead (clocks).
Raises for an infinite one. Inlined into the ingest statements: no search_path of its own.
*/
create function noc.is_recent(instant timestamptz, at timestamptz)
returns boolean
language sql
immutable
parallel safe
as $$
    select instant - at between interval '-48 hours' and interval '5 minutes'
$$;

/*
The bad rows of a batch: index from 0 and the first reason, fields in name order.
Needs the key for what depends on it: company and services. JSON strings that hold a
number count as that number, as in the typed insert.
*/
create function noc.reject_events(
    key noc.ingest_keys, kind text, events jsonb, at timestamptz
)
returns table (index integer, reason text)
language plpgsql
stable
rows 10
set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with fields as materialized (
        select f.* from noc.event_fields as f where f.kind = reject_events.kind
    ),

    elements as materialized (
        select (e.ordinality - 1)::integer as index, e.value as event,
            jsonb_typeof(e.value) = 'object' as is_object
        from jsonb_array_elements(events) with ordinality as e
    ),

    -- Each value as text beside its field; instants are tried once.
    given as (
        select e.index, f.*, e.event ->> f.field as value, e.event -> f.field as list,
            case
                when f.type in ('recent', 'planned')
                    then noc.try_timestamptz(e.event ->> f.field)
            end as instant
        from elements as e cross join fields as f
        where e.is_object
    ),

    faults as (
        select e.index, '' as field, 'event: must be an object' as reason
        from elements as e where not e.is_object
        union all
        select e.index, k.field, left(k.field, 60) || ': unknown field'
        from elements as e
        cross join lateral jsonb_object_keys(
            e.event - (select array_agg(f.field) from fields as f)
        ) as k (field)
        where e.is_object
        union all
        select g.index, g.field, g.field || ': ' || v.fault
        from given as g
        cross join lateral (
            select case
                when g.value is null then case when g.required then 'is required' end
                when g.type in ('recent', 'planned') then case
                    when g.instant is null then 'must be an ISO 8601 instant'
                    when g.type = 'planned' then case
                        when not isfinite(g.instant) or not noc.is_planned(g.instant, at)
                            then 'must lie between 48 hours ago and 7 days ahead'
                    end
                    when not isfinite(g.instant) or not noc.is_recent(g.instant, at)
                        then 'must lie between 48 hours ago and 5 minutes ahead'
                end
                when g.type = 'texts' then case
                    when not noc.are_texts(g.list, g.maximum) then format(
                        'must be a list of at most %s texts of 1 to 1000 characters', g.maximum
                    )
                end
                when g.type = 'uuid' then case
                    when g.value !~* '^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$'
                        then 'must be a uuid'
                end
                when g.type = 'text' then case
                    when length(g.value) not between coalesce(g.minimum, 0) and g.maximum
                        then format(
                            'must have %s to %s characters', coalesce(g.minimum, 0), g.maximum
                        )
                    when g.value <> all(g.allowed)
                        then 'must be one of ' || array_to_string(g.allowed, ', ')
                    when g.value !~ g.pattern then 'must be ' || g.pattern_words
                end
                when length(g.value) > 40
                    or g.value !~ '^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$'
                    or g.value::numeric not between g.minimum and g.maximum
                    then format('must be between %s and %s', g.minimum, g.maximum)
                when g.type = 'integer' and g.value !~ '^[+-]?\d+$' then 'must be a whole number'
                when g.value !~ g.pattern then 'must be ' || g.pattern_words
            end
        ) as v (fault)
        where v.fault is not null
        union all
        select e.index, 'company_cnpj', 'company_cnpj: is not the company of this key'
        from elements as e
        where e.is_object
            and e.event ->> 'company_cnpj' is not null
            and (e.event ->> 'company_cnpj' = key.company_cnpj) is not true
        union all
        select e.index, 'state', 'state: does not belong to the status'
        from elements as e
        where e.is_object
            and kind = 'queue_whatsapp'
            and case when e.event ->> 'state' = any(enum_range(null::public.queue_state)::text [])
                then noc.queue_status_of((e.event ->> 'state')::public.queue_state)::text
                    <> e.event ->> 'status'
            end
        union all
        select e.index, 'expires_at', 'expires_at: must be after run_at'
        from elements as e
        where e.is_object
            and kind = 'messages'
            and noc.try_timestamptz(e.event ->> 'expires_at')
            <= coalesce(noc.try_timestamptz(e.event ->> 'run_at'), at)
        union all
        select e.index, 'external_id', 'external_id: a service reports that it sends this one'
        from elements as e
        inner join public.queue_whatsapp as q
            on q.company_cnpj = key.company_cnpj and q.external_id = e.event ->> 'external_id'
        where e.is_object and kind = 'messages' and q.run_at is null
        union all
        select e.index, 'service', 'service: is not among the services of this key'
        from elements as e
        where e.is_object and e.event ->> 'service' <> all(key.services)
    )

    select distinct on (f.index) f.index, f.reason
    from faults as f
    order by f.index, f.field, f.reason;
end;
$$;
