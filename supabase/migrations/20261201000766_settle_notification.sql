-- What became of a send: said by the worker that sent it, or later by the provider.

/*
The wait before the next try: anything up to a minute, doubled with each try, at most 15 minutes;
never less than the provider asked for, and then a little more, so that not all come at once.
*/
create function noc.retry_wait(attempts integer, retry_after_s integer)
returns interval
language sql
volatile
set search_path = ''
as $$
    select make_interval(secs => case
        when retry_after_s > 0
            then retry_after_s * (1 + 0.2 * random()) + random() * (w.most - 60)
        else random() * w.most
    end)
    from (select least(900, 60 * 2 ^ (attempts - 1)) as most) as w
$$;

/* Whether the next message would have fared no better, whatever it is and to whom. */
create function noc.is_providers_fault(outcome text, reason text)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select case outcome
        when 'retry' then reason <> 'pair_rate' and reason !~ '^rcpt_'
        when 'ambiguous' then reason not in ('sender_bug', 'lease_lost', 'stopped')
        when 'refused'
            then reason in ('auth_invalid', 'permission', 'billing', 'account_locked')
        else false
    end
$$;

/* The contact's channel is not used until its address is changed or a test arrives. */
create function noc.break_channel(message noc.notifications, reason text, at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update noc.contacts as c
    set
        email_broken_at = case message.channel
            when 'email' then at else c.email_broken_at end,
        email_broken_reason = case message.channel
            when 'email' then break_channel.reason else c.email_broken_reason end,
        whatsapp_broken_at = case message.channel
            when 'whatsapp' then at else c.whatsapp_broken_at end,
        whatsapp_broken_reason = case message.channel
            when 'whatsapp' then break_channel.reason else c.whatsapp_broken_reason end
    where c.contact_id = message.contact_id and c.deleted_at is null;
    if found then
        perform noc.record_audit(
            'contact_channel_broken', 'contact:' || message.contact_id, c.company_cnpj,
            jsonb_build_object('channel', message.channel, 'reason', break_channel.reason)
        )
        from noc.contacts as c where c.contact_id = message.contact_id;
    end if;
end;
$$;

/* A test that arrived: the channel works. */
create function noc.mend_channel(message noc.notifications)
returns void
language sql
set search_path = ''
as $$
    update noc.contacts as c
    set
        email_broken_at = case message.channel when 'email' then null else c.email_broken_at end,
        email_broken_reason = case message.channel
            when 'email' then null else c.email_broken_reason end,
        whatsapp_broken_at = case message.channel
            when 'whatsapp' then null else c.whatsapp_broken_at end,
        whatsapp_broken_reason = case message.channel
            when 'whatsapp' then null else c.whatsapp_broken_reason end
    where c.contact_id = message.contact_id
$$;

/*
Where the message goes after this outcome, written. `outcome`: sent; retry (surely not sent);
ambiguous (perhaps sent); refused (for good); bad_address (for good, because of the address).
*/
create function noc.apply_outcome(
    message noc.notifications, outcome text, reason text, provider_ref text,
    retry_after_s integer, at timestamptz
)
returns noc.notification_state
language plpgsql
set search_path = ''
as $$
declare
    v_state noc.notification_state := (case
        when outcome = 'sent' then 'sent'
        when outcome = 'ambiguous' and message.channel = 'whatsapp' then 'unknown'
        when outcome in ('retry', 'ambiguous') and message.attempts < 6 then 'queued'
        else 'dead'
    end)::noc.notification_state;
begin
    update noc.notifications as n
    set
        state = v_state,
        reason = case when v_state <> 'sent' then apply_outcome.reason end,
        provider_ref = coalesce(apply_outcome.provider_ref, n.provider_ref),
        may_have_arrived = n.may_have_arrived or outcome = 'ambiguous',
        run_at = case
            when v_state = 'queued' then at + noc.retry_wait(n.attempts, retry_after_s)
            else n.run_at
        end,
        lease_until = null,
        done_at = case when v_state <> 'queued' then at end
    where n.notification_id = message.notification_id;
    if outcome = 'bad_address' then
        perform noc.break_channel(message, reason, at);
    end if;
    if v_state = 'sent' and message.event = 'test' then
        perform noc.mend_channel(message);
    end if;
    if v_state = 'dead' then
        perform noc.fall_back(message, at);
    end if;
    return v_state;
end;
$$;

/*
Takes the outcome of a begun send in, once; also one that comes after its lease ran out, as long
as nobody began it again. Gives {"accepted", "state"}; accepted false: somebody else has it, or
the provider already said more. Raises PT400 outcome | reason | provider_ref | retry_after_s,
PT404 notification_not_found.
*/
create function noc.settle_notification(
    notification_id uuid, fence bigint, outcome text, reason text, provider_ref text,
    retry_after_s integer, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_message noc.notifications;
    v_begun_at timestamptz;
begin
    if coalesce(
        outcome not in ('sent', 'retry', 'ambiguous', 'refused', 'bad_address'), true
    ) then
        perform noc.fail(
            'PT400', 'outcome', 'outcome: must be sent, retry, ambiguous, refused or bad_address'
        );
    end if;
    if reason !~ '^[a-z][a-z0-9_]{0,39}$' or outcome <> 'sent' and reason is null then
        perform noc.fail('PT400', 'reason', 'reason: must be a code of 1 to 40 of a-z 0-9 _');
    end if;
    if length(provider_ref) > 200 then
        perform noc.fail('PT400', 'provider_ref', 'provider_ref: at most 200 characters');
    end if;
    if retry_after_s not between 0 and 86400 then
        perform noc.fail('PT400', 'retry_after_s', 'retry_after_s: must be between 0 and 86400');
    end if;
    select n.* into v_message from noc.notifications as n
    where n.notification_id = settle_notification.notification_id
    for update;
    if not found then
        perform noc.fail('PT404', 'notification_not_found', 'notification_id: no such message');
    end if;

    if v_message.fence <> settle_notification.fence
        or v_message.state not in ('sending', 'unknown', 'queued')
        or v_message.state <> 'sending' and outcome <> 'sent'
        or not exists (
            select 1 from noc.notification_attempts as t
            where t.notification_id = v_message.notification_id
                and t.fence = v_message.fence
                and coalesce(t.outcome, 'lost') in ('lost', 'ambiguous')
        ) then
        return jsonb_build_object('accepted', false, 'state', v_message.state);
    end if;

    update noc.notification_attempts as t
    set
        ended_at = at,
        outcome = settle_notification.outcome,
        reason = settle_notification.reason
    where t.notification_id = v_message.notification_id and t.fence = v_message.fence
    returning t.begun_at into v_begun_at;
    perform noc.record_call(
        noc.provider_of(v_message.channel), v_message.company_cnpj, v_begun_at,
        noc.is_providers_fault(outcome, reason), v_message.attempts > 1, at
    );
    return jsonb_build_object('accepted', true, 'state', noc.apply_outcome(
        v_message, outcome, reason, provider_ref, retry_after_s, at
    ));
end;
$$;

/*
What the provider says later of a message: `status` sent, delivered, read or failed, in any
order and as often as it likes. It only ever gets better; failed counts while nothing better is
known, and then the other channel is tried; `bad_address`: because of the address. Gives the
state, null for a message that is not ours.
*/
create function noc.apply_delivery(
    notification_id uuid, status text, reason text, bad_address boolean, at timestamptz
)
returns noc.notification_state
language plpgsql
set search_path = ''
as $$
declare
    v_message noc.notifications;
    v_state noc.notification_state;
begin
    select n.* into v_message from noc.notifications as n
    where n.notification_id = apply_delivery.notification_id and n.attempts > 0
    for update;
    if not found then
        return null;
    end if;
    if status = 'failed' then
        if v_message.state in ('sending', 'unknown', 'sent') then
            return noc.apply_outcome(
                v_message, case when bad_address then 'bad_address' else 'refused' end,
                reason, null, null, at
            );
        end if;
        return v_message.state;
    end if;
    v_state := status::noc.notification_state;
    if v_state not in ('sent', 'delivered', 'read')
        or v_message.state in ('sent', 'delivered', 'read') and v_message.state >= v_state then
        return v_message.state;
    end if;
    update noc.notifications as n
    set state = v_state, reason = null, lease_until = null, done_at = at
    where n.notification_id = v_message.notification_id;
    return v_state;
end;
$$;

create function public.noc_settle_notification(
    notification_id uuid, fence bigint, outcome text, reason text default null,
    provider_ref text default null, retry_after_s integer default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.settle_notification(
        notification_id, fence, outcome, reason, provider_ref, retry_after_s
    );
end;
