-- Messages of the WhatsApp queue one by one, and what became of each. To whom one goes is shown
-- masked, what it says never.

/* The message as the page shows it; `operable`: the caller operates its company. */
create function noc.message_json(message public.queue_whatsapp, operable boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'message_id', message.message_id, 'external_id', message.external_id,
        'company_cnpj', message.company_cnpj, 'company_name', c.name, 'state', message.state,
        'template', t.template, 'recipient', noc.mask_phone(t.recipient),
        'attempts', message.attempts, 'created_at', message.created_at,
        'run_at', nullif(message.run_at, 'infinity'), 'expires_at', message.expires_at,
        'updated_at', message.updated_at, 'error_class', message.error_class,
        'error_code', message.error_code, 'reported', message.run_at is null,
        'can_retry', operable and message.state = 'dead' and t.message_id is not null,
        'can_resolve', operable and message.state = 'unknown' and message.run_at is not null
    )
    from public.companies as c
    left join noc.message_contents as t on t.message_id = message.message_id
    where c.company_cnpj = message.company_cnpj
$$;

/*
Messages of the scope, latest made first, `max` (1 to 200, null: 50) after `cursor`. `state`:
pending (also what waits for a try), sending, failed (ended unsent, of any end), dead, unknown,
sent (also delivered and read). Each company's part comes from the index of what is asked for, so
that a page costs what it shows. Raises PT404 scope_not_found, PT400 state | max | cursor.
*/
create function noc.list_messages(
    company_cnpj text, group_id uuid, state text, cursor text, max integer
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_scopes constant text []
    := noc.resolve_scope(list_messages.company_cnpj, list_messages.group_id);
    v_operable constant text [] := noc.operable_scopes();
    v_max constant integer := coalesce(list_messages.max, 50);
    -- Written into the query, so that the planner finds the partial index that fits.
    v_wanted constant text := case list_messages.state
        when 'pending' then $w$q.status = 'queued' and q.state in ('queued', 'retry')$w$
        when 'sending' then $w$q.status = 'queued' and q.state in ('leased', 'sending')$w$
        when 'failed' then $w$q.status = 'failed'$w$
        when 'dead' then $w$q.state = 'dead'$w$
        when 'unknown' then $w$q.state = 'unknown'$w$
        when 'sent' then $w$q.status = 'sent'$w$
        else 'true'
    end;
    v_after record;
    v_page public.queue_whatsapp [];
begin
    if v_max not between 1 and 200 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 200');
    end if;
    if state not in ('pending', 'sending', 'failed', 'dead', 'unknown', 'sent') then
        perform noc.fail(
            'PT400', 'state',
            'state: must be one of pending, sending, failed, dead, unknown, sent'
        );
    end if;
    select c.* into v_after from noc.read_cursor(cursor) as c;
    execute format(
        'select array(
            select m.message from unnest($1) as s (company_cnpj)
            cross join lateral (
                select q as message, q.created_at, q.message_id from public.queue_whatsapp as q
                where q.company_cnpj = s.company_cnpj and %s
                    and (q.created_at, q.message_id) < ($2, $3)
                order by q.created_at desc, q.message_id desc
                limit $4
            ) as m
            order by m.created_at desc, m.message_id desc
            limit $4
        )', v_wanted
    ) into v_page using v_scopes, v_after.at, v_after.id, v_max + 1;
    return jsonb_build_object(
        'messages', (
            select coalesce(jsonb_agg(
                noc.message_json(m, m.company_cnpj = any(v_operable))
                order by m.created_at desc, m.message_id desc
            ), '[]')
            from unnest(v_page[:v_max]) as m
        ),
        'next', case
            when cardinality(v_page) > v_max
                then noc.page_cursor(v_page[v_max].created_at, v_page[v_max].message_id)
        end
    );
end;
$$;

/*
What is known to have happened to a message, oldest first: each try as it was begun and settled,
what people did, and where it stands now when that came by another way (the provider's webhook, a
service's report, its expiry).
*/
create function noc.message_events(message public.queue_whatsapp)
returns jsonb
language sql
stable
set search_path = ''
as $$
    with tries as materialized (
        select t.*, row_number() over (order by t.fence) as attempt, case
            when t.outcome = 'sent' then 'sent'
            when t.outcome in ('lost', 'ambiguous') then 'unknown'
            when t.outcome in ('refused', 'bad_address') then 'dead'
            when t.outcome is not null then 'retry'
        end as became
        from noc.message_attempts as t
        where t.message_id = message.message_id
    ),

    deeds as materialized (
        select a.at, 'resolved' as what, a.payload ->> 'outcome' as outcome
        from public.noc_audit as a
        where a.company_cnpj = message.company_cnpj
            and a.at >= message.created_at
            and a.action = 'resolve_unknown'
            and a.target = 'message:' || message.message_id
        union all
        select i.done_at, 'retry', 'reprocess'
        from noc.action_items as i
        where i.ref = message.message_id and i.kind = 'message' and i.state = 'ok'
    ),

    events as (
        select message.created_at as at, 0 as place, 'queued' as what, null::bigint as attempt,
            null::text as outcome, null::text as code
        union all
        select t.begun_at, 2, 'begun', t.attempt, null, null from tries as t
        union all
        select t.ended_at, 3, t.became, t.attempt, t.outcome, t.reason from tries as t
        where t.ended_at is not null
        union all
        select d.at, 4, d.what, null, d.outcome, null from deeds as d
        union all
        select message.lease_until - interval '30 seconds', 1, 'leased', null, null, null
        where message.state = 'leased'
        union all
        select message.updated_at, 5, message.state::text, null, null, message.error_class
        where message.state in ('delivered', 'read', 'cancelled', 'failed')
            or message.state in ('sent', 'dead') and not exists (
                select from tries as t where t.became = message.state::text
            ) and not exists (
                select from deeds as d where d.what = 'resolved' and d.at >= message.updated_at
            )
    )

    select jsonb_agg(jsonb_build_object(
        'at', e.at, 'what', e.what, 'attempt', e.attempt, 'outcome', e.outcome, 'code', e.code
    ) order by e.at, e.place)
    from events as e
$$;

/*
One message and its events. Raises PT404 message_not_found, alike for a foreign message and for
none.
*/
create function noc.message(message_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_message public.queue_whatsapp;
begin
    select q.* into v_message from public.queue_whatsapp as q
    where q.message_id = message.message_id and q.company_cnpj = any((
        select noc.resolve_scope(null, null)
    )::text []);
    if not found then
        perform noc.fail('PT404', 'message_not_found', 'message not found or not yours');
    end if;
    return noc.message_json(v_message, v_message.company_cnpj = any(noc.operable_scopes()))
        || jsonb_build_object('events', noc.message_events(v_message));
end;
$$;

create function public.noc_list_messages(
    company_cnpj text default null, group_id uuid default null, state text default null,
    cursor text default null, max integer default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_messages(company_cnpj, group_id, state, cursor, max));
end;

create function public.noc_message(message_id uuid)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.message(message_id)); end;
