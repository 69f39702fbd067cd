-- What people see of the queue as numbers, and what they do with a message that died.

/*
Messages of the companies that wait (`pending`: for their time or a try), are `leased`,
`sending`, `dead`, `unknown`, `failed` (a service said so), when the oldest that is not yet sent
came (`oldest_at`, null: none) and how many were sent in the last ten minutes.
*/
create function noc.queue_numbers(company_cnpjs text [], at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'pending', count(*) filter (where q.state in ('queued', 'retry')),
        'leased', count(*) filter (where q.state = 'leased'),
        'sending', count(*) filter (where q.state = 'sending'),
        'dead', count(*) filter (where q.state = 'dead'),
        'unknown', count(*) filter (where q.state = 'unknown'),
        'failed', count(*) filter (where q.state = 'failed'),
        'oldest_at', min(q.created_at) filter (where q.status = 'queued'),
        'sent_last_10min', (
            select count(*) from public.queue_whatsapp as s
            where s.company_cnpj = any(company_cnpjs)
                and s.status = 'sent'
                and s.updated_at > at - interval '10 minutes'
        )
    )
    from public.queue_whatsapp as q
    where q.status <> 'sent' and q.company_cnpj = any(company_cnpjs)
$$;

/*
Puts a dead message into the queue again, with all of its tries. Gives 'queued', or why not:
not_found, reported (a service sends it, not the NOC), not_dead, content_gone.
*/
create function noc.retry_dead_message(message_id uuid, at timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_message public.queue_whatsapp;
    v_answer text;
begin
    select q.* into v_message from public.queue_whatsapp as q
    where q.message_id = retry_dead_message.message_id
    for update;
    v_answer := case
        when v_message.message_id is null then 'not_found'
        when v_message.run_at is null then 'reported'
        when v_message.state <> 'dead' then 'not_dead'
        when not exists (
            select 1 from noc.message_contents as c where c.message_id = v_message.message_id
        ) then 'content_gone'
        else 'queued'
    end;
    if v_answer = 'queued' then
        perform noc.requeue_message(v_message.message_id, at);
    end if;
    return v_answer;
end;
$$;

/*
The message waits for a sender again, as if it were new, for as long as it had when it came; what
a sender still holds of it is void.
*/
create function noc.requeue_message(message_id uuid, at timestamptz)
returns void
language sql
set search_path = ''
as $$
    update public.queue_whatsapp as q
    set
        status = 'queued',
        state = 'retry',
        run_at = at,
        expires_at = at + (q.expires_at - q.created_at),
        failures = 0,
        fence = q.fence + 1,
        lease_owner = null,
        lease_until = null,
        error_class = null,
        error_code = null,
        updated_at = at
    where q.message_id = requeue_message.message_id
$$;
