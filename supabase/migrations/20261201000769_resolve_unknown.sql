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

/*
A person's word on what is `unknown`: it arrived; it did not, and is sent again (`resend`), when
there is still something to tell, or is not (`drop`). `kind`: notification. Gives {"kind", "id",
"outcome", "state"}. Raises PT400 kind | outcome | reason, PT409 not_unknown; refuses PT404.
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
    v_message noc.notifications;
    v_reason constant text := noc.checked_text('reason', resolve_unknown.reason, 500);
    v_state noc.notification_state;
begin
    if kind is distinct from 'notification' then
        perform noc.fail('PT400', 'kind', 'kind: must be notification');
    end if;
    v_message := noc.lock_notification(resolve_unknown.id);
    if v_message.notification_id is null then
        return noc.refuse(
            'resolve_unknown', coalesce('notification:' || resolve_unknown.id, 'notification'),
            'PT404', 'notification_not_found', 'message not found or not yours'
        );
    end if;
    if coalesce(outcome not in ('arrived', 'resend', 'drop'), true) then
        perform noc.fail('PT400', 'outcome', 'outcome: must be arrived, resend or drop');
    end if;
    if v_reason is null then
        perform noc.fail('PT400', 'reason', 'reason: is required');
    end if;
    if v_message.state <> 'unknown' then
        perform noc.fail('PT409', 'not_unknown', 'what became of the message is known');
    end if;

    v_state := (case outcome
        when 'arrived' then 'sent' when 'resend' then 'queued' else 'dead'
    end)::noc.notification_state;
    update noc.notifications as n
    set
        state = v_state,
        reason = case when v_state = 'dead' then 'not_arrived' end,
        may_have_arrived = v_state = 'sent',
        run_at = case when v_state = 'queued' then at else n.run_at end,
        done_at = case when v_state <> 'queued' then at end
    where n.notification_id = v_message.notification_id;
    perform noc.record_audit(
        'resolve_unknown', 'notification:' || v_message.notification_id, v_message.company_cnpj,
        jsonb_build_object('kind', kind, 'outcome', outcome, 'reason', v_reason)
    );
    perform noc.announce('noc_notifications', v_message.company_cnpj);
    return jsonb_build_object(
        'kind', kind, 'id', v_message.notification_id, 'outcome', outcome, 'state', v_state
    );
end;
$$;

create function public.noc_resolve_unknown(kind text, id uuid, outcome text, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.resolve_unknown(kind, id, outcome, reason, now()); end;
