-- Messages about one thing become one: what befalls several companies by the same service
-- within moments is told once, with their names.

/*
How long a message waits for others of its kind: a mail still arrives within 30 s of the
alert. Source: Alertmanager's group_wait, shorter.
*/
create function noc.group_wait(severity public.alert_severity)
returns interval
language sql
immutable
set search_path = ''
as $$
    select case severity when 'critical' then interval '0' else interval '10 seconds' end
$$;

/*
Names with what each planned message may be told: its event, severity and service, else rule;
and lets it wait for that.
*/
create function noc.name_groups(at timestamptz)
returns void
language sql
set search_path = ''
as $$
    update noc.notifications as n
    set
        grouped_by = concat_ws(
            '/', n.event, n.severity, coalesce(n.payload ->> 'service', n.payload ->> 'code')
        ),
        run_at = greatest(n.run_at, name_groups.at + noc.group_wait(n.severity))
    where n.state = 'planned'
$$;

/*
For each planned message the one that waits for it: its contact's and channel's, of the same
group and not later; a group before a single one.
*/
create function noc.waiting_for_more()
returns table (notification_id uuid, home_id uuid, is_group boolean)
language sql
stable
set search_path = ''
as $$
    select p.notification_id, w.notification_id, w.event = 'group'
    from noc.notifications as p
    cross join lateral (
        select h.notification_id, h.event
        from noc.notifications as h
        where h.state = 'queued'
            and h.attempts = 0
            and h.contact_id = p.contact_id
            and h.channel = p.channel
            and h.grouped_by = p.grouped_by
            and h.run_at between p.run_at - noc.group_wait(p.severity) and p.run_at
        order by h.event <> 'group', h.run_at, h.notification_id
        limit 1
    ) as w
    where p.state = 'planned'
$$;

/*
Tells planned messages that keep within the limits (no `reason`) together: with a group or a
message that waits for them, else with each other. What finds no other goes alone.
*/
create function noc.group_planned(at timestamptz)
returns void
language sql
set search_path = ''
as $$
    with homes as materialized (
        select p.notification_id, p.home_id, p.is_group
        from (
            select
                n.notification_id,
                coalesce(w.home_id, case
                    when count(*) over same > 1 then first_value(n.notification_id) over same
                end) as home_id,
                coalesce(w.is_group, false) as is_group
            from noc.notifications as n
            left join noc.waiting_for_more() as w on w.notification_id = n.notification_id
            where n.state = 'planned' and n.reason is null
            window same as (
                partition by n.contact_id, n.channel, n.grouped_by, n.run_at
                order by n.notification_id
                range between unbounded preceding and unbounded following
            )
        ) as p
        where p.home_id is not null
    ),

    members as materialized (
        select h.notification_id, h.home_id, h.is_group from homes as h
        union
        select h.home_id, h.home_id, false from homes as h where not h.is_group
    ),

    made as (
        insert into noc.notifications (
            event, seq, channel, contact_id, company_cnpj, severity, state, created_at, run_at,
            grouped_by
        )
        select
            'group', hashtextextended(m.home_id::text, 0), n.channel, n.contact_id,
            case when count(distinct coalesce(n.company_cnpj, '*')) = 1 then min(n.company_cnpj) end,
            n.severity, 'queued', group_planned.at, min(n.run_at), n.grouped_by
        from members as m
        inner join noc.notifications as n on n.notification_id = m.notification_id
        where not m.is_group
        group by m.home_id, n.channel, n.contact_id, n.severity, n.grouped_by
        returning notification_id, seq
    ),

    -- A group of one company that takes another in is of none.
    widened as (
        update noc.notifications as g
        set company_cnpj = null
        from members as m
        inner join noc.notifications as n on n.notification_id = m.notification_id
        where m.is_group
            and g.notification_id = m.home_id
            and g.company_cnpj is distinct from n.company_cnpj
    )

    update noc.notifications as n
    set
        state = 'bundled',
        done_at = group_planned.at,
        bundle_id = coalesce(
            (select g.notification_id from made as g
            where g.seq = hashtextextended(m.home_id::text, 0)),
            m.home_id
        )
    from members as m
    where n.notification_id = m.notification_id
$$;
