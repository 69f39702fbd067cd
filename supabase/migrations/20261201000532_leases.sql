-- Leases that are not what was thought when they were taken: the work lasts longer, or was never
-- begun. Who holds a lease is who knows its fence.

/*
The leases of the array [{"id", "fence"}], at most 100; `item_id` of kind job, else `id`.
Raises PT400 kind | leases.
*/
create function noc.leases_of(kind text, leases jsonb)
returns table (id uuid, item_id bigint, fence bigint)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if coalesce(kind not in ('check', 'notification', 'message', 'job'), true) then
        perform noc.fail(
            'PT400', 'kind', 'kind: must be check, notification, message or job'
        );
    end if;
    if coalesce(jsonb_typeof(leases) <> 'array', true) or jsonb_array_length(leases) > 100 then
        perform noc.fail('PT400', 'leases', 'leases: must be an array of at most 100');
    end if;
    return query
    select
        case when kind <> 'job' then l.id::uuid end,
        case when kind = 'job' then l.id::bigint end,
        l.fence
    from jsonb_to_recordset(leases) as l (id text, fence bigint);
exception
    when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range then
        perform noc.fail('PT400', 'leases', 'leases: each must be {"id": its id, "fence": integer}');
end;
$$;

/*
Holds what is still held for as long again as a claim does. Gives the ids of those: whoever misses
one must let its work be. Raises PT400 kind | leases.
*/
create function noc.renew_leases(
    kind text, leases jsonb, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_held jsonb;
begin
    -- First, and whatever the plan of the rest leaves out.
    perform count(*) from noc.leases_of(kind, leases) as l;
    with asked as materialized (
        select l.id, l.item_id, l.fence from noc.leases_of(kind, leases) as l
    ),

    checks as (
        update noc.check_targets as t
        set lease_until = at + make_interval(secs => t.timeout_s + 10)
        from asked as a
        where renew_leases.kind = 'check'
            and t.check_id = a.id and t.fence = a.fence and t.lease_until > at
        returning t.check_id::text as id
    ),

    notifications as (
        update noc.notifications as n
        set lease_until = at + interval '30 seconds'
        from asked as a
        where renew_leases.kind = 'notification'
            and n.notification_id = a.id and n.fence = a.fence and n.lease_until > at
        returning n.notification_id::text as id
    ),

    messages as (
        update public.queue_whatsapp as q
        set lease_until = at + interval '30 seconds'
        from asked as a
        where renew_leases.kind = 'message'
            and q.message_id = a.id and q.fence = a.fence and q.lease_until > at
        returning q.message_id::text as id
    ),

    jobs as (
        update noc.action_items as i
        set lease_until = at + interval '60 seconds'
        from asked as a
        where renew_leases.kind = 'job'
            and i.item_id = a.item_id and i.fence = a.fence and i.lease_until > at
        returning i.item_id::text as id
    )

    select coalesce(jsonb_agg(h.id), '[]') into v_held
    from (
        select c.id from checks as c
        union all
        select n.id from notifications as n
        union all
        select m.id from messages as m
        union all
        select j.id from jobs as j
    ) as h;
    return v_held;
end;
$$;

/*
Gives back what was not begun: due again at once, and no try is counted. What is on its way
cannot be given back. Gives how many were. Raises PT400 kind | leases.
*/
create function noc.release_leases(
    kind text, leases jsonb, at timestamptz default clock_timestamp()
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_count integer;
begin
    -- First, and whatever the plan of the rest leaves out.
    perform count(*) from noc.leases_of(kind, leases) as l;
    with asked as materialized (
        select l.id, l.item_id, l.fence from noc.leases_of(kind, leases) as l
    ),

    checks as (
        update noc.check_targets as t set lease_until = null
        from asked as a
        where release_leases.kind = 'check'
            and t.check_id = a.id and t.fence = a.fence and t.lease_until > at
        returning 1
    ),

    notifications as (
        update noc.notifications as n set state = 'queued', lease_until = null
        from asked as a
        where release_leases.kind = 'notification'
            and n.notification_id = a.id and n.fence = a.fence and n.state = 'leased'
        returning 1
    ),

    messages as (
        update public.queue_whatsapp as q
        set
            state = case when q.attempts > 0 then 'retry' else 'queued' end::public.queue_state,
            lease_until = null
        from asked as a
        where release_leases.kind = 'message'
            and q.message_id = a.id and q.fence = a.fence and q.state = 'leased'
            and q.run_at is not null
        returning 1
    ),

    jobs as (
        update noc.action_items as i set state = 'waiting', lease_until = null
        from asked as a
        where release_leases.kind = 'job'
            and i.item_id = a.item_id and i.fence = a.fence and i.state = 'leased'
        returning 1
    )

    select
        (select count(*) from checks) + (select count(*) from notifications)
        + (select count(*) from messages) + (select count(*) from jobs)
    into v_count;
    return v_count;
end;
$$;

create function public.noc_renew_leases(kind text, leases jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.renew_leases(kind, leases); end;

create function public.noc_release_leases(kind text, leases jsonb)
returns integer
language sql
set search_path = ''
begin atomic select noc.release_leases(kind, leases); end;
