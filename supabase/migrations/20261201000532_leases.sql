-- Leases that are not what was thought when they were taken: the work lasts longer, or was never
-- begun. Who holds a lease is who knows its fence.

/*
The leases of the array [{"id", "fence"}], at most 100. Raises PT400 kind | leases.
*/
create function noc.leases_of(kind text, leases jsonb)
returns table (id uuid, fence bigint)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if coalesce(kind not in ('check', 'notification'), true) then
        perform noc.fail('PT400', 'kind', 'kind: must be check or notification');
    end if;
    if coalesce(jsonb_typeof(leases) <> 'array', true) or jsonb_array_length(leases) > 100 then
        perform noc.fail('PT400', 'leases', 'leases: must be an array of at most 100');
    end if;
    return query
    select l.id, l.fence from jsonb_to_recordset(leases) as l (id uuid, fence bigint);
exception
    when invalid_text_representation or invalid_parameter_value then
        perform noc.fail('PT400', 'leases', 'leases: each must be {"id": uuid, "fence": integer}');
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
        select l.id, l.fence from noc.leases_of(kind, leases) as l
    ),

    checks as (
        update noc.check_targets as t
        set lease_until = at + make_interval(secs => t.timeout_s + 10)
        from asked as a
        where renew_leases.kind = 'check'
            and t.check_id = a.id and t.fence = a.fence and t.lease_until > at
        returning t.check_id as id
    ),

    messages as (
        update noc.notifications as n
        set lease_until = at + interval '30 seconds'
        from asked as a
        where renew_leases.kind = 'notification'
            and n.notification_id = a.id and n.fence = a.fence and n.lease_until > at
        returning n.notification_id as id
    )

    select coalesce(jsonb_agg(h.id), '[]') into v_held
    from (select c.id from checks as c union all select m.id from messages as m) as h;
    return v_held;
end;
$$;

/*
Gives back what was not begun: due again at once, and no try is counted. A message on its way
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
        select l.id, l.fence from noc.leases_of(kind, leases) as l
    ),

    checks as (
        update noc.check_targets as t set lease_until = null
        from asked as a
        where release_leases.kind = 'check'
            and t.check_id = a.id and t.fence = a.fence and t.lease_until > at
        returning t.check_id
    ),

    messages as (
        update noc.notifications as n set state = 'queued', lease_until = null
        from asked as a
        where release_leases.kind = 'notification'
            and n.notification_id = a.id and n.fence = a.fence and n.state = 'leased'
        returning n.notification_id
    )

    select (select count(*) from checks) + (select count(*) from messages) into v_count;
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
