-- The only way in for facts. A batch goes in by one typed statement, which leaves out what
-- is out of bounds; only what it left out, or what it choked on, is examined row by row.

/*
Why the named events of a batch were left out: [{"index", "reason"}], counted from
`first_index`. Raises NOC01 when the validator has no reason for one of them.
*/
create function noc.reasons_for(
    key noc.ingest_keys, kind text, events jsonb, positions integer [], at timestamptz,
    first_index integer
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_events jsonb := (
        select jsonb_agg(events -> p.position order by p.ordinality)
        from unnest(positions) with ordinality as p (position, ordinality)
    );
    v_reasons jsonb := (
        select jsonb_agg(
            jsonb_build_object('index', first_index + positions[r.index + 1], 'reason', r.reason)
            order by r.index
        )
        from noc.reject_events(key, kind, v_events, at) as r
    );
begin
    if jsonb_array_length(v_reasons) is distinct from cardinality(positions) then
        raise exception 'events were left out without a reason' using errcode = 'NOC01';
    end if;
    return v_reasons;
end;
$$;

/*
Stores the events of one kind and gives those that did not fit as [{"index", "reason"}],
counted from `first_index`. Raises NOC01 or an error of the data when it cannot tell which
those are: only API calls, the bulk, are told apart without looking at each one.
*/
create function noc.store_events(
    key noc.ingest_keys, ledger_id bigint, kind text, events jsonb, at timestamptz,
    first_index integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_fields text [] := (
        select array_agg(f.field) from noc.event_fields as f where f.kind = store_events.kind
    );
    v_fitting integer;
begin
    -- API calls, the bulk, are told apart below.
    if kind <> 'api_usage'
        and exists (select 1 from jsonb_array_elements(events) as e where e - v_fields <> '{}') then
        raise exception 'unknown fields' using errcode = 'NOC01';
    end if;
    v_fitting := case kind
        when 'api_usage' then noc.store_api_usage(key, ledger_id, events, v_fields, at)
        when 'app_logs' then noc.store_app_logs(key, ledger_id, events, at)
        when 'jobs' then noc.store_jobs(key, ledger_id, events, at)
        when 'queue_whatsapp' then noc.store_queue_whatsapp(key, ledger_id, events, at)
        when 'messages' then noc.store_messages(key.company_cnpj, events, at)
    end;
    if v_fitting is distinct from jsonb_array_length(events) then
        if kind = 'api_usage' then
            return noc.reasons_for(
                key, kind, events, noc.misfits_api_usage(key, events, v_fields, at), at, first_index
            );
        end if;
        raise exception 'some events do not fit' using errcode = 'NOC01';
    end if;
    if kind <> 'api_usage' then
        insert into noc.batch_pending (ledger_id, kind, company_cnpj)
        values (
            store_events.ledger_id,
            case store_events.kind when 'messages' then 'queue_whatsapp' else store_events.kind end,
            key.company_cnpj
        );
    end if;
    return '[]'::jsonb;
end;
$$;

/*
The same for a few events, examined one by one when need be. An error that no row is to
blame for is raised: it must not look like an answer.
*/
create function noc.store_good_events(
    key noc.ingest_keys, ledger_id bigint, kind text, events jsonb, at timestamptz,
    first_index integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_rejected jsonb;
    v_bad integer [];
    v_good jsonb;
begin
    return noc.store_events(key, ledger_id, kind, events, at, first_index);
exception when data_exception or integrity_constraint_violation or sqlstate 'NOC01' then
    select
        jsonb_agg(
            jsonb_build_object('index', first_index + r.index, 'reason', r.reason)
            order by r.index
        ),
        array_agg(r.index)
    into v_rejected, v_bad
    from noc.reject_events(key, kind, events, at) as r;
    if v_bad is null then
        raise;
    end if;

    select coalesce(jsonb_agg(e.value order by e.ordinality), '[]') into v_good
    from jsonb_array_elements(events) with ordinality as e
    where (e.ordinality - 1)::integer <> all(v_bad);
    if v_good <> '[]' and noc.store_events(key, ledger_id, kind, v_good, at, 0) <> '[]' then
        raise;
    end if;
    return v_rejected;
end;
$$;

/* The live key behind its clear text. Raises PT401, PT403 kind. */
create function noc.ingest_key(key text, kind text, at timestamptz)
returns noc.ingest_keys
language plpgsql
set search_path = ''
as $$
declare
    v_key noc.ingest_keys;
begin
    select k.* into v_key from noc.ingest_keys as k
    where k.key_hash = sha256(convert_to(ingest_key.key, 'UTF8'))
        and k.revoked_at is null and k.expires_at > at;
    if not found then
        perform noc.fail('PT401', 'ingest_key', 'ingest key unknown, expired or revoked');
    end if;
    if coalesce(ingest_key.kind <> all(v_key.kinds), true) then
        perform noc.fail(
            'PT403', 'kind', 'kind: this key may send ' || array_to_string(v_key.kinds, ', ')
        );
    end if;
    update noc.ingest_keys as k set last_used_at = at
    where k.key_id = v_key.key_id
        and (k.last_used_at is null or k.last_used_at < at - interval '1 minute');
    return v_key;
end;
$$;

/*
Takes one batch of at most 1,000 events. The company is the key's, never the body's.
Gives {"accepted", "duplicate", "rejected": [{"index", "reason"}]}; a batch id seen
before is answered without effect. Raises PT401 ingest_key, PT403 kind, PT400 events.
*/
create function noc.ingest(key text, batch_id uuid, kind text, events jsonb, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_key noc.ingest_keys := noc.ingest_key(ingest.key, ingest.kind, at);
    v_ledger bigint;
    v_rejected jsonb := '[]'::jsonb;
    v_part integer;
    v_events jsonb;
    v_accepted integer;
begin
    if ingest.batch_id is null then
        perform noc.fail('PT400', 'batch_id', 'batch_id: is required');
    end if;
    if coalesce(jsonb_typeof(events) <> 'array', true)
        or jsonb_array_length(events) not between 1 and 1000 then
        perform noc.fail('PT400', 'events', 'events: must be an array of 1 to 1000 events');
    end if;

    insert into noc.batches (key_id, batch_id, kind, received_at)
    values (v_key.key_id, ingest.batch_id, ingest.kind, at)
    on conflict on constraint batches_pkey do nothing
    returning ledger_id into v_ledger;
    if v_ledger is null then
        select b.accepted into v_accepted from noc.batches as b
        where b.key_id = v_key.key_id and b.batch_id = ingest.batch_id;
        return jsonb_build_object('accepted', 0, 'duplicate', v_accepted, 'rejected', v_rejected);
    end if;

    begin
        v_rejected := noc.store_events(v_key, v_ledger, ingest.kind, events, at, 0);
    exception when data_exception or integrity_constraint_violation or sqlstate 'NOC01' then
        -- In small parts, so that only the neighbours of a bad row are examined one by one.
        for v_part, v_events in
            select (e.ordinality - 1) / 25, jsonb_agg(e.value order by e.ordinality)
            from jsonb_array_elements(events) with ordinality as e
            group by 1 order by 1
        loop
            v_rejected := v_rejected || noc.store_good_events(
                v_key, v_ledger, ingest.kind, v_events, at, v_part * 25
            );
        end loop;
    end;

    v_accepted := jsonb_array_length(events) - jsonb_array_length(v_rejected);
    update noc.batches as b set accepted = v_accepted
    where b.key_id = v_key.key_id and b.batch_id = ingest.batch_id;
    return jsonb_build_object('accepted', v_accepted, 'duplicate', 0, 'rejected', v_rejected);
end;
$$;

create function public.noc_ingest(key text, batch_id uuid, kind text, events jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.ingest(key, batch_id, kind, events, now()); end;
