-- What became of a send, said by the worker that sent it; what the provider says later is in
-- noc.apply_webhook.

/*
The provider refuses what a company sends, or what the number does, whatever the message: the
queue is held until it may be tried again, and the trail and a rule say so. A number is tried
again after a quarter of an hour; a company waits for a person. What is held for the same reason
already stays as it is.
*/
create function noc.hold_queue(
    company_cnpj text, phone_number_id text, reason text, at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select 1 from noc.queue_pauses as p
        where p.scope = coalesce(hold_queue.company_cnpj, hold_queue.phone_number_id)
            and p.ended_at is null
            and p.paused_until > at
            and p.reason = hold_queue.reason
    ) then
        return;
    end if;
    perform noc.pause_scope(
        hold_queue.company_cnpj, null, hold_queue.phone_number_id,
        case when hold_queue.phone_number_id is null then null else at + interval '15 minutes' end,
        hold_queue.reason, null, null, at
    );
    perform noc.record_audit(
        'queue_held',
        coalesce('company:' || hold_queue.company_cnpj, 'number:' || hold_queue.phone_number_id),
        hold_queue.company_cnpj, jsonb_build_object('reason', hold_queue.reason)
    );
end;
$$;

/*
The wait before the next try: what the provider asked for, and on top of it anything up to 4 s,
doubled each time, to a quarter of an hour.
*/
create function noc.message_wait(failures integer, retry_after_s integer)
returns interval
language sql
volatile
set search_path = ''
as $$
    select make_interval(secs => coalesce(retry_after_s, 0)
        + random() * least(900, 2 * 2 ^ failures))
$$;

/*
Where the message goes after this outcome, written. `outcome`: sent; retry (surely not sent);
hold_company, hold_number (surely not sent, and nothing else will be: that does not count against
the message); ambiguous (perhaps sent); refused (for good); bad_address (because of the address).
Ten failures are one too many.
*/
create function noc.apply_message_outcome(
    message public.queue_whatsapp, outcome text, reason text, code integer, provider_ref text,
    retry_after_s integer, at timestamptz
)
returns public.queue_state
language plpgsql
set search_path = ''
as $$
declare
    v_known constant boolean := coalesce((
        select n.idempotent from noc.phone_numbers as n
        where n.phone_number_id = message.phone_number_id
    ), false);
    v_failures constant integer := message.failures
    + (outcome in ('retry', 'ambiguous', 'refused', 'bad_address'))::integer;
    v_state constant public.queue_state := (case
        when outcome = 'sent' then 'sent'
        when outcome in ('hold_company', 'hold_number') then 'retry'
        when outcome = 'ambiguous' and not v_known then 'unknown'
        when outcome in ('retry', 'ambiguous') and v_failures < 10 then 'retry'
        else 'dead'
    end)::public.queue_state;
begin
    update public.queue_whatsapp as q
    set
        state = v_state,
        status = noc.queue_status_of(v_state),
        failures = v_failures,
        error_class = case when v_state <> 'sent' then apply_message_outcome.reason end,
        error_code = case when v_state <> 'sent' then apply_message_outcome.code end,
        provider_ref = coalesce(apply_message_outcome.provider_ref, q.provider_ref),
        run_at = case
            when v_state = 'retry' and outcome in ('retry', 'ambiguous')
                then at + noc.message_wait(v_failures, retry_after_s)
            else q.run_at
        end,
        lease_until = null,
        updated_at = at
    where q.message_id = message.message_id;
    if outcome = 'hold_company' then
        perform noc.hold_queue(message.company_cnpj, null, reason, at);
    elsif outcome = 'hold_number' then
        perform noc.hold_queue(null, message.phone_number_id, reason, at);
    end if;
    return v_state;
end;
$$;

/*
Takes the outcome of a begun send in, once; also one that comes after its lease ran out, as long
as nobody began it again. Gives {"accepted", "state"}; accepted false: somebody else has it, or
the provider already said more. `code`: the provider's own, null without one.
Raises PT400 outcome | reason | provider_ref | retry_after_s, PT404 message_not_found.
*/
create function noc.settle_message(
    message_id uuid, fence bigint, outcome text, reason text, code integer, provider_ref text,
    retry_after_s integer, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_message public.queue_whatsapp;
    v_begun_at timestamptz;
    v_state public.queue_state;
begin
    if coalesce(outcome <> all(
        '{sent,retry,hold_company,hold_number,ambiguous,refused,bad_address}'
    ), true) then
        perform noc.fail(
            'PT400', 'outcome', 'outcome: must be sent, retry, hold_company, hold_number, '
            || 'ambiguous, refused or bad_address'
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
    select q.* into v_message from public.queue_whatsapp as q
    where q.message_id = settle_message.message_id and q.run_at is not null
    for update;
    if not found then
        perform noc.fail('PT404', 'message_not_found', 'message_id: no such message');
    end if;

    update noc.message_attempts as t
    set
        ended_at = at,
        outcome = settle_message.outcome,
        reason = settle_message.reason,
        error_code = settle_message.code,
        provider_ref = coalesce(settle_message.provider_ref, t.provider_ref)
    where t.message_id = v_message.message_id
        and t.fence = settle_message.fence
        and coalesce(t.outcome, 'lost') in ('lost', 'ambiguous')
    returning t.begun_at into v_begun_at;
    if v_begun_at is null
        or v_message.fence <> settle_message.fence
        or v_message.state <> 'sending'
        and not (v_message.state in ('unknown', 'retry') and outcome = 'sent') then
        return jsonb_build_object('accepted', false, 'state', v_message.state);
    end if;
    v_state := noc.apply_message_outcome(
        v_message, outcome, reason, code, provider_ref, retry_after_s, at
    );
    -- A hold is of the number's token or of the company: the provider itself answered.
    perform noc.record_call(
        noc.provider_of_number(v_message.phone_number_id), v_message.company_cnpj, v_begun_at,
        outcome in ('retry', 'ambiguous') and noc.is_providers_fault(outcome, reason),
        v_message.failures > 0, at
    );
    return jsonb_build_object('accepted', true, 'state', v_state);
end;
$$;

create function public.noc_settle_message(
    message_id uuid, fence bigint, outcome text, reason text default null,
    code integer default null, provider_ref text default null, retry_after_s integer default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.settle_message(
        message_id, fence, outcome, reason, code, provider_ref, retry_after_s
    );
end;
