-- What nobody can tell but a person: whether something that was cut off on its way arrived.

/*
The message, locked, when it is of what the caller operates: of its alert, or of a contact that
the caller looks after; null otherwise.
*/
create function noc.lock_notification(notification_id uuid)
returns noc.notifications
language plpgsql
set search_path = ''
as $$
declare
    v_message noc.notifications;
begin
    select n.* into v_message
    from noc.notifications as n
    inner join noc.contacts as c on c.contact_id = n.contact_id
    where n.notification_id = lock_notification.notification_id
        and case
            when n.alert_id is not null
                then coalesce(n.company_cnpj, '*') = any(noc.operable_scopes())
            else noc.keeps_contacts(c.role, c.company_cnpj, c.group_id)
        end
    for update of n;
    return v_message;
end;
$$;

/* The message of the queue, locked, when the caller operates its company; null otherwise. */
create function noc.lock_message(message_id uuid)
returns public.queue_whatsapp
language sql
volatile
set search_path = ''
as $$
    select q.* from public.queue_whatsapp as q
    where q.message_id = lock_message.message_id
        and q.run_at is not null
        and q.company_cnpj = any(noc.operable_scopes())
    for update
$$;

/* Writes a person's word on a notification that is unknown. Gives its state. */
create function noc.resolve_notification(notification_id uuid, outcome text, at timestamptz)
returns text
language sql
set search_path = ''
as $$
    update noc.notifications as n
    set
        state = case outcome
            when 'arrived' then 'sent' when 'resend' then 'queued' else 'dead'
        end::noc.notification_state,
        reason = case when outcome = 'drop' then 'not_arrived' end,
        may_have_arrived = outcome = 'arrived',
        run_at = case when outcome = 'resend' then at else n.run_at end,
        done_at = case when outcome <> 'resend' then at end
    where n.notification_id = resolve_notification.notification_id
    returning n.state::text
$$;

/* The same of a message of the queue, whose expiry counts anew when it is sent again. */
create function noc.resolve_message(message_id uuid, outcome text, at timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_state constant public.queue_state := (case outcome
        when 'arrived' then 'sent' when 'resend' then 'retry' else 'dead'
    end)::public.queue_state;
begin
    if v_state = 'retry' then
        perform noc.requeue_message(resolve_message.message_id, at);
        return v_state;
    end if;
    update public.queue_whatsapp as q
    set
        state = v_state,
        status = noc.queue_status_of(v_state),
        error_class = case when v_state = 'dead' then 'not_arrived' end,
        updated_at = at
    where q.message_id = resolve_message.message_id;
    return v_state;
end;
$$;

/*
A person's word on what is `unknown`: it arrived; it did not, and is sent again (`resend`), when
there is still something to tell, or is not (`drop`). `kind`: notification, or message of the
WhatsApp queue. Gives {"kind", "id", "outcome", "state"}. Raises PT400 kind | outcome | reason,
PT409 not_unknown | content_gone; refuses PT404.
*/
create function noc.resolve_unknown(
    kind text, id uuid, outcome text, reason text, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_message public.queue_whatsapp;
    v_notification noc.notifications;
    v_reason constant text := noc.checked_text('reason', resolve_unknown.reason, 500);
    v_company text;
    v_before text;
    v_state text;
begin
    if coalesce(kind not in ('notification', 'message'), true) then
        perform noc.fail('PT400', 'kind', 'kind: must be notification or message');
    end if;
    if kind = 'message' then
        v_message := noc.lock_message(resolve_unknown.id);
        v_before := v_message.state;
        v_company := v_message.company_cnpj;
    else
        v_notification := noc.lock_notification(resolve_unknown.id);
        v_before := v_notification.state;
        v_company := v_notification.company_cnpj;
    end if;
    if v_before is null then
        return noc.refuse(
            'resolve_unknown', coalesce(kind || ':' || resolve_unknown.id, kind),
            'PT404', kind || '_not_found', 'message not found or not yours'
        );
    end if;
    if coalesce(outcome not in ('arrived', 'resend', 'drop'), true) then
        perform noc.fail('PT400', 'outcome', 'outcome: must be arrived, resend or drop');
    end if;
    if v_reason is null then
        perform noc.fail('PT400', 'reason', 'reason: is required');
    end if;
    if v_before <> 'unknown' then
        perform noc.fail('PT409', 'not_unknown', 'what became of the message is known');
    end if;
    if kind = 'message' and outcome = 'resend' and not exists (
        select 1 from noc.message_contents as c where c.message_id = v_message.message_id
    ) then
        perform noc.fail('PT409', 'content_gone', 'what the message said is not kept any more');
    end if;

    v_state := case kind
        when 'message' then noc.resolve_message(resolve_unknown.id, outcome, at)
        else noc.resolve_notification(resolve_unknown.id, outcome, at)
    end;
    perform noc.record_audit(
        'resolve_unknown', kind || ':' || resolve_unknown.id, v_company,
        jsonb_build_object('kind', kind, 'outcome', outcome, 'reason', v_reason)
    );
    perform noc.announce(
        case kind when 'message' then 'queue_whatsapp' else 'noc_notifications' end, v_company
    );
    return jsonb_build_object(
        'kind', kind, 'id', resolve_unknown.id, 'outcome', outcome, 'state', v_state
    );
end;
$$;

create function public.noc_resolve_unknown(kind text, id uuid, outcome text, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.resolve_unknown(kind, id, outcome, reason, now()); end;
