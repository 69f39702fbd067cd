-- How much one person is told: limits, bundles of what goes beyond them, and the breaker for
-- a storm of alerts.

/* Messages to one contact by one channel in 10 minutes, and about one company in an hour. */
create function noc.notification_limits()
returns table (per_contact integer, per_company integer, storm integer)
language sql
immutable
set search_path = ''
as $$
    select 6, 30, 300
$$;

/* How many messages of its kind stand beside this one, which is not counted. */
create function noc.neighbours(message noc.notifications, of_company boolean)
returns bigint
language sql
stable
set search_path = ''
as $$
    select case when of_company then (
        select count(*) from noc.notifications as n
        where n.company_cnpj = message.company_cnpj
            and n.run_at > message.run_at - interval '1 hour'
            and n.run_at <= message.run_at
            and n.alert_id is not null
            and n.state not in ('planned', 'bundled', 'cancelled')
    ) else (
        select count(*) from noc.notifications as n
        where n.contact_id = message.contact_id
            and n.channel = message.channel
            and n.run_at > message.run_at - interval '10 minutes'
            and n.run_at <= message.run_at
            and n.alert_id is not null
            and n.state not in ('planned', 'bundled', 'cancelled')
    ) end
$$;

/*
Since when alerts open faster than anybody can read of them, null when they do not: more than
300 in 5 minutes, and 5 minutes beyond that.
*/
create function noc.storm_since(at timestamptz)
returns timestamptz
language plpgsql
set search_path = ''
as $$
declare
    v_since timestamptz;
begin
    update noc.notification_storm as s
    set
        since = case when s.until > at then s.since else at end,
        until = at + interval '5 minutes'
    where s.one and (
        select count(*) > (select l.storm from noc.notification_limits() as l)
        from public.noc_alerts as a
        where a.opened_at > at - interval '5 minutes' and a.opened_at <= at
    );
    select s.since into v_since from noc.notification_storm as s where s.until > at;
    return v_since;
end;
$$;

/* The open bundles of whoever is over a limit are held until the end of the transaction. */
create function noc.hold_bundles()
returns void
language sql
set search_path = ''
as $$
    select b.notification_id from noc.notifications as b
    where b.event = 'bundle'
        and b.state in ('queued', 'leased')
        and b.attempts = 0
        and b.contact_id in (
            select n.contact_id from noc.notifications as n
            where n.state = 'planned' and n.reason is not null
        )
    order by b.notification_id
    for update
$$;

/*
Lets planned messages go: the worst first as long as they keep within the limits, the others
bundled into one message of their contact and channel after 2 minutes; in a storm all but
endings go into its summary. Gives how many were bundled.
*/
create function noc.release_planned(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_storm timestamptz := noc.storm_since(at);
    v_bundled bigint;
begin
    with ranked as (
        select
            n.notification_id, n as message,
            row_number() over (
                partition by n.contact_id, n.channel order by n.severity desc, n.run_at, n.seq
            ) as place,
            row_number() over (
                partition by n.company_cnpj order by n.severity desc, n.run_at, n.seq
            ) as company_place
        from noc.notifications as n
        where n.state = 'planned'
    )

    update noc.notifications as n
    set reason = case
        when v_storm is not null and n.event <> 'closed' then 'storm'
        when r.place + noc.neighbours(r.message, false) > l.per_contact then 'contact_limit'
        when n.company_cnpj is not null
            and r.company_place + noc.neighbours(r.message, true) > l.per_company
            then 'company_limit'
    end
    from ranked as r
    cross join noc.notification_limits() as l
    where n.notification_id = r.notification_id;

    perform noc.hold_bundles();
    update noc.notifications as b
    set run_at = greatest(least(b.run_at, o.run_at), at + interval '2 minutes')
    from (
        select n.contact_id, n.channel, min(n.run_at) as run_at from noc.notifications as n
        where n.state = 'planned' and n.reason in ('contact_limit', 'company_limit')
        group by n.contact_id, n.channel
    ) as o
    where b.notification_id = noc.open_bundle(o.contact_id, o.channel)
        and o.run_at < b.run_at - interval '2 minutes';
    insert into noc.notifications as b (
        event, seq, channel, contact_id, severity, state, created_at, run_at
    )
    select
        case when n.reason = 'storm' then 'storm' else 'bundle' end,
        extract(epoch from coalesce(case when n.reason = 'storm' then v_storm end, at))::bigint,
        n.channel, n.contact_id, max(n.severity), 'queued', at,
        greatest(min(n.run_at), at + interval '2 minutes')
    from noc.notifications as n
    where n.state = 'planned'
        and n.reason is not null
        and (n.reason = 'storm' or noc.open_bundle(n.contact_id, n.channel) is null)
    group by 1, 2, n.channel, n.contact_id
    on conflict on constraint notifications_one_per_event do update
    set severity = greatest(b.severity, excluded.severity);

    update noc.notifications as n
    set
        state = 'bundled',
        done_at = at,
        bundle_id = case when n.reason = 'storm' then (
            select b.notification_id from noc.notifications as b
            where b.event = 'storm'
                and b.seq = extract(epoch from v_storm)::bigint
                and b.contact_id = n.contact_id
                and b.channel = n.channel
        ) else noc.open_bundle(n.contact_id, n.channel) end
    where n.state = 'planned' and n.reason is not null;
    get diagnostics v_bundled = row_count;

    update noc.notifications as n set state = 'queued' where n.state = 'planned';
    return v_bundled;
end;
$$;

/* The bundle of the contact that may still take something in, null when there is none. */
create function noc.open_bundle(contact_id uuid, channel text)
returns uuid
language sql
stable
set search_path = ''
as $$
    select b.notification_id from noc.notifications as b
    where b.contact_id = open_bundle.contact_id
        and b.channel = open_bundle.channel
        and b.event = 'bundle'
        and b.state in ('queued', 'leased')
        and b.attempts = 0
    order by b.created_at desc
    limit 1
$$;
