-- Keys with which collectors write: hashed, scoped to one company (or the platform),
-- to services and kinds, expiring. The raw key is shown once.

create table noc.ingest_keys (
    key_id uuid primary key default gen_random_uuid(),
    key_hash bytea not null unique,         -- sha256 of the whole key: 256 random bits need no salt
    company_cnpj text collate "C" references public.companies (company_cnpj),
    scope text not null check (scope in ('company', 'platform')),
    label text not null check (length(label) between 1 and 80),
    service text collate "C" not null references noc.services (service_name),
    services text [] not null,              -- what an event may name instead
    kinds text [] not null,
    simulated boolean not null default false,
    created_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint ingest_keys_company_fits_scope check ((scope = 'platform') = (company_cnpj is null)),
    constraint ingest_keys_expiry check (expires_at <= created_at + interval '1 year')
);

create index ingest_keys_company_cnpj_idx on noc.ingest_keys (company_cnpj);
create index ingest_keys_service_idx on noc.ingest_keys (service);
alter table noc.ingest_keys enable row level security;

/*
Kinds that a key may send: work belongs to companies, so a platform key has no jobs or queue.
`messages` are sent to people: a key has that kind only where it was asked for.
*/
create function noc.ingest_kinds(scope text)
returns text []
language sql
immutable
set search_path = ''
as $$
    select case scope
        when 'platform' then array['api_usage', 'app_logs']
        else array['api_usage', 'app_logs', 'jobs', 'queue_whatsapp', 'messages']
    end
$$;

/*
Makes a key and gives it in clear, this once. `expires_at` null: in 90 days.
Raises PT400 naming the field.
*/
create function noc.issue_ingest_key(
    company_cnpj text, label text, service text, services text [], kinds text [],
    expires_at timestamptz, simulated boolean
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_key text := 'noc_ik_' || translate(
        encode(extensions.gen_random_bytes(32), 'base64'), '+/=', '-_'
    );
    v_services text [] := coalesce(nullif(issue_ingest_key.services, '{}'), array[service]);
    v_scope text := case when company_cnpj is null then 'platform' else 'company' end;
    v_kinds text [] := coalesce(
        nullif(issue_ingest_key.kinds, '{}'), array_remove(noc.ingest_kinds(v_scope), 'messages')
    );
    v_row noc.ingest_keys;
begin
    if length(btrim(coalesce(label, ''))) not between 1 and 80 then
        perform noc.fail('PT400', 'label', 'label: must have 1 to 80 characters');
    end if;
    if issue_ingest_key.company_cnpj is not null and not exists (
        select 1 from public.companies as c
        where c.company_cnpj = noc.cnpj_canonical(issue_ingest_key.company_cnpj)
    ) then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: no such company');
    end if;
    if service is null or exists (
        select 1 from unnest(v_services || service) as s
        where s not in (select t.service_name from noc.services as t)
    ) then
        perform noc.fail('PT400', 'service', 'service: not a known service');
    end if;
    if not v_kinds <@ noc.ingest_kinds(v_scope) then
        perform noc.fail(
            'PT400', 'kinds', 'kinds: may be ' || array_to_string(noc.ingest_kinds(v_scope), ', ')
        );
    end if;
    if coalesce(
        issue_ingest_key.expires_at not between now() and now() + interval '1 year', false
    ) then
        perform noc.fail('PT400', 'expires_at', 'expires_at: must lie within one year from now');
    end if;

    insert into noc.ingest_keys (
        key_hash, company_cnpj, scope, label, service, services, kinds, simulated, created_by,
        expires_at
    )
    values (
        sha256(convert_to(v_key, 'UTF8')), noc.cnpj_canonical(issue_ingest_key.company_cnpj),
        v_scope, btrim(label), service, v_services, v_kinds, coalesce(simulated, false), auth.uid(),
        coalesce(issue_ingest_key.expires_at, now() + interval '90 days')
    )
    returning * into v_row;

    perform noc.record_audit(
        'create_ingest_key', 'ingest_key:' || v_row.key_id, v_row.company_cnpj,
        jsonb_build_object('label', v_row.label, 'expires_at', v_row.expires_at)
    );
    return jsonb_build_object(
        'key_id', v_row.key_id, 'key', v_key, 'expires_at', v_row.expires_at
    );
end;
$$;

create function noc.create_ingest_key(
    company_cnpj text, label text, service text, services text [], kinds text [],
    expires_at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not noc.is_admin() then
        return noc.refuse('create_ingest_key', 'ingest_key');
    end if;
    return noc.issue_ingest_key(company_cnpj, label, service, services, kinds, expires_at, false);
end;
$$;

/* Ends a key at once. Raises PT404. */
create function noc.revoke_ingest_key(key_id uuid, reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_row noc.ingest_keys;
begin
    if not noc.is_admin() then
        return noc.refuse(
            'revoke_ingest_key', coalesce('ingest_key:' || revoke_ingest_key.key_id, 'ingest_key')
        );
    end if;
    update noc.ingest_keys as k set revoked_at = now()
    where k.key_id = revoke_ingest_key.key_id and k.revoked_at is null
    returning k.* into v_row;
    if not found then
        perform noc.fail('PT404', 'scope_not_found', 'key not found or already revoked');
    end if;
    perform noc.record_audit(
        'revoke_ingest_key', 'ingest_key:' || v_row.key_id, v_row.company_cnpj,
        jsonb_build_object('reason', left(reason, 500))
    );
    return jsonb_build_object('key_id', v_row.key_id, 'revoked_at', v_row.revoked_at);
end;
$$;

create function public.noc_create_ingest_key(
    company_cnpj text, label text, service text, services text [] default null,
    kinds text [] default null, expires_at timestamptz default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.create_ingest_key(company_cnpj, label, service, services, kinds, expires_at);
end;

create function public.noc_revoke_ingest_key(key_id uuid, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.revoke_ingest_key(key_id, reason); end;
