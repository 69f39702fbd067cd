-- From what happened to alerts to messages in the outbox: a stage of the tick.
-- Muted alerts are not told, but whoever was told of an opening is told of its end.

/*
When an answer to an alert of this severity is asked for again; null: never.
Source: Alertmanager's repeat_interval, shorter for what is critical.
*/
create function noc.repeat_after(severity public.alert_severity)
returns interval
language sql
immutable
set search_path = ''
as $$
    select case severity
        when 'critical' then interval '1 hour'
        when 'warning' then interval '4 hours'
    end
$$;

/* Whether somebody should answer: open, not muted, and not a restless one that is good just now. */
create function noc.wants_answer(alert public.noc_alerts)
returns boolean
language sql
stable
set search_path = ''
as $$
    select alert.state = 'open'
        and alert.muted_by is null
        and not (
            alert.flapping
            and not exists (
                select 1 from noc.rule_states as s where s.alert_id = alert.alert_id
            )
        )
$$;

/* When a message may go: a warning after quiet hours; to a cliente after 5 minutes of trouble. */
create function noc.told_at(
    contact noc.contacts, severity public.alert_severity, since timestamptz, at timestamptz
)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select case when severity = 'critical' then e.earliest else noc.after_quiet(contact, e.earliest)
    end
    from (
        select case
            when contact.role = 'cliente' then greatest(at, since + interval '5 minutes')
            else at
        end as earliest
    ) as e
$$;

/* Whether the contact is told by that channel of the present episode, as bad as this. */
create function noc.knows(
    alert_id uuid, contact_id uuid, channel text, severity public.alert_severity
)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select 1 from noc.notifications as n
        where n.alert_id = knows.alert_id
            and n.contact_id = knows.contact_id
            and n.channel = knows.channel
            and n.event <> 'closed'
            and n.state not in ('cancelled', 'dead')
            and n.severity >= knows.severity
            and n.created_at >= (
                select max(e.at) from noc.alert_events as e
                where e.alert_id = knows.alert_id and e.kind in ('opened', 'reopened')
            )
    )
$$;

/*
Plans openings, returns, rises and restlessness. `parts`: alerts that belong to another one,
which come after it. Gives how many messages.
*/
create function noc.plan_news(event_ids bigint [], parts boolean, at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with news as materialized (
        select distinct on (a.alert_id)
            a.alert_id, a.company_cnpj, a.severity, e.event_id, e.kind, e.at,
            noc.told_facts(a, plan_news.at) as facts,
            case e.kind when 'unmuted' then 'opened' else e.kind end as event,
            e.kind = 'unmuted' or a.flapping and e.kind = 'severity_up' as known_counts
        from noc.alert_events as e
        inner join public.noc_alerts as a on a.alert_id = e.alert_id
        where e.event_id = any(event_ids)
            and a.state <> 'closed'
            and a.muted_by is null
            and (a.parent_id is not null) = parts
            and e.kind = any(case
                when a.flapping then '{flapping,severity_up}'::text []
                else '{opened,reopened,unmuted,severity_up}'::text []
            end)
        order by a.alert_id, e.kind = 'severity_up', e.event_id desc
    ),

    planned as (
        insert into noc.notifications (
            alert_id, event, seq, channel, contact_id, company_cnpj, severity, payload, state,
            created_at, run_at
        )
        select
            n.alert_id, n.event, n.event_id, r.channel, r.contact_id, n.company_cnpj, n.severity,
            n.facts, 'planned', plan_news.at, noc.told_at(c, n.severity, n.at, plan_news.at)
        from news as n
        inner join noc.recipients(array(select w.alert_id from news as w)) as r
            on r.alert_id = n.alert_id
        inner join noc.contacts as c on c.contact_id = r.contact_id
        where r.escalation_step = 0
            and (r.works or n.event <> 'flapping')
            and (not n.known_counts or not noc.knows(
                n.alert_id, r.contact_id, r.channel, n.severity
            ))
        on conflict on constraint notifications_one_per_event do nothing
        returning 1
    )

    select count(*) from planned
$$;

/*
Plans the end for whoever may have been told of the beginning; what still waits to be told is
cancelled instead. Locking before looking keeps a send that begins meanwhile from falling in
between. Gives how many messages.
*/
create function noc.plan_closings(event_ids bigint [], at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_closed uuid [] := array(
        select distinct a.alert_id
        from noc.alert_events as e
        inner join public.noc_alerts as a on a.alert_id = e.alert_id
        where e.event_id = any(event_ids)
            and e.kind in ('closed', 'steady')
            and a.state = 'closed'
            and not a.flapping
    );
    v_planned bigint;
begin
    perform 1 from noc.notifications as b
    where b.notification_id in (
        select n.bundle_id from noc.notifications as n
        where n.alert_id = any(v_closed) and n.state = 'bundled'
    )
    order by b.notification_id
    for update;

    update noc.notifications as n
    set
        state = 'cancelled', reason = 'closed', lease_until = null, done_at = at,
        may_have_arrived = n.may_have_arrived or n.state = 'bundled' and (
            select b.may_have_arrived from noc.notifications as b
            where b.notification_id = n.bundle_id
        )
    where n.alert_id = any(v_closed)
        and n.event <> 'closed'
        and (
            n.state in ('queued', 'leased')
            or n.state = 'bundled' and exists (
                select 1 from noc.notifications as b
                where b.notification_id = n.bundle_id and b.state in ('queued', 'leased')
            )
        );

    insert into noc.notifications (
        alert_id, event, seq, channel, contact_id, company_cnpj, severity, payload, state,
        created_at, run_at
    )
    select distinct on (n.alert_id, n.contact_id, n.channel)
        n.alert_id, 'closed', l.event_id, n.channel, n.contact_id, a.company_cnpj, a.severity,
        noc.told_facts(a, plan_closings.at) || jsonb_build_object(
            'by', case
                when c.role = 'admin' or c.role = 'franqueado' and a.company_cnpj is not null
                    then l.actor
            end
        ),
        'planned', plan_closings.at, plan_closings.at
    from noc.notifications as n
    inner join public.noc_alerts as a on a.alert_id = n.alert_id
    inner join noc.contacts as c on c.contact_id = n.contact_id
    left join noc.notifications as b on b.notification_id = n.bundle_id
    cross join lateral (
        select e.event_id, e.actor from noc.alert_events as e
        where e.alert_id = n.alert_id and e.kind = 'closed'
        order by e.event_id desc
        limit 1
    ) as l
    where n.alert_id = any(v_closed)
        and n.event <> 'closed'
        and c.deleted_at is null
        and (
            noc.has_told(n.state, n.may_have_arrived)
            or n.state = 'bundled' and noc.has_told(b.state, b.may_have_arrived)
        )
        and not exists (
            select 1 from noc.notifications as d
            where d.alert_id = n.alert_id
                and d.contact_id = n.contact_id
                and d.channel = n.channel
                and d.event = 'closed'
                and d.state <> 'cancelled'
                and d.created_at > n.created_at
        )
    on conflict on constraint notifications_one_per_event do nothing;
    get diagnostics v_planned = row_count;
    return v_planned;
end;
$$;

/*
Plans the next reminder for everybody who was told of an open alert and heard nothing since
repeat_after. Gives how many messages.
*/
create function noc.plan_reminders(at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with due as materialized (
        select a.alert_id, n.contact_id, n.channel
        from public.noc_alerts as a
        inner join noc.notifications as n on n.alert_id = a.alert_id
        where a.state = 'open'
            and a.opened_at <= at - interval '1 hour'
            and noc.wants_answer(a)
            and n.event <> 'closed'
            and n.state not in ('cancelled', 'dead')
        group by a.alert_id, n.contact_id, n.channel
        having max(greatest(n.created_at, n.run_at)) <= at - noc.repeat_after(a.severity)
    ),

    planned as (
        insert into noc.notifications (
            alert_id, event, seq, channel, contact_id, company_cnpj, severity, payload, state,
            created_at, run_at
        )
        select
            a.alert_id, 'reminder', extract(epoch from at)::bigint, d.channel, d.contact_id,
            a.company_cnpj, a.severity, noc.told_facts(a, at), 'planned', at,
            noc.told_at(c, a.severity, a.started_at, at)
        from due as d
        inner join public.noc_alerts as a on a.alert_id = d.alert_id
        inner join noc.recipients(array(select distinct w.alert_id from due as w)) as r
            on r.alert_id = d.alert_id
            and r.contact_id = d.contact_id
            and r.channel = d.channel
        inner join noc.contacts as c on c.contact_id = d.contact_id
        where r.works
        on conflict on constraint notifications_one_per_event do nothing
        returning 1
    )

    select count(*) from planned
$$;

/*
Plans the next steps of critical alerts that nobody answers: step 1 after 10 minutes, step 2
after 20, then from the beginning, three times in all. The clock starts with the opening, the
return, the rise, the end of an acknowledgement (which tells step 0 and who is responsible) or
of a mute.
`since`: the last turn. Gives how many messages.
*/
create function noc.plan_escalations(since timestamptz, at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with unanswered as (
        select a.alert_id, a as alert, l.event_id, l.kind, l.begun_at
        from public.noc_alerts as a
        cross join lateral (
            select e.event_id, e.kind, e.at as begun_at from noc.alert_events as e
            where e.alert_id = a.alert_id
                and e.kind in ('opened', 'reopened', 'severity_up', 'ack_expired', 'unmuted')
            order by e.event_id desc
            limit 1
        ) as l
        where a.state = 'open' and a.severity = 'critical' and noc.wants_answer(a)
    ),

    -- Of the steps that came since the last turn the latest three: each person once.
    due as materialized (
        select
            u.*, s.step, row_number() over (partition by u.alert_id order by s.step desc) as place
        from unanswered as u
        cross join lateral generate_series(
            case when u.kind = 'ack_expired' then 0 else 1 end,
            least(floor(extract(epoch from at - u.begun_at) / 600), 8)::bigint
        ) as s (step)
        where u.begun_at + s.step * interval '10 minutes' > since
    ),

    steps as materialized (
        select d.*, noc.told_facts(d.alert, at) as facts from due as d where d.place <= 3
    ),

    planned as (
        insert into noc.notifications (
            alert_id, event, seq, channel, contact_id, company_cnpj, severity, payload, state,
            created_at, run_at
        )
        select
            s.alert_id, 'escalation', s.event_id * 10 + s.step, r.channel, r.contact_id,
            (s.alert).company_cnpj, (s.alert).severity, s.facts, 'planned', at, at
        from steps as s
        inner join noc.recipients(array(select distinct w.alert_id from steps as w)) as r
            on r.alert_id = s.alert_id
        inner join noc.contacts as c on c.contact_id = r.contact_id
        where r.works
            and (
                r.escalation_step = s.step % 3
                or s.step = 0 and c.user_id = (s.alert).assignee
            )
        on conflict on constraint notifications_one_per_event do nothing
        returning 1
    )

    select count(*) from planned
$$;

/*
Leaves word for the tick of whose messages were planned or ended since then. Looks 10 s further
back: what was written before may have been committed after.
*/
create function noc.touch_notifications(since timestamptz)
returns void
language sql
set search_path = ''
as $$
    insert into noc.touched (table_name, company_cnpj)
    select distinct 'noc_notifications', n.company_cnpj
    from noc.notifications as n
    where n.created_at > since - interval '10 seconds'
        or n.done_at > since - interval '10 seconds'
$$;

/*
Plans what is to be told at `at`, each event exactly once, at most 500 of them a turn. Gives
{"events", "planned", "bundled", "expired"}, or {"error"}: then nothing was planned, and the
events wait for the next turn. One caller at a time (noc.tick holds the lock).
*/
create function noc.plan_notifications(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_events bigint [];
    v_planned bigint;
    v_since constant timestamptz := coalesce(
        (select p.planned_at from noc.planner_state as p), '-infinity'
    );
begin
    with taken as (
        delete from noc.unplanned_events as u
        where u.event_id in (
            select w.event_id from noc.unplanned_events as w order by w.event_id limit 500
        )
        returning u.event_id
    )

    select coalesce(array_agg(t.event_id), '{}') into v_events from taken as t;
    v_planned := noc.plan_closings(v_events, at)
        + noc.plan_news(v_events, false, at)
        + noc.plan_news(v_events, true, at)
        + noc.plan_escalations(v_since, at)
        + noc.plan_reminders(at);
    update noc.planner_state as p set planned_at = greatest(p.planned_at, at) where p.one;
    perform noc.touch_notifications(v_since);
    return jsonb_build_object(
        'events', cardinality(v_events), 'planned', v_planned,
        'bundled', noc.release_planned(at), 'expired', noc.expire_notifications(at)
    );
exception when others then
    raise warning 'planning notifications failed: %', sqlerrm;
    return jsonb_build_object('error', left(sqlerrm, 300));
end;
$$;
