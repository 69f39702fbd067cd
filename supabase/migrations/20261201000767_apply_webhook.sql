-- What the provider says later of what was sent: in any order, as often as it likes, and only
-- ever for the better. What is known in the end does not depend on what was heard first.

/*
One status of a message of the queue: sent, delivered, read or failed. Better than what is known
it is written; failed counts while nothing better than `sent` is known, and of the send that it
is about. A message that waits for another try and has arrived after all is not sent again.
Gives same, applied or held (applied, and the provider refuses more than this message).
*/
create function noc.apply_message_status(
    message public.queue_whatsapp, ref text, status text, code integer, at timestamptz
)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_error constant noc.provider_errors := noc.provider_error(code);
    v_better constant boolean := case status
        when 'read' then message.state <> 'read'
        when 'delivered' then message.state not in ('delivered', 'read')
        when 'sent' then message.state not in ('sent', 'delivered', 'read', 'dead')
        when 'failed' then message.state in ('sending', 'unknown', 'sent')
            and coalesce(message.provider_ref = ref, true)
    end;
    v_state constant public.queue_state := (case status
        when 'failed' then 'dead' else status
    end)::public.queue_state;
begin
    update noc.message_attempts as t set provider_ref = ref
    where t.message_id = message.message_id
        and t.fence = message.fence
        and t.provider_ref is null;
    if not coalesce(v_better, false) then
        return 'same';
    end if;
    update public.queue_whatsapp as q
    set
        state = v_state,
        status = noc.queue_status_of(v_state),
        provider_ref = coalesce(ref, q.provider_ref),
        error_class = case when v_state = 'dead' then v_error.reason end,
        error_code = case when v_state = 'dead' then apply_message_status.code end,
        lease_until = null,
        updated_at = at
    where q.message_id = message.message_id;
    insert into noc.touched (table_name, company_cnpj)
    values ('queue_whatsapp', message.company_cnpj);
    return case
        when v_state = 'dead' and v_error.hold is not null then 'held' else 'applied'
    end;
end;
$$;

/* The message of ours that a status is about, locked: by our own id, else by the provider's. */
create function noc.lock_message_of(callback text, ref text)
returns public.queue_whatsapp
language sql
volatile
set search_path = ''
as $$
    select q.* from public.queue_whatsapp as q
    where q.run_at is not null
        and q.attempts > 0
        and q.message_id = coalesce(noc.try_uuid(callback), (
            select t.message_id from noc.message_attempts as t
            where t.provider_ref = ref
            order by t.begun_at
            limit 1
        ))
    for update
$$;

/*
Statuses that came by webhook, at most 1,000: [{"ref": the provider's id, "callback": ours, as it
was sent along, "status": sent, delivered, read, played or failed, "code": of an error}]. Of
messages of the queue and of notifications alike. Gives {"applied", "same": nothing new,
"foreign": of nothing that was sent from here}. Raises PT400 statuses.
*/
create function noc.apply_webhook(statuses jsonb, at timestamptz default clock_timestamp())
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_one record;
    v_message public.queue_whatsapp;
    v_error noc.provider_errors;
    v_before noc.notification_state;
    v_after noc.notification_state;
    v_result text;
    v_counts jsonb := jsonb '{"applied": 0, "same": 0, "foreign": 0}';
    v_holds jsonb := jsonb '[]';
begin
    if coalesce(jsonb_typeof(statuses) <> 'array', true) or jsonb_array_length(statuses) > 1000
    then
        perform noc.fail('PT400', 'statuses', 'statuses: must be a list of at most 1000');
    end if;
    for v_one in
        -- One lock order for every caller.
        select
            e.ref, e.callback, e.code,
            case e.status when 'played' then 'read' else e.status end as status
        from jsonb_to_recordset(statuses) as e (
            ref text, callback text, status text, code integer
        )
        where e.status in ('sent', 'delivered', 'read', 'played', 'failed')
        order by e.callback, e.ref
    loop
        v_message := noc.lock_message_of(v_one.callback, v_one.ref);
        v_error := noc.provider_error(v_one.code);
        if v_message.message_id is not null then
            v_result := noc.apply_message_status(
                v_message, v_one.ref, v_one.status, v_one.code, at
            );
            if v_result = 'held' then
                v_holds := v_holds || jsonb_build_object(
                    'company', case v_error.hold when 'company' then v_message.company_cnpj end,
                    'number', case v_error.hold when 'number' then v_message.phone_number_id end,
                    'reason', v_error.reason
                );
                v_result := 'applied';
            end if;
        else
            select n.state into v_before from noc.notifications as n
            where n.notification_id = noc.try_uuid(v_one.callback);
            v_after := noc.apply_delivery(
                noc.try_uuid(v_one.callback), v_one.status, v_error.reason, v_error.bad_address, at
            );
            v_result := case
                when v_after is null then 'foreign'
                when v_after is distinct from v_before then 'applied'
                else 'same'
            end;
        end if;
        v_counts := jsonb_set(
            v_counts, array[v_result], to_jsonb((v_counts ->> v_result)::integer + 1)
        );
    end loop;
    -- At the end: whoever begins a send waits for this lock and may hold a message.
    perform noc.hold_queue(h.company, h.number, h.reason, at)
    from jsonb_to_recordset(v_holds) as h (company text, number text, reason text);
    return v_counts;
end;
$$;

create function public.noc_apply_webhook(statuses jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.apply_webhook(statuses); end;
