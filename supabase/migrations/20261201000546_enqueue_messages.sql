-- How messages come into the queue: from a host's service with a key that may send the kind
-- `messages`, or from a person who operates the company. A message's own id makes it one.

insert into noc.event_fields values
('messages', 'external_id', 'text', true, 1, 120, null, null, null),
('messages', 'company_cnpj', 'text', false, null, 14, null, null, null),
(
    'messages', 'to', 'text', true, 8, 16, null,
    '^\+?[1-9]\d{7,14}$', 'a telephone number with its country code, digits alone'
),
(
    'messages', 'template', 'text', true, 1, 120, null,
    '^[a-z0-9_]+$', 'the name of a template: a-z, 0-9 and _'
),
(
    'messages', 'language', 'text', false, 2, 6, null,
    '^[a-z]{2,3}(_[A-Z]{2})?$', 'a language such as pt_BR'
),
('messages', 'parameters', 'texts', false, null, 20, null, null, null),
('messages', 'button', 'text', false, 1, 200, null, '^[^[:cntrl:][:space:]]+$', 'without blanks'),
('messages', 'priority', 'integer', false, 0, 2, null, null, null),
('messages', 'run_at', 'planned', false, null, null, null, null, null),
('messages', 'expires_at', 'planned', false, null, null, null, null, null);

/* True for an instant that a message may be planned for: as facts accept, or a week ahead. */
create function noc.is_planned(instant timestamptz, at timestamptz)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    select instant - at between interval '-48 hours' and interval '7 days'
$$;

/* True for a list of at most `most` texts of 1 to 1,000 characters. */
create function noc.are_texts(value jsonb, most numeric)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case
        when jsonb_typeof(value) <> 'array' then false
        when jsonb_array_length(value) > most then false
        else not exists (
            select 1 from jsonb_array_elements(value) as e
            where jsonb_typeof(e) <> 'string' or length(e #>> '{}') not between 1 and 1000
        )
    end
$$;

/*
Puts messages into the queue, each external_id of a company once: what was said first holds.
Leaves out what does not fit, and what a service reports as sent by itself. `run_at` and
`expires_at` null: now, and three days after run_at. Gives how many fitted.
*/
create function noc.store_messages(company_cnpj text, events jsonb, at timestamptz)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_fitting integer;
begin
    with fitting as materialized (
        select e.*, coalesce(e.run_at, at) as runs_at, row_number() over () as position
        from jsonb_to_recordset(events) as e (
            external_id text, company_cnpj text, "to" text, template text, language text,
            parameters jsonb, button text, priority smallint, run_at timestamptz,
            expires_at timestamptz
        )
        where store_messages.company_cnpj is not null
            and coalesce(e.company_cnpj, store_messages.company_cnpj) = store_messages.company_cnpj
            and (e.run_at is null or noc.is_planned(e.run_at, at))
            and (e.expires_at is null or noc.is_planned(e.expires_at, at))
            and coalesce(e.expires_at > coalesce(e.run_at, at), true)
            and (e.parameters is null or noc.are_texts(e.parameters, 20))
            and e."to" ~ '^\+?[1-9]\d{7,14}$'
            and e.template ~ '^[a-z0-9_]+$'
            and coalesce(e.button ~ '^[^[:cntrl:][:space:]]{1,200}$', true)
            and not exists (
                select 1 from public.queue_whatsapp as q
                where q.company_cnpj = store_messages.company_cnpj
                    and q.external_id = e.external_id
                    and q.run_at is null
            )
    ),

    queued as (
        insert into public.queue_whatsapp as q (
            company_cnpj, external_id, status, state, priority, run_at, expires_at, created_at,
            updated_at
        )
        select distinct on (f.external_id)
            store_messages.company_cnpj, f.external_id, 'queued', 'queued', coalesce(f.priority, 1),
            f.runs_at, coalesce(f.expires_at, f.runs_at + interval '3 days'), at, at
        from fitting as f
        order by f.external_id, f.position
        on conflict on constraint queue_whatsapp_one_per_external_id do nothing
        returning q.message_id, q.external_id
    ),

    kept as (
        insert into noc.message_contents (
            message_id, recipient, recipient_hash, template, language, parameters, button,
            created_at
        )
        select distinct on (q.message_id)
            q.message_id, ltrim(f."to", '+'), noc.recipient_hash(ltrim(f."to", '+')), f.template,
            coalesce(f.language, 'pt_BR'),
            array(select jsonb_array_elements_text(coalesce(f.parameters, '[]'))), f.button, at
        from queued as q
        inner join fitting as f on f.external_id = q.external_id
        order by q.message_id, f.position
    )

    select count(*) into v_fitting from fitting;
    return v_fitting;
end;
$$;

/*
The caller's messages of one company into the queue, at most 100; the events of kind `messages`
of docs/rpc.md. Gives {"accepted", "rejected": [{"index", "reason"}]}; what is in the queue
already is accepted without effect. Raises PT400 messages; refuses PT404.
*/
create function noc.enqueue_messages(company_cnpj text, messages jsonb, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_company constant text := noc.cnpj_canonical(enqueue_messages.company_cnpj);
    v_as noc.ingest_keys;
    v_rejected jsonb;
    v_good jsonb;
    v_accepted integer := 0;
begin
    if coalesce(v_company <> all(noc.operable_scopes()) or v_company = '*', true) then
        return noc.refuse('enqueue_messages', coalesce('company:' || v_company, 'company'));
    end if;
    if coalesce(jsonb_typeof(messages) <> 'array', true)
        or jsonb_array_length(messages) not between 1 and 100 then
        perform noc.fail('PT400', 'messages', 'messages: must be a list of 1 to 100');
    end if;
    v_as.company_cnpj := v_company;
    v_as.services := '{whatsapp}';
    select
        coalesce(jsonb_agg(jsonb_build_object('index', r.index, 'reason', r.reason)
            order by r.index), '[]')
    into v_rejected
    from noc.reject_events(v_as, 'messages', messages, at) as r;
    select jsonb_agg(e.value order by e.ordinality) into v_good
    from jsonb_array_elements(messages) with ordinality as e
    where not v_rejected @> jsonb_build_array(jsonb_build_object('index', e.ordinality - 1));
    if v_good is not null then
        v_accepted := noc.store_messages(v_company, v_good, at);
        perform noc.announce('queue_whatsapp', v_company);
    end if;
    perform noc.record_audit(
        'enqueue_messages', 'company:' || v_company, v_company,
        jsonb_build_object('accepted', v_accepted, 'rejected', jsonb_array_length(v_rejected))
    );
    return jsonb_build_object('accepted', v_accepted, 'rejected', v_rejected);
end;
$$;

create function public.noc_enqueue_messages(company_cnpj text, messages jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.enqueue_messages(company_cnpj, messages, now()); end;
