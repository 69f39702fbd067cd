-- Messages of no alert, through the same outbox: tests of a contact, anchors of the trail.

/*
Sends a test to one channel of the contact, as soon as a worker comes by. At most 3 for one
contact in an hour. A test that arrives mends a channel that was refused. Gives
{"notification_id", "channel"}. Raises PT400 channel, PT429 test_limit; refuses PT404.
*/
create function noc.test_contact(contact_id uuid, channel text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_contact noc.contacts := noc.lock_contact(test_contact.contact_id);
    v_message uuid;
begin
    if v_contact.contact_id is null then
        return noc.refuse(
            'test_contact', coalesce('contact:' || test_contact.contact_id, 'contact')
        );
    end if;
    if coalesce(test_contact.channel not in ('email', 'whatsapp'), true)
        or noc.address_of(v_contact, test_contact.channel) is null then
        perform noc.fail(
            'PT400', 'channel', 'channel: must be email or whatsapp, with an address'
        );
    end if;
    if (
        select count(*) >= 3 from noc.notifications as n
        where n.contact_id = v_contact.contact_id
            and n.event = 'test'
            and n.created_at > at - interval '1 hour'
    ) then
        perform noc.fail('PT429', 'test_limit', 'at most 3 tests of a contact in an hour');
    end if;

    insert into noc.notifications (
        event, seq, channel, contact_id, company_cnpj, severity, payload, state, created_at, run_at
    )
    values (
        'test', (
            select coalesce(max(n.seq), 0) + 1 from noc.notifications as n
            where n.contact_id = v_contact.contact_id and n.event = 'test'
        ), test_contact.channel, v_contact.contact_id, v_contact.company_cnpj, 'info',
        jsonb_build_object('at', at), 'queued', at, at
    )
    returning notification_id into v_message;
    perform noc.record_audit(
        'test_contact', 'contact:' || v_contact.contact_id, v_contact.company_cnpj,
        jsonb_build_object('channel', test_contact.channel)
    );
    return jsonb_build_object('notification_id', v_message, 'channel', test_contact.channel);
end;
$$;

create function public.noc_test_contact(contact_id uuid, channel text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.test_contact(contact_id, channel, now()); end;

/*
Anchors the trail and mails the heads that moved since the last time to every admin among the
contacts: whoever rewrites the trail cannot rewrite the mailboxes. Gives noc.anchor_audit's
answer.
*/
create function noc.send_anchors(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_anchors jsonb := noc.anchor_audit(at);
    v_moved jsonb := (
        select jsonb_agg(
            jsonb_build_object('chain', a.chain, 'seq', a.seq, 'hash', encode(a.hash, 'hex'))
            order by a.chain
        )
        from noc.audit_anchors as a
        where a.at = send_anchors.at
    );
begin
    insert into noc.notifications (
        event, seq, channel, contact_id, severity, payload, state, created_at, run_at
    )
    select
        'anchor', extract(epoch from at)::bigint, 'email', c.contact_id, 'info',
        jsonb_build_object('at', at, 'heads', v_moved), 'queued', at, at
    from noc.contacts as c
    where v_moved is not null
        and c.role = 'admin'
        and c.email is not null
        and c.email_broken_at is null
        and noc.may_be_told(c, null, null)
    on conflict on constraint notifications_one_per_event do nothing;
    return v_anchors;
end;
$$;

/*
Messages that waited for a day are not sent any more: nobody could send them, and they are
news no longer. Gives how many.
*/
create function noc.expire_notifications(at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with expired as (
        update noc.notifications as n
        set state = 'cancelled', reason = coalesce(n.reason, 'expired'), done_at = at
        where n.state = 'queued' and n.run_at < at - interval '1 day'
        returning 1
    )

    select count(*) from expired
$$;
