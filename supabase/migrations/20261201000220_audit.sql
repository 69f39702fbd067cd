-- Who did what: one append-only row per change made through an RPC, written in the
-- transaction of the change.

create table public.noc_audit (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor uuid,          -- null: the system itself or a psql session
    actor_role text not null,
    action text not null check (length(action) between 1 and 80),
    target text not null check (length(target) between 1 and 200),
    company_cnpj text collate "C",
    payload jsonb not null default '{}'
);

create index noc_audit_company_cnpj_at_idx on public.noc_audit (company_cnpj, at desc);

/* Appends one entry for the caller. `company_cnpj` null: concerns no company, admin reads it. */
create function noc.record_audit(action text, target text, company_cnpj text, payload jsonb)
returns void
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

create trigger noc_audit__append_only
before update or delete on public.noc_audit
for each row execute function noc.tg_append_only();

create trigger noc_audit__no_truncate
before truncate on public.noc_audit
for each statement execute function noc.tg_append_only();
