-- Who may act on what. A right is asked of a named user, not of the caller alone: it is looked
-- at again when a second person agrees and when each item is begun.

/* Whether a user's live memberships cover every one of the companies, and, when asked, all. */
create function noc.user_operates(user_id uuid, companies text [], everything boolean)
returns boolean
language sql
stable
set search_path = ''
as $$
    with mine as (
        select m.role, m.company_cnpj, m.group_id from noc.memberships as m
        where m.user_id = user_operates.user_id
            and m.revoked_at is null
            and m.role in ('admin', 'franqueado')
    )

    select exists (select from mine where mine.role = 'admin')
        or not everything
        and cardinality(companies) > 0
        and not exists (
            select from unnest(companies) as c (company)
            where not exists (
                select from mine
                left join public.companies as o on o.company_cnpj = c.company
                where mine.company_cnpj = c.company or mine.group_id = o.group_id
            )
        )
$$;

/* The same, and within what the action allows to others than admin: 50 items to reprocess. */
create function noc.user_may_do(
    user_id uuid, action text, companies text [], everything boolean, size integer
)
returns boolean
language sql
stable
set search_path = ''
as $$
    select noc.user_operates(user_may_do.user_id, companies, everything)
        and (action <> 'reprocess' or size <= 50 or noc.user_operates(user_may_do.user_id, '{}', true))
$$;

/* Other people who may do the same. */
create function noc.approvers(
    actor uuid, action text, companies text [], everything boolean, size integer
)
returns setof uuid
language sql
stable
rows 5
set search_path = ''
as $$
    select distinct m.user_id from noc.memberships as m
    where m.revoked_at is null
        and m.role in ('admin', 'franqueado')
        and m.user_id <> actor
        and noc.user_may_do(m.user_id, action, companies, everything, size)
$$;

/* Active companies of a company, a group, or (both null) of everything. */
create function noc.companies_of(company_cnpj text, group_id uuid)
returns text []
language sql
stable
set search_path = ''
as $$
    select coalesce(array_agg(c.company_cnpj order by c.company_cnpj), '{}')
    from public.companies as c
    where case
        when companies_of.company_cnpj is not null
            then c.company_cnpj = companies_of.company_cnpj
        else c.active and (companies_of.group_id is null or c.group_id = companies_of.group_id)
    end
$$;

/*
The scope as it is named, for the record: company:…, group:… or everything.
*/
create function noc.scope_name(company_cnpj text, group_id uuid)
returns text
language sql
immutable
set search_path = ''
as $$
    select coalesce('company:' || company_cnpj, 'group:' || group_id, 'everything')
$$;
