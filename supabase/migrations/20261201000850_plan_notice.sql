-- Who would be told by a notice.

/* People of the scope who would be told by a template: contacts of its companies and group. */
create function noc.plan_notice(company_cnpj text, group_id uuid)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
begin
    v_set.companies := noc.companies_of(plan_notice.company_cnpj, plan_notice.group_id);
    with asked as (
        select c.*, noc.notice_channel(c) as channel
        from noc.contacts as c
        where c.deleted_at is null
            and c.role <> 'admin'
            and (
                c.company_cnpj = any(v_set.companies)
                or c.group_id in (
                    select o.group_id from public.companies as o
                    where o.company_cnpj = any(v_set.companies)
                )
            )
    )

    select
        v_set.companies,
        coalesce(array_agg(a.contact_id order by a.contact_id) filter (
            where a.channel is not null and (a.role <> 'cliente' or a.opted_in)
        ), '{}'),
        count(*) filter (where a.channel is not null and (a.role <> 'cliente' or a.opted_in)), 0,
        jsonb_build_object(
            'companies', cardinality(v_set.companies),
            'email', count(*) filter (
                where a.channel = 'email' and (a.role <> 'cliente' or a.opted_in)
            ),
            'whatsapp', count(*) filter (
                where a.channel = 'whatsapp' and (a.role <> 'cliente' or a.opted_in)
            ),
            'not_opted_in', count(*) filter (where a.role = 'cliente' and not a.opted_in)
        ),
        '[]'::jsonb,
        noc.warning('not_opted_in', count(*) filter (where a.role = 'cliente' and not a.opted_in))
        || noc.warning('unreachable', count(*) filter (where a.channel is null))
    into v_set
    from asked as a;
    return v_set;
end;
$$;

/*
The channel by which a notice reaches the contact: mail, else WhatsApp for who takes alerts by it;
null: none works.
*/
create function noc.notice_channel(contact noc.contacts)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when contact.email is not null and contact.email_broken_at is null then 'email'
        when
            contact.phone is not null
            and contact.whatsapp_from is not null
            and contact.whatsapp_broken_at is null then 'whatsapp'
    end
$$;
