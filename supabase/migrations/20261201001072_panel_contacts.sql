-- The contacts as their keepers see them.

/* Contacts that the caller looks after, by name; nobody's for who only reads. */
create function noc.list_contacts()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object('contacts', coalesce(
        jsonb_agg(noc.contact_json(c) order by c.name, c.contact_id), '[]'
    ))
    from noc.contacts as c
    where c.deleted_at is null and noc.keeps_contacts(c.role, c.company_cnpj, c.group_id)
$$;

create function public.noc_list_contacts()
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.list_contacts()); end;
