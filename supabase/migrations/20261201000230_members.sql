-- Administration of groups, companies and members. Each function checks the caller,
-- changes one row and writes the audit entry in the same transaction; `public.noc_x`
-- is the reachable name, `noc.x` does the work as definer (API roles cannot write).
-- Who is not admin gets noc.refuse's answer: administration does not exist for others.

/* Gives the group as saved; null id makes one. Raises PT400 name, PT404. */
create function noc.save_group(group_id uuid, name text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_group public.company_groups;
begin
    if not noc.is_admin() then
        return noc.refuse('save_group', coalesce('group:' || save_group.group_id, 'group'));
    end if;
    if length(btrim(coalesce(save_group.name, ''))) not between 1 and 120 then
        perform noc.fail('PT400', 'name', 'name: must have 1 to 120 characters');
    end if;

    if save_group.group_id is null then
        insert into public.company_groups (name) values (btrim(save_group.name))
        returning * into v_group;
    else
        update public.company_groups as g set name = btrim(save_group.name)
        where g.group_id = save_group.group_id
        returning * into v_group;
        if not found then
            perform noc.fail('PT404', 'scope_not_found', 'group not found');
        end if;
    end if;

    perform noc.record_audit(
        'save_group', 'group:' || v_group.group_id, null, to_jsonb(v_group)
    );
    return to_jsonb(v_group);
end;
$$;

/*
Gives the company as saved; creates or changes it by its CNPJ (mask and lower case
accepted). Raises PT400 company_cnpj | name, PT404 for an unknown group.
*/
create function noc.save_company(company_cnpj text, name text, group_id uuid, active boolean)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_cnpj text := noc.cnpj_canonical(save_company.company_cnpj);
    v_company public.companies;
begin
    if not noc.is_admin() then
        return noc.refuse('save_company', 'company');
    end if;
    if not noc.cnpj_valid(v_cnpj) then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: not a valid CNPJ');
    end if;
    if length(btrim(coalesce(save_company.name, ''))) not between 1 and 160 then
        perform noc.fail('PT400', 'name', 'name: must have 1 to 160 characters');
    end if;
    if save_company.group_id is not null and not exists (
        select 1 from public.company_groups as g where g.group_id = save_company.group_id
    ) then
        perform noc.fail('PT404', 'scope_not_found', 'group not found');
    end if;

    insert into public.companies as c (company_cnpj, name, group_id, active)
    values (
        v_cnpj, btrim(save_company.name), save_company.group_id, coalesce(save_company.active, true)
    )
    on conflict on constraint companies_pkey do update
    set name = excluded.name, group_id = excluded.group_id, active = excluded.active
    returning * into v_company;

    perform noc.record_audit('save_company', 'company:' || v_cnpj, v_cnpj, to_jsonb(v_company));
    return to_jsonb(v_company);
end;
$$;

/*
Gives the membership of an existing Auth user. Granting the same again returns the
live one. Raises PT400 role | company_cnpj | group_id | email, PT404 for an unknown scope.
*/
create function noc.grant_member(email text, role text, company_cnpj text, group_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_cnpj text := noc.cnpj_canonical(grant_member.company_cnpj);
    v_user uuid;
    v_member noc.memberships;
begin
    if not noc.is_admin() then
        return noc.refuse('grant_member', 'member');
    end if;
    perform noc.check_membership(
        grant_member.role, grant_member.company_cnpj, grant_member.group_id
    );

    select u.id into v_user from auth.users as u
    where lower(u.email) = lower(btrim(grant_member.email)) and u.deleted_at is null;
    if v_user is null then
        perform noc.fail('PT400', 'email', 'email: no such user in Auth; invite the person first');
    end if;

    insert into noc.memberships (user_id, role, company_cnpj, group_id)
    values (v_user, grant_member.role, v_cnpj, grant_member.group_id)
    on conflict do nothing;

    select m.* into v_member from noc.memberships as m
    where m.user_id = v_user
        and m.role = grant_member.role
        and m.company_cnpj is not distinct from v_cnpj
        and m.group_id is not distinct from grant_member.group_id
        and m.revoked_at is null;

    perform noc.record_audit(
        'grant_member', 'member:' || v_member.membership_id, v_cnpj,
        to_jsonb(v_member) - '{revoked_at,granted_at}'::text[]
    );
    return to_jsonb(v_member) - '{revoked_at,granted_at}'::text[];
end;
$$;

/* Raises PT400 naming the field when the role and its scope do not fit, PT404 when unknown. */
create function noc.check_membership(role text, company_cnpj text, group_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if coalesce(check_membership.role not in ('admin', 'franqueado', 'cliente'), true) then
        perform noc.fail('PT400', 'role', 'role: must be admin, franqueado or cliente');
    end if;
    if check_membership.role = 'admin'
        and num_nonnulls(check_membership.company_cnpj, check_membership.group_id) > 0 then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: admin takes no company or group');
    end if;
    if check_membership.role = 'franqueado'
        and num_nonnulls(check_membership.company_cnpj, check_membership.group_id) <> 1 then
        perform noc.fail(
            'PT400', 'company_cnpj', 'company_cnpj: franqueado takes one company or one group'
        );
    end if;
    if check_membership.role = 'cliente'
        and (check_membership.company_cnpj is null or check_membership.group_id is not null) then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: cliente takes one company');
    end if;
    if check_membership.company_cnpj is not null and not exists (
        select 1 from public.companies as c
        where c.company_cnpj = noc.cnpj_canonical(check_membership.company_cnpj)
    ) or check_membership.group_id is not null and not exists (
        select 1 from public.company_groups as g where g.group_id = check_membership.group_id
    ) then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found');
    end if;
end;
$$;

/* Ends a membership from the next query on. Raises PT404, PT409 last_admin (at commit). */
create function noc.revoke_member(membership_id uuid, reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_member noc.memberships;
begin
    if not noc.is_admin() then
        return noc.refuse(
            'revoke_member', coalesce('member:' || revoke_member.membership_id, 'member')
        );
    end if;
    update noc.memberships as m set revoked_at = now()
    where m.membership_id = revoke_member.membership_id and m.revoked_at is null
    returning m.* into v_member;
    if not found then
        perform noc.fail('PT404', 'scope_not_found', 'membership not found or already revoked');
    end if;

    -- Now rather than at commit, so that the caller gets the refusal as this call's answer.
    set constraints noc.memberships__keep_one_admin immediate;
    perform noc.record_audit(
        'revoke_member', 'member:' || v_member.membership_id, v_member.company_cnpj,
        jsonb_build_object('reason', left(revoke_member.reason, 500))
    );
    return jsonb_build_object(
        'membership_id', v_member.membership_id, 'revoked_at', v_member.revoked_at
    );
end;
$$;

/* Members of what the caller operates: admin all, franqueado those of own scopes. */
create function noc.list_members()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    with operable as materialized (select noc.operable_scopes() as scopes)

    select jsonb_build_object('members', coalesce(jsonb_agg(jsonb_build_object(
        'membership_id', m.membership_id, 'email', u.email, 'role', m.role,
        'company_cnpj', m.company_cnpj, 'group_id', m.group_id,
        'granted_at', m.granted_at, 'revoked_at', m.revoked_at
    ) order by m.granted_at, m.membership_id), '[]'))
    from noc.memberships as m
    inner join auth.users as u on u.id = m.user_id
    cross join operable as o
    where '*' = any(o.scopes)
        or m.company_cnpj = any(o.scopes)
        or exists (
            select 1 from noc.memberships as mine
            where mine.user_id = (select auth.uid())
                and mine.revoked_at is null
                and mine.role = 'franqueado'
                and mine.group_id = m.group_id
        )
$$;

create function public.noc_save_group(group_id uuid, name text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.save_group(group_id, name); end;

create function public.noc_save_company(
    company_cnpj text, name text, group_id uuid, active boolean
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.save_company(company_cnpj, name, group_id, active); end;

create function public.noc_grant_member(
    email text, role text, company_cnpj text default null, group_id uuid default null
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.grant_member(email, role, company_cnpj, group_id); end;

create function public.noc_revoke_member(membership_id uuid, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.revoke_member(membership_id, reason); end;

create function public.noc_list_members()
returns jsonb
language sql
stable
set search_path = ''
begin atomic select noc.list_members(); end;
