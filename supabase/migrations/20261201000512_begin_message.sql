-- The last look before a message leaves. It commits before the first byte is sent: a worker that
-- ends afterwards leaves a trace of what may have arrived.

/* Gives the lease back: the message waits again, until `run_at` when that is later. */
create function noc.release_message(message_id uuid, run_at timestamptz)
returns void
language sql
set search_path = ''
as $$
    update public.queue_whatsapp as q
    set
        state = case when q.attempts > 0 then 'retry' else 'queued' end::public.queue_state,
        run_at = greatest(q.run_at, release_message.run_at),
        lease_until = null
    where q.message_id = release_message.message_id
$$;

/*
What to send, when it may be sent now: {"send": true, "message_id", "to", "template", "language",
"parameters", "button"}. Otherwise {"send": false, "reason"}: lease_lost; paused, paced (the
number's, the recipient's or the company's turn has not come), cut_off, retry_budget (as
noc.why_not_call): they wait again, and no try is counted; expired; content_gone.
Raises PT400 number.
*/
create function noc.begin_message(
    message_id uuid, fence bigint, number text, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_message public.queue_whatsapp;
    v_content noc.message_contents;
    v_provider constant text := noc.provider_of_number(number);
    v_share numeric;
    v_wait timestamptz;
    v_no record;
    v_leave jsonb;
    v_over text;
begin
    select q.* into v_message from public.queue_whatsapp as q
    where q.message_id = begin_message.message_id and q.run_at is not null
    for update;
    if not coalesce(v_message.fence = begin_message.fence and v_message.state = 'leased', false)
    then
        return jsonb_build_object('send', false, 'reason', 'lease_lost');
    end if;
    select c.* into v_content from noc.message_contents as c
    where c.message_id = v_message.message_id;
    v_over := case
        when v_message.expires_at <= at then 'expired'
        when v_content.message_id is null then 'content_gone'
    end;
    if v_over is not null then
        update public.queue_whatsapp as q
        set
            status = 'failed', state = 'cancelled', error_class = v_over, lease_until = null,
            updated_at = at
        where q.message_id = v_message.message_id;
        return jsonb_build_object('send', false, 'reason', v_over);
    end if;

    if not exists (
        select 1 from noc.phone_numbers as n where n.phone_number_id = number
    ) then
        perform noc.fail('PT400', 'number', 'number: has never claimed');
    end if;
    perform noc.lock_pauses(true);
    v_share := least(
        noc.queue_share(v_message.company_cnpj, at), noc.number_share(number, at)
    );
    if v_share = 0 then
        perform noc.release_message(v_message.message_id, null);
        return jsonb_build_object('send', false, 'reason', 'paused');
    end if;
    -- Before its turn is taken; that it may be called is sure once that was.
    v_no := noc.why_not_call(v_provider, v_message.company_cnpj, v_message.failures > 0, at);
    if v_no.reason is not null then
        perform noc.release_message(
            v_message.message_id, at + make_interval(secs => v_no.wait_s)
        );
        return jsonb_build_object('send', false, 'reason', v_no.reason);
    end if;
    v_wait := noc.take_turn(
        number, v_content.recipient_hash, v_message.company_cnpj, v_share, at
    );
    if v_wait is not null then
        perform noc.release_message(v_message.message_id, v_wait);
        return jsonb_build_object('send', false, 'reason', 'paced');
    end if;
    v_leave := noc.may_call(v_provider, v_message.company_cnpj, v_message.failures > 0, at);
    if not (v_leave ->> 'allowed')::boolean then
        perform noc.release_message(
            v_message.message_id,
            at + make_interval(secs => (v_leave ->> 'wait_s')::double precision)
        );
        return jsonb_build_object('send', false, 'reason', v_leave ->> 'reason');
    end if;

    update public.queue_whatsapp as q
    set
        state = 'sending',
        attempts = q.attempts + 1,
        phone_number_id = number,
        provider_ref = null,
        error_class = null,
        error_code = null,
        lease_until = at + interval '30 seconds'
    where q.message_id = v_message.message_id;
    insert into noc.message_attempts (message_id, fence, worker, phone_number_id, begun_at)
    values (v_message.message_id, v_message.fence, v_message.lease_owner, number, at);
    return jsonb_build_object(
        'send', true, 'message_id', v_message.message_id, 'to', v_content.recipient,
        'template', v_content.template, 'language', v_content.language,
        'parameters', v_content.parameters, 'button', v_content.button
    );
end;
$$;

create function public.noc_begin_message(message_id uuid, fence bigint, number text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.begin_message(message_id, fence, number); end;
