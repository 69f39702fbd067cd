-- What was told to whom and what became of it, for those who work alerts.

/*
The last 200 messages of what the caller operates: of one alert, or of a company, a group, or
all. People are named to those who look after the contact; addresses are masked. `channels`:
what became of the messages of the last day, and whether a worker can send by them (null: no
notifier was heard of). Raises PT404 alert_not_found, scope_not_found.
*/
create function noc.list_notifications(
    company_cnpj text, group_id uuid, alert_id uuid, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_operable constant text [] := noc.operable_scopes();
    v_scopes text [] := noc.resolve_scope(
        list_notifications.company_cnpj, list_notifications.group_id
    );
    v_everywhere constant boolean := num_nonnulls(
        list_notifications.company_cnpj, list_notifications.group_id
    ) = 0;
    v_shown uuid [];
begin
    if list_notifications.alert_id is not null then
        perform noc.require_alert(list_notifications.alert_id);
    end if;
    v_scopes := array(
        select s.scope from unnest(v_scopes) as s (scope) where s.scope = any(v_operable)
    );
    if list_notifications.alert_id is not null then
        v_shown := array(
            select n.notification_id from noc.notifications as n
            where n.alert_id = list_notifications.alert_id
                and coalesce(n.company_cnpj, '*') = any(v_scopes)
            order by n.created_at desc, n.notification_id
            limit 200
        );
    else
        v_shown := array(
            select n.notification_id
            from noc.notifications as n
            inner join noc.contacts as c on c.contact_id = n.contact_id
            where case
                when n.alert_id is not null then coalesce(n.company_cnpj, '*') = any(v_scopes)
                else (v_everywhere or c.company_cnpj = any(v_scopes)
                    or c.group_id = list_notifications.group_id)
                    and noc.keeps_contacts(c.role, c.company_cnpj, c.group_id)
            end
            order by n.created_at desc, n.notification_id
            limit 200
        );
    end if;
    return jsonb_build_object(
        'notifications', (
            select coalesce(jsonb_agg(
                noc.notification_json(n, noc.keeps_contacts(c.role, c.company_cnpj, c.group_id))
                order by n.created_at desc, n.notification_id
            ), '[]')
            from noc.notifications as n
            inner join noc.contacts as c on c.contact_id = n.contact_id
            where n.notification_id = any(v_shown)
        ),
        'channels', case when cardinality(v_operable) > 0 then noc.channels_json(v_scopes, at) end
    );
end;
$$;

/* One message as the page shows it. `named`: the reader looks after the contact. */
create function noc.notification_json(message noc.notifications, named boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'notification_id', message.notification_id, 'alert_id', message.alert_id,
        'event', message.event, 'channel', message.channel, 'severity', message.severity,
        'company_cnpj', message.company_cnpj, 'role', c.role,
        'name', case when named then c.name end,
        'recipient', case when named then case message.channel
            when 'email' then noc.mask_email(c.email) else noc.mask_phone(c.phone)
        end end,
        'state', message.state, 'reason', message.reason, 'created_at', message.created_at,
        'run_at', message.run_at, 'done_at', message.done_at, 'bundle_id', message.bundle_id,
        'bundle_state', b.state,
        'instead_of', message.instead_of, 'attempts', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'begun_at', t.begun_at, 'ended_at', t.ended_at, 'outcome', t.outcome,
                'reason', t.reason
            ) order by t.fence), '[]')
            from noc.notification_attempts as t
            where t.notification_id = message.notification_id
        )
    )
    from noc.contacts as c
    left join noc.notifications as b on b.notification_id = message.bundle_id
    where c.contact_id = message.contact_id
$$;

/* Each channel's last day within the scopes, and whether it can be sent by at all. */
create function noc.channels_json(scopes text [], at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_agg(jsonb_build_object(
        'channel', k.channel,
        'configured', (
            select coalesce(bool_or(h.status -> 'channels' ? k.channel), false)
            from noc.worker_heartbeats as h
            where h.worker = 'notify' and h.received_at > at - interval '1 minute'
            having count(*) > 0
        ),
        'waiting', s.waiting, 'sent', s.sent, 'unknown', s.unknown, 'dead', s.dead,
        'last_sent_at', s.last_sent_at
    ) order by k.channel)
    from unnest('{email,whatsapp}'::text []) as k (channel)
    cross join lateral (
        select
            count(*) filter (where w.state in ('queued', 'leased', 'sending')) as waiting,
            count(*) filter (where w.state in ('sent', 'delivered', 'read')) as sent,
            count(*) filter (where w.state = 'unknown') as unknown,
            count(*) filter (where w.state = 'dead') as dead,
            max(w.done_at) filter (where w.state in ('sent', 'delivered', 'read')) as last_sent_at
        from noc.notifications as n
        -- What was told with others is where that message is.
        inner join noc.notifications as w
            on w.notification_id
            = case when n.state = 'bundled' then n.bundle_id else n.notification_id end
        where n.channel = k.channel
            and n.alert_id is not null
            and coalesce(n.company_cnpj, '*') = any(scopes)
            and n.created_at > at - interval '1 day'
    ) as s
$$;

create function public.noc_list_notifications(
    company_cnpj text default null, group_id uuid default null, alert_id uuid default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_notifications(company_cnpj, group_id, alert_id, now()));
end;
