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
    update noc.planner_state as s
    set
        storm_since = case when s.storm_until > at then s.storm_since else at end,
        storm_until = at + interval '5 minutes'
    where s.one and (
        select count(*) > (select l.storm from noc.notification_limits() as l)
        from public.noc_alerts as a
        where a.opened_at > at - interval '5 minutes' and a.opened_at <= at
    );
    select s.storm_since into v_since from noc.planner_state as s where s.storm_until > at;
    return v_since;
end;
$$;

/*
Gives each planned message that goes beyond a limit its reason: the worst are let through
first. What is told together counts once, and not at all when it joins what waits. In a storm
all but endings do.
*/
create function noc.weigh_planned(in_storm boolean)
returns void
language sql
set search_path = ''
as $$
    with grouped as materialized (
        select
            n.*, w.home_id is not null as joins, min(n.seq) over (
                partition by n.contact_id, n.channel, n.grouped_by, n.run_at
            ) as first_seq
        from noc.notifications as n
        left join noc.waiting_for_more() as w on w.notification_id = n.notification_id
        where n.state = 'planned'
    ),

    planned as materialized (
        select
            g.notification_id, g.contact_id, g.channel, g.company_cnpj, g.run_at, g.event, g.joins,
            dense_rank() over (
                partition by g.contact_id, g.channel, g.joins
                order by g.severity desc, g.run_at, g.first_seq, g.grouped_by
            ) as place,
            dense_rank() over (
                partition by g.company_cnpj, g.joins
                order by
                    g.severity desc, g.run_at, g.first_seq, g.grouped_by, g.contact_id, g.channel
            ) as company_place
        from grouped as g
    ),

    of_contact as materialized (
        select p.*, (
            select count(*) from noc.notifications as n
            where n.contact_id = p.contact_id
                and n.channel = p.channel
                and n.run_at > p.run_at - interval '10 minutes'
                and n.run_at <= p.run_at
                and (n.alert_id is not null or n.event = 'group')
                and n.state not in ('planned', 'bundled', 'cancelled')
        ) as told
        from (select distinct q.contact_id, q.channel, q.run_at from planned as q) as p
    ),

    of_company as materialized (
        select p.*, (
            select count(*) from noc.notifications as n
            where n.company_cnpj = p.company_cnpj
                and n.run_at > p.run_at - interval '1 hour'
                and n.run_at <= p.run_at
                and (n.alert_id is not null or n.event = 'group')
                and n.state not in ('planned', 'bundled', 'cancelled')
        ) as told
        from (
            select distinct q.company_cnpj, q.run_at from planned as q
            where q.company_cnpj is not null
        ) as p
    ),

    weighed as (
        select
            p.notification_id,
            case
                when in_storm and p.event <> 'closed' then 'storm'
                when p.joins then null
                when p.place + c.told > l.per_contact then 'contact_limit'
                when p.company_place + m.told > l.per_company then 'company_limit'
            end as reason
        from planned as p
        inner join of_contact as c
            on c.contact_id = p.contact_id and c.channel = p.channel and c.run_at = p.run_at
        left join of_company as m on m.company_cnpj = p.company_cnpj and m.run_at = p.run_at
        cross join noc.notification_limits() as l
    )

    update noc.notifications as n
    set reason = w.reason
    from weighed as w
    where n.notification_id = w.notification_id and w.reason is not null
$$;

/*
Makes room for what goes beyond a limit: each contact's and channel's open bundle, held until
the transaction ends and not later than its first message needs, or a new one after 2 minutes.
*/
create function noc.prepare_bundles(storm_since timestamptz, at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform 1 from noc.notifications as b
    where b.event = 'bundle'
        and b.state in ('queued', 'leased')
        and b.attempts = 0
        and b.contact_id in (
            select n.contact_id from noc.notifications as n
            where n.state = 'planned' and n.reason is not null
        )
    order by b.notification_id
    for update;

    update noc.notifications as b
    set run_at = greatest(least(b.run_at, o.run_at), at + interval '2 minutes')
    from (
        select n.contact_id, n.channel, min(n.run_at) as run_at from noc.notifications as n
        where n.state = 'planned' and n.reason in ('contact_limit', 'company_limit')
        group by n.contact_id, n.channel
    ) as o
    inner join noc.open_bundles() as k on k.contact_id = o.contact_id and k.channel = o.channel
    where b.notification_id = k.notification_id and o.run_at < b.run_at - interval '2 minutes';

    insert into noc.notifications as b (
        event, seq, channel, contact_id, severity, state, created_at, run_at
    )
    select
        case when n.reason = 'storm' then 'storm' else 'bundle' end,
        extract(epoch from case when n.reason = 'storm' then storm_since else at end)::bigint,
        n.channel, n.contact_id, max(n.severity), 'queued', at,
        greatest(min(n.run_at), at + interval '2 minutes')
    from noc.notifications as n
    left join noc.open_bundles() as k on k.contact_id = n.contact_id and k.channel = n.channel
    where n.state = 'planned'
        and n.reason is not null
        and (n.reason = 'storm' or k.notification_id is null)
    group by 1, 2, n.channel, n.contact_id
    on conflict on constraint notifications_one_per_event do update
    set severity = greatest(b.severity, excluded.severity);
end;
$$;

/* The bundle of each contact and channel that may still take something in. */
create function noc.open_bundles()
returns table (contact_id uuid, channel text, notification_id uuid)
language sql
stable
set search_path = ''
as $$
    select distinct on (b.contact_id, b.channel) b.contact_id, b.channel, b.notification_id
    from noc.notifications as b
    where b.event = 'bundle' and b.state in ('queued', 'leased') and b.attempts = 0
    order by b.contact_id, b.channel, b.created_at desc
$$;

/*
Lets planned messages go: as long as they keep within the limits, alone or in groups, the others
bundled. Gives how many were bundled.
*/
create function noc.release_planned(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_storm constant timestamptz := noc.storm_since(at);
    v_bundled bigint;
begin
    if not exists (select 1 from noc.notifications as n where n.state = 'planned') then
        return 0;
    end if;
    perform noc.name_groups(at);
    -- What waits is held, so that no worker begins it while others join it.
    perform 1 from noc.notifications as h
    where h.notification_id in (select w.home_id from noc.waiting_for_more() as w)
    order by h.notification_id
    for update;
    perform noc.weigh_planned(v_storm is not null);
    perform noc.group_planned(at);
    perform noc.prepare_bundles(v_storm, at);

    with released as (
        update noc.notifications as n
        set
            state = p.state,
            bundle_id = p.bundle_id,
            done_at = case when p.state = 'bundled' then at end
        from (
            select
                m.notification_id, coalesce(s.notification_id, k.notification_id) as bundle_id,
                case when m.reason is null then 'queued' else 'bundled' end::noc.notification_state
                as state
            from noc.notifications as m
            left join noc.notifications as s
                on m.reason = 'storm'
                and s.alert_id is null
                and s.event = 'storm'
                and s.seq = extract(epoch from v_storm)::bigint
                and s.contact_id = m.contact_id
                and s.channel = m.channel
            left join noc.open_bundles() as k
                on m.reason in ('contact_limit', 'company_limit')
                and k.contact_id = m.contact_id
                and k.channel = m.channel
            where m.state = 'planned'
        ) as p
        where n.notification_id = p.notification_id
        returning n.state
    )

    select count(*) into v_bundled from released as r where r.state = 'bundled';
    return v_bundled;
end;
$$;
