-- The last look before a message leaves. It commits before the first byte is sent: a worker
-- that ends afterwards leaves a trace of what may have arrived.

/* Where the contact is reached by that channel, null: nowhere. */
create function noc.address_of(contact noc.contacts, channel text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case channel when 'email' then contact.email else contact.phone end
$$;

/* Why the contact's channel is not used, null when it works. */
create function noc.broken_reason(contact noc.contacts, channel text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case channel
        when 'email' then contact.email_broken_reason
        else contact.whatsapp_broken_reason
    end
$$;

/* What a message of many holds that may go by that channel and has no message of its own there. */
create function noc.untold_by(bundle_id uuid, channel text)
returns table (notification_id uuid)
language sql
stable
set search_path = ''
as $$
    select n.notification_id
    from noc.notifications as n
    inner join public.noc_alerts as a on a.alert_id = n.alert_id
    where n.bundle_id = untold_by.bundle_id
        and n.state = 'bundled'
        and coalesce(a.service <> all(noc.carried_by(untold_by.channel)), true)
        and not exists (
            select 1 from noc.notifications as o
            where o.alert_id = n.alert_id
                and o.event = n.event
                and o.seq = n.seq
                and o.channel = untold_by.channel
                and o.contact_id = n.contact_id
        )
$$;

/*
The message once more by the contact's other channel, at once, unless it has one of its own there;
of several, those that have none. False when that one has no address, is refused for good, or is
what the message is about; tests and anchors stay with theirs.
It waits for no other message: two that fall back on each other would wait forever.
*/
create function noc.fall_back(message noc.notifications, at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_other constant text := case message.channel when 'email' then 'whatsapp' else 'email' end;
    v_many constant boolean := message.event in ('group', 'bundle', 'storm');
    v_instead uuid;
begin
    if message.event in ('test', 'anchor', 'notice') or not exists (
        select 1 from noc.contacts as c
        left join public.noc_alerts as a on a.alert_id = message.alert_id
        where c.contact_id = message.contact_id
            and noc.address_of(c, v_other) is not null
            and noc.broken_reason(c, v_other) is null
            and coalesce(a.service <> all(noc.carried_by(v_other)), true)
    ) then
        return false;
    end if;
    if v_many then
        if not exists (select 1 from noc.untold_by(message.notification_id, v_other) as u) then
            return true;
        end if;
        -- Its twin there takes them along, as long as nobody begins or changes it.
        select n.notification_id into v_instead from noc.notifications as n
        where n.alert_id is null
            and n.event = message.event
            and n.seq = message.seq
            and n.channel = v_other
            and n.contact_id = message.contact_id
            and n.state in ('queued', 'leased')
            and n.attempts = 0
        for update skip locked;
    end if;
    -- Looked for first: an insert in conflict waits for whoever changes that one.
    if v_instead is null and (v_many or not exists (
        select from noc.notifications as n
        where n.alert_id = message.alert_id
            and n.event = message.event
            and n.seq = message.seq
            and n.channel = v_other
            and n.contact_id = message.contact_id
    )) then
        insert into noc.notifications as n (
            alert_id, event, seq, channel, contact_id, company_cnpj, severity, payload, state,
            created_at, run_at, instead_of
        )
        values (
            message.alert_id, message.event,
            case
                when v_many then hashtextextended(message.notification_id::text, 0)
                else message.seq
            end,
            v_other, message.contact_id, message.company_cnpj, message.severity, message.payload,
            'queued', at, at, message.notification_id
        )
        on conflict on constraint notifications_one_per_event do nothing
        returning n.notification_id into v_instead;
    end if;
    update noc.notifications as n set bundle_id = v_instead
    from noc.untold_by(message.notification_id, v_other) as u
    where n.notification_id = u.notification_id;
    return true;
end;
$$;

/* Why there is nothing to tell any more, null when there is. */
create function noc.why_not_tell(message noc.notifications, contact noc.contacts)
returns text
language sql
stable
set search_path = ''
as $$
    select case
        when contact.deleted_at is not null then 'contact_deleted'
        when noc.address_of(contact, message.channel) is null then 'no_address'
        when message.event = 'test' then null
        when noc.broken_reason(contact, message.channel) is not null then 'channel_broken'
        when not noc.may_be_told(contact, message.company_cnpj, (
            select c.group_id from public.companies as c
            where c.company_cnpj = message.company_cnpj
        )) and message.alert_id is not null then 'not_allowed'
        when message.event = 'closed' then case when a.state <> 'closed' then 'reopened' end
        when a.state = 'closed' then 'closed'
        when a.muted_by is not null then 'muted'
        when a.state = 'ack' and message.event in ('reminder', 'escalation') then 'acknowledged'
        when message.event in ('group', 'bundle', 'storm') and not exists (
            select 1 from noc.notifications as n
            where n.bundle_id = message.notification_id and n.state = 'bundled'
        ) then 'closed'
    end
    from (values (1)) as one
    left join public.noc_alerts as a on a.alert_id = message.alert_id
$$;

/*
What a message of many holds, once what need not be told any more was taken out of it: {"count",
"ended", "companies": how many, "event", "severity", "service", "code": where they are the same,
"lines": the worst five, of a group twenty}.
*/
create function noc.bundle_facts(
    bundle noc.notifications, contact noc.contacts, at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    update noc.notifications as n
    set state = 'cancelled', bundle_id = null, done_at = at, reason = w.reason
    from (
        select m.notification_id, noc.why_not_tell(m, contact) as reason
        from noc.notifications as m
        where m.bundle_id = bundle.notification_id and m.state = 'bundled'
    ) as w
    where n.notification_id = w.notification_id
        and w.reason in ('not_allowed', 'reopened', 'closed', 'muted', 'acknowledged');
    return (
        select jsonb_build_object(
            'count', count(*), 'ended', count(*) filter (where n.event = 'closed'),
            'companies', count(distinct n.company_cnpj), 'severity', max(n.severity),
            'event', case when min(n.event) = max(n.event) then min(n.event) end,
            'service', case
                when count(distinct n.payload ->> 'service') = 1 then min(n.payload ->> 'service')
            end,
            'code', case
                when count(distinct n.payload ->> 'code') = 1 then min(n.payload ->> 'code')
            end,
            'lines', (
                select jsonb_agg(l.payload || jsonb_build_object('event', l.event))
                from (
                    select i.payload, i.event from noc.notifications as i
                    where i.bundle_id = bundle.notification_id and i.state = 'bundled'
                    order by
                        i.event = 'closed', i.severity desc, i.created_at,
                        i.payload ->> 'company_name', i.notification_id
                    limit case bundle.event when 'group' then 20 else 5 end
                ) as l
            )
        )
        from noc.notifications as n
        where n.bundle_id = bundle.notification_id and n.state = 'bundled'
    );
end;
$$;

/*
What to send and to whom, when there is still something to tell: {"send": true,
"notification_id", "event", "channel", "to", "name", "language", "role", "facts"}; from now on
it counts as perhaps sent. A group of which one is left is told as that one. Otherwise {"send":
false, "reason"}: a lease that has passed on answers lease_lost; where the provider is cut off or
its retries have had their share (cut_off, retry_budget), the message waits, and no try is counted.
*/
create function noc.begin_notification(
    notification_id uuid, fence bigint, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_message noc.notifications;
    v_contact noc.contacts;
    v_reason text;
    v_only jsonb;
    v_facts jsonb;
    v_leave jsonb;
begin
    select n.* into v_message from noc.notifications as n
    where n.notification_id = begin_notification.notification_id
    for update;
    if not coalesce(
        v_message.fence = begin_notification.fence and v_message.state = 'leased', false
    ) then
        return jsonb_build_object('send', false, 'reason', 'lease_lost');
    end if;
    select c.* into v_contact from noc.contacts as c where c.contact_id = v_message.contact_id;

    -- What may have arrived is said again to the letter.
    if v_message.event in ('group', 'bundle', 'storm') and not v_message.may_have_arrived then
        v_message.payload := noc.bundle_facts(v_message, v_contact, at);
    end if;
    if v_message.event = 'group' and v_message.payload ->> 'count' = '1' then
        v_only := v_message.payload #> '{lines,0}';
    end if;
    v_facts := coalesce(v_only - 'event', v_message.payload);
    v_reason := noc.why_not_tell(v_message, v_contact);
    if v_reason is not null then
        update noc.notifications as n
        set state = 'cancelled', reason = v_reason, lease_until = null, done_at = at
        where n.notification_id = v_message.notification_id;
        if v_reason in ('channel_broken', 'no_address') then
            perform noc.fall_back(v_message, at);
        end if;
        return jsonb_build_object('send', false, 'reason', v_reason);
    end if;
    v_leave := noc.may_call(
        noc.provider_of(v_message.channel), v_message.company_cnpj, v_message.attempts > 0, at
    );
    if not (v_leave ->> 'allowed')::boolean then
        update noc.notifications as n
        set
            state = 'queued', reason = v_leave ->> 'reason', lease_until = null,
            run_at = at + make_interval(secs => (v_leave ->> 'wait_s')::double precision)
        where n.notification_id = v_message.notification_id;
        return jsonb_build_object('send', false, 'reason', v_leave ->> 'reason');
    end if;

    update noc.notifications as n
    set
        state = 'sending',
        attempts = n.attempts + 1,
        payload = v_message.payload,
        lease_until = at + interval '30 seconds'
    where n.notification_id = v_message.notification_id;
    insert into noc.notification_attempts (notification_id, fence, worker, begun_at)
    values (v_message.notification_id, v_message.fence, v_message.lease_owner, at);
    return jsonb_build_object(
        'send', true, 'notification_id', v_message.notification_id,
        'event', coalesce(v_only ->> 'event', v_message.event), 'channel', v_message.channel,
        'to', noc.address_of(v_contact, v_message.channel), 'name', v_contact.name,
        'language', v_contact.language, 'role', v_contact.role,
        'facts', v_facts || jsonb_build_object('by', (
            select u.email from auth.users as u where u.id = (v_facts ->> 'by')::uuid
        ))
    );
end;
$$;

create function public.noc_begin_notification(notification_id uuid, fence bigint)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.begin_notification(notification_id, fence); end;
