-- What pausing or resuming the WhatsApp queue would do, and what becomes of the messages that have
-- waited for so long that what they say may not be true any more.

/*
Messages of the companies that the NOC sends, that wait, and that came before `before` or are held
(`held`: since an earlier resume, until a person decides).
*/
create function noc.stale_messages(companies text [], before timestamptz)
returns table (message_id uuid, company_cnpj text, created_at timestamptz, held boolean)
language sql
stable
set search_path = ''
as $$
    select q.message_id, q.company_cnpj, q.created_at, q.run_at = 'infinity'
    from public.queue_whatsapp as q
    where q.company_cnpj = any(companies)
        and q.status = 'queued'
        and q.state in ('queued', 'retry')
        and q.run_at is not null
        and (q.created_at < before or q.run_at = 'infinity')
$$;

/*
Does with those of the plan's stale messages that still wait what the action says, an item each:
`drop` cancels them (error_class dropped), `hold` keeps them from being sent until a person decides
(error_class held, run_at infinity; they still expire), `send` lets those that were held go. Gives
how many.
*/
create function noc.settle_stale(action public.noc_actions, ids uuid [], at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with chosen as (
        select m.message_id from noc.stale_messages(
            action.companies, (action.payload ->> 'stale_before')::timestamptz
        ) as m
        where m.message_id = any(ids)
        order by m.message_id
    ),

    changed as (
        update public.queue_whatsapp as q
        set
            status = case action.payload ->> 'stale'
                when 'drop' then 'failed' else 'queued'
            end::public.queue_status,
            state = case action.payload ->> 'stale'
                when 'drop' then 'cancelled'::public.queue_state else q.state
            end,
            error_class = case action.payload ->> 'stale'
                when 'drop' then 'dropped' when 'hold' then 'held'
            end,
            run_at = case action.payload ->> 'stale'
                when 'hold' then 'infinity' when 'send' then at else q.run_at
            end,
            updated_at = at
        from chosen as c
        where q.message_id = c.message_id and q.state in ('queued', 'retry')
        returning q.message_id, q.company_cnpj
    ),

    kept as (
        insert into noc.action_items (
            action_id, kind, ref, company_cnpj, state, reason, run_at, done_at
        )
        select
            action.action_id, 'message', c.message_id, c.company_cnpj, 'ok',
            case action.payload ->> 'stale' when 'drop' then 'dropped' when 'hold' then 'held'
                else 'sent' end,
            at, at
        from changed as c
        returning 1
    )

    select count(*) from kept
$$;

/* Pausing, resuming: the queue's numbers; its set are the companies, or what would be let go. */
create function noc.plan_queue(
    action text, payload jsonb, company_cnpj text, group_id uuid, at timestamptz
)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
    v_held record;
    v_stale record;
begin
    v_set.companies := noc.companies_of(plan_queue.company_cnpj, plan_queue.group_id);
    v_set.ids := '{}';
    v_set.counts := noc.queue_numbers(v_set.companies, at)
        || jsonb_build_object('companies', cardinality(v_set.companies));
    v_set.samples := '[]';
    select p.* into v_held from noc.queue_pauses as p
    where p.ended_at is null
        and p.paused_until > at
        and p.company_cnpj is not distinct from plan_queue.company_cnpj
        and p.group_id is not distinct from plan_queue.group_id
        and p.phone_number_id is null;
    if action = 'pause_queue' then
        v_set.size := cardinality(v_set.companies);
        v_set.slack := 0;
        v_set.warnings := noc.warning('in_flight', (v_set.counts ->> 'sending')::bigint)
            || noc.warning('already_paused', (v_held.pause_id is not null)::integer, jsonb_build_object(
                'until', nullif(v_held.paused_until, 'infinity'), 'action_id', v_held.action_id
            ));
    else
        select jsonb_build_object(
            'stale', count(*), 'held', count(*) filter (where m.held),
            'stale_oldest_at', min(m.created_at)
        ) as counts,
        coalesce(array_agg(m.message_id order by m.message_id) filter (where case
            when payload ->> 'stale' = 'drop' then true
            else m.held = (payload ->> 'stale' = 'send')
        end), '{}') as ids
        into v_stale
        from noc.stale_messages(
            v_set.companies, (payload ->> 'stale_before')::timestamptz
        ) as m;
        v_set.ids := v_stale.ids;
        v_set.counts := v_set.counts || v_stale.counts;
        v_set.size := (v_set.counts ->> 'pending')::integer;
        v_set.slack := 10;
        v_set.warnings := noc.warning('not_paused', (
            v_held.pause_id is null and (v_stale.counts ->> 'held')::integer = 0
        )::integer)
            || noc.warning('still_paused_elsewhere', (
                select count(*) from noc.queue_pauses as p
                where p.ended_at is null
                    and p.paused_until > at
                    and p.pause_id is distinct from v_held.pause_id
                    and (p.company_cnpj = any(v_set.companies) or p.company_cnpj is null)
                    and (p.group_id is null or exists (
                        select from public.companies as c
                        where c.group_id = p.group_id and c.company_cnpj = any(v_set.companies)
                    ))
                    and p.phone_number_id is null
            ))
            || noc.warning('stale_messages', (v_stale.counts ->> 'stale')::bigint);
    end if;
    return v_set;
end;
$$;
