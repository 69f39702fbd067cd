-- Who did what: one append-only row per change made through an RPC, written in the
-- transaction of the change. The rows of a company form a chain of hashes, those of no
-- company the chain '*': no row is changed, taken out or put in without a trace.

create table public.noc_audit (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor uuid,          -- null: the system itself or a psql session
    actor_role text not null,
    action text not null check (length(action) between 1 and 80),
    target text not null check (length(target) between 1 and 200),
    company_cnpj text collate "C",
    payload jsonb default '{}',   -- null: redacted
    chain text collate "C" not null generated always as (coalesce(company_cnpj, '*')) stored,
    seq bigint not null,          -- 1, 2, 3 … in its chain, without a gap
    salt bytea,                   -- 32 random bytes: a redacted payload cannot be guessed
    payload_hash bytea not null,  -- of salt and payload, kept when both are dropped
    prev_hash bytea not null,     -- hash of the row before, noc.audit_genesis for the first
    hash bytea not null,          -- noc.audit_hash
    constraint noc_audit_redacted_whole check ((payload is null) = (salt is null)),
    constraint noc_audit_chain_seq_key unique (chain, seq)
);

create index noc_audit_company_cnpj_at_idx on public.noc_audit (company_cnpj, at desc);

/* Where each chain ends. Its row is locked until the writer's transaction ends. */
create table noc.audit_heads (
    chain text collate "C" primary key,
    seq bigint not null,
    hash bytea not null
);

alter table noc.audit_heads enable row level security;

/* What stands before the first row of a chain. */
create function noc.audit_genesis(chain text)
returns bytea
language sql
immutable
set search_path = ''
as $$
    select sha256(convert_to('noc_audit 1 ' || chain, 'UTF8'))
$$;

/* Hash of a payload's text form, null when salt or payload is. */
create function noc.audit_payload_hash(salt bytea, payload jsonb)
returns bytea
language sql
immutable
set search_path = ''
as $$
    select sha256(salt || convert_to(payload::text, 'UTF8'))
$$;

/*
Hash of a row: SHA-256 of prev_hash and then of each field as 00 for null, else 01, its
length in 4 bytes and its UTF-8 text. `at` counts microseconds since 1970. dev/verify_audit
computes the same without this function.
*/
create function noc.audit_hash(entry public.noc_audit)
returns bytea
language sql
stable
set search_path = ''
as $$
    select sha256(entry.prev_hash || string_agg(
        coalesce('\x01'::bytea || int4send(octet_length(u.bytes)) || u.bytes, '\x00'::bytea),
        ''::bytea order by f.place
    ))
    from unnest(array[
        'noc_audit 1', coalesce(entry.company_cnpj, '*'), entry.seq::text, entry.audit_id::text,
        trunc(extract(epoch from entry.at) * 1000000)::text, entry.actor::text, entry.actor_role,
        entry.action, entry.target, entry.company_cnpj, encode(entry.payload_hash, 'hex')
    ]) with ordinality as f (value, place)
    cross join lateral (values (convert_to(f.value, 'UTF8'))) as u (bytes)
$$;

/* Gives the new row its place in its chain; writers of one chain wait for each other. */
create function noc.tg_chain_audit()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    v_chain text := coalesce(new.company_cnpj, '*');
    v_head noc.audit_heads;
begin
    insert into noc.audit_heads (chain, seq, hash)
    values (v_chain, 0, noc.audit_genesis(v_chain))
    on conflict do nothing;
    select h.* into v_head from noc.audit_heads as h where h.chain = v_chain for update;

    new.at := clock_timestamp();
    new.payload := coalesce(new.payload, '{}');
    new.seq := v_head.seq + 1;
    new.salt := extensions.gen_random_bytes(32);
    new.payload_hash := noc.audit_payload_hash(new.salt, new.payload);
    new.prev_hash := v_head.hash;
    new.hash := noc.audit_hash(new);

    update noc.audit_heads as h set seq = new.seq, hash = new.hash where h.chain = v_chain;
    return new;
end;
$$;

create trigger noc_audit__chain
before insert on public.noc_audit
for each row execute function noc.tg_chain_audit();

/*
Appends one entry for the caller and gives its audit_id. `company_cnpj` null: concerns no
company, admin reads it.
What is personal belongs into the payload, the only part that can be redacted.
*/
create function noc.record_audit(action text, target text, company_cnpj text, payload jsonb)
returns bigint
language sql
security definer
set search_path = ''
as $$
    insert into public.noc_audit (actor, actor_role, action, target, company_cnpj, payload)
    values (
        auth.uid(),
        coalesce(auth.role(), 'system'),
        action,
        target,
        company_cnpj,
        coalesce(payload, '{}')
    )
    returning audit_id
$$;

create function noc.tg_append_only()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end;
$$;

/* Lets a row lose its payload and salt, once its chain holds the entry that says so. */
create function noc.tg_redact_only()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    v_may_change constant text [] := '{payload,salt,chain}';  -- chain: computed after this
begin
    if new.payload is null
        and new.salt is null
        and to_jsonb(new) - v_may_change = to_jsonb(old) - v_may_change
        and exists (
            select 1 from public.noc_audit as a
            where a.chain = old.chain
                and a.seq > old.seq
                and a.action = 'redact_audit'
                and a.target = 'audit:' || old.audit_id
        ) then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end;
$$;

create trigger noc_audit__redact_only
before update on public.noc_audit
for each row execute function noc.tg_redact_only();

create trigger noc_audit__append_only
before delete on public.noc_audit
for each row execute function noc.tg_append_only();

create trigger noc_audit__no_truncate
before truncate on public.noc_audit
for each statement execute function noc.tg_append_only();
