-- Who exists and who may see or touch what: CNPJ, groups, companies, memberships,
-- and the two functions that are the seam to a host's own notion of companies.

/*
Canonical form of a CNPJ: 14 upper-case characters without mask, or null when the
text cannot be one. Only the official separators are dropped, never letters:
since July 2026 the first twelve are alphanumeric.
*/
create function noc.cnpj_canonical(input text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case when c.bare ~ '^[0-9A-Z]{12}[0-9]{2}$' then c.bare end
    from (select upper(translate(btrim(input), './- ', ''))) as c (bare)
$$;

/*
The two check digits of a 12-character base: modulo 11 over (ASCII - 48), weights
5..2,9..2 and 6..2,9..2; a remainder below 2 gives 0.
Source: IN RFB 2.229/2024.
*/
create function noc.cnpj_check_digits(base text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    with chars as (
        select i, ascii(substr(base, i, 1)) - 48 as value
        from generate_series(1, 12) as i
    ),

    first as (
        select sum(value * (array[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])[i])::integer % 11 as rest
        from chars
    ),

    first_digit as (
        select case when rest < 2 then 0 else 11 - rest end as digit from first
    ),

    second as (
        select (
            sum(c.value * (array[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3])[c.i])
            + max(f.digit) * 2
        )::integer % 11 as rest
        from chars as c cross join first_digit as f
    )

    select f.digit::text || (case when s.rest < 2 then 0 else 11 - s.rest end)::text
    from first_digit as f cross join second as s
$$;

/* True for a canonical CNPJ whose check digits hold and which is not one repeated character. */
create function noc.cnpj_valid(company_cnpj text)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    select coalesce(
        company_cnpj ~ '^[0-9A-Z]{12}[0-9]{2}$'
        and company_cnpj !~ '^(.)\1{13}$'
        and right(company_cnpj, 2) = noc.cnpj_check_digits(left(company_cnpj, 12)),
        false
    )
$$;

create table public.company_groups (
    group_id uuid primary key default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 120)
);

create table public.companies (
    company_cnpj text collate "C" primary key check (noc.cnpj_valid(company_cnpj)),
    name text not null check (length(btrim(name)) between 1 and 160),
    group_id uuid references public.company_groups (group_id),
    active boolean not null default true
);

create index companies_group_id_idx on public.companies (group_id);

/*
The only truth about rights, looked up live on every query: a revoked member loses
sight at once. Admin has neither company nor group, franqueado exactly one of the
two, cliente a company.
*/
create table noc.memberships (
    membership_id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    role text not null,
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    granted_at timestamptz not null default now(),
    revoked_at timestamptz,
    constraint memberships_scope_fits_role check (
        case role
            when 'admin' then company_cnpj is null and group_id is null
            when 'franqueado' then num_nonnulls(company_cnpj, group_id) = 1
            when 'cliente' then company_cnpj is not null and group_id is null
            else false
        end
    )
);

create unique index memberships_one_live_per_scope on noc.memberships (
    user_id, role, company_cnpj, group_id
) nulls not distinct where revoked_at is null;
create index memberships_company_cnpj_idx on noc.memberships (company_cnpj);
create index memberships_group_id_idx on noc.memberships (group_id);

alter table noc.memberships enable row level security;

/* True when the caller is a live admin. Definer: callers cannot read memberships. */
create function noc.is_admin()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
    select exists (
        select 1 from noc.memberships as m
        where m.user_id = (select auth.uid()) and m.role = 'admin' and m.revoked_at is null
    )
$$;

/*
Scopes of the caller's live memberships in the given roles: company keys, and '*'
(rows without a company) for admin alone. Empty for strangers, never null. plpgsql for its
plan cache: every query under RLS calls it, and may use parallel workers.
*/
create function noc.scopes_of(roles text[])
returns text[]
language plpgsql
stable
parallel safe
security definer
set search_path = ''
as $$
declare
    v_scopes text[];
begin
    with mine as (
        select m.role, m.company_cnpj, m.group_id
        from noc.memberships as m
        where m.user_id = (select auth.uid())
            and m.revoked_at is null
            and m.role = any(roles)
    ),

    scopes as (
        select c.company_cnpj as scope
        from public.companies as c
        where exists (select 1 from mine where mine.role = 'admin')
        union
        select '*' from mine where mine.role = 'admin'
        union
        select mine.company_cnpj from mine where mine.company_cnpj is not null
        union
        select c.company_cnpj
        from mine
        inner join public.companies as c on c.group_id = mine.group_id
    )

    select coalesce(array_agg(scope order by scope), '{}') into v_scopes from scopes;
    return v_scopes;
end;
$$;

/* What the caller may see. One of the two seams to a host dashboard's own companies. */
create function noc.visible_scopes()
returns text[]
language sql
stable
parallel safe
security definer
set search_path = ''
as $$
    select noc.scopes_of('{admin,franqueado,cliente}')
$$;

/* What the caller may act on: a cliente reads only. The other seam. */
create function noc.operable_scopes()
returns text[]
language sql
stable
parallel safe
security definer
set search_path = ''
as $$
    select noc.scopes_of('{admin,franqueado}')
$$;

/*
Groups whose whole row the caller may read: admin all, a member those of the
companies that it sees.
*/
create function noc.visible_groups()
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(array_agg(g.group_id), '{}')
    from public.company_groups as g
    where noc.is_admin()
        or exists (
            select 1 from noc.memberships as m
            where m.user_id = (select auth.uid())
                and m.revoked_at is null
                and m.group_id = g.group_id
        )
        or exists (
            select 1 from public.companies as c
            where c.group_id = g.group_id
                and c.company_cnpj = any((select noc.visible_scopes())::text[])
        )
$$;

/* Groups whose every company the caller operates: admin all, a franqueado those held. */
create function noc.operable_groups()
returns uuid []
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(array_agg(g.group_id), '{}')
    from public.company_groups as g
    where noc.is_admin() or exists (
        select 1 from noc.memberships as m
        where m.user_id = (select auth.uid())
            and m.revoked_at is null
            and m.role = 'franqueado'
            and m.group_id = g.group_id
    )
$$;

/* Whether the caller may change what reaches this scope; with both null it takes an admin. */
create function noc.operates(company_cnpj text, group_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
    select case
        when operates.group_id is not null
            then operates.company_cnpj is null and operates.group_id = any(noc.operable_groups())
        else coalesce(operates.company_cnpj, '*') = any(noc.operable_scopes())
    end
$$;

/*
The caller's visible scopes narrowed to a company, a group, or a company of a group (both
null: all).
Raises PT404 for a foreign scope and for one that does not exist, alike.
*/
create function noc.resolve_scope(company_cnpj text, group_id uuid)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
    v_visible text[] := noc.visible_scopes();
    v_scopes text[];
begin
    if resolve_scope.company_cnpj is null and resolve_scope.group_id is null then
        return v_visible;
    end if;

    v_scopes := array(
        select c.company_cnpj from public.companies as c
        where c.company_cnpj = any(v_visible)
            and (
                resolve_scope.company_cnpj is null
                or c.company_cnpj = noc.cnpj_canonical(resolve_scope.company_cnpj)
            )
            and (resolve_scope.group_id is null or c.group_id = resolve_scope.group_id)
    );
    -- An empty group of one's own exists all the same.
    if cardinality(v_scopes) = 0 and (
        resolve_scope.company_cnpj is not null
        or resolve_scope.group_id <> all(noc.visible_groups())
    ) then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    end if;
    return v_scopes;
end;
$$;

/* The last live admin cannot be revoked or removed: nobody could let anyone in again. */
create function noc.tg_keep_one_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if old.role = 'admin' and old.revoked_at is null and not exists (
        select 1 from noc.memberships as m where m.role = 'admin' and m.revoked_at is null
    ) then
        perform noc.fail('PT409', 'last_admin', 'the last admin cannot be removed');
    end if;
    return null;
end;
$$;

create constraint trigger memberships__keep_one_admin
after update or delete on noc.memberships
deferrable initially deferred
for each row execute function noc.tg_keep_one_admin();
