-- Whom the NOC tells: addresses, what each wants to hear, and when. The full phone number
-- leaves the database for the send alone.

/*
One person. Its role says whose alerts it hears of and how much of them: admin everything,
franqueado a company or a group, cliente one company, once opted in. `*_from`: the least
severity that is told by that channel, null: never. Deleting forgets the person and keeps
the row, which what was sent refers to.
*/
create table noc.contacts (
    contact_id uuid primary key default gen_random_uuid(),
    name text,
    email text,
    phone text,                       -- E.164
    language text not null default 'pt-BR',
    role text not null,
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    user_id uuid,                     -- of Auth; told only while this user may see the alert
    email_from public.alert_severity,
    whatsapp_from public.alert_severity,
    escalation_step smallint not null default 0,
    opted_in boolean not null default false,
    quiet_from time,                  -- in Brasília's time; may pass midnight
    quiet_until time,
    email_broken_at timestamptz,      -- the provider refused the address for good
    email_broken_reason text,
    whatsapp_broken_at timestamptz,
    whatsapp_broken_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint contacts_scope_fits_role check (
        case role
            when 'admin' then company_cnpj is null and group_id is null
            when 'franqueado' then num_nonnulls(company_cnpj, group_id) = 1
            when 'cliente' then company_cnpj is not null and group_id is null
            else false
        end
    ),
    constraint contacts_language check (language in ('pt-BR', 'en')),
    constraint contacts_step check (escalation_step between 0 and 2),
    constraint contacts_quiet check (
        num_nonnulls(quiet_from, quiet_until) = 0 or coalesce(quiet_from <> quiet_until, false)
    ),
    constraint contacts_deleted_forgets check (
        case
            when deleted_at is null then name is not null and num_nonnulls(email, phone) > 0
            else num_nonnulls(name, email, phone, user_id) = 0
        end
    )
);

create index contacts_company_cnpj_idx on noc.contacts (company_cnpj);
create index contacts_group_id_idx on noc.contacts (group_id);
alter table noc.contacts enable row level security;

/* Its last four digits; null for null. */
create function noc.mask_phone(phone text)
returns text
language sql
immutable
set search_path = ''
as $$
    select '•••••-' || right(phone, 4)
$$;

/* First letter and domain; null for null. */
create function noc.mask_email(email text)
returns text
language sql
immutable
set search_path = ''
as $$
    select left(email, 1) || '•••@' || split_part(email, '@', 2)
$$;

/* E.164 of a number with the separators that people write, null when it cannot be one. */
create function noc.phone_canonical(input text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case when p.bare ~ '^\+[1-9][0-9]{7,14}$' then p.bare end
    from (select translate(btrim(input), ' ().-', '')) as p (bare)
$$;

/* Whether the caller looks after contacts of this role and scope: admin all, franqueado own. */
create function noc.keeps_contacts(role text, company_cnpj text, group_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
    select noc.is_admin()
        or coalesce(role <> 'admin', false) and (
            coalesce(keeps_contacts.company_cnpj = any(noc.operable_scopes()), false)
            or exists (
                select 1 from noc.memberships as m
                where m.user_id = (select auth.uid())
                    and m.revoked_at is null
                    and m.role = 'franqueado'
                    and m.group_id = keeps_contacts.group_id
            )
        )
$$;

/*
Whether what concerns this company, of this group (both null: no company) may be told to the
contact: it is not deleted, and its user, when it has one, may see it in the contact's role. What
concerns no company is told to a franqueado as the public status of a shared service alone
(noc.recipients): its user must still hold the contact's own scope.
*/
create function noc.may_be_told(contact noc.contacts, company_cnpj text, group_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
    select contact.deleted_at is null and (
        contact.user_id is null
        or exists (
            select 1 from noc.memberships as m
            where m.user_id = contact.user_id
                and m.revoked_at is null
                and (
                    m.role = 'admin'
                    or m.role in (contact.role, 'franqueado')
                    and contact.role <> 'admin'
                    and (
                        m.company_cnpj = s.company_cnpj
                        or m.group_id = s.group_id
                    )
                )
        )
    )
    from (
        select
            case when p.own then contact.company_cnpj else may_be_told.company_cnpj end
            as company_cnpj,
            case when p.own then contact.group_id else may_be_told.group_id end as group_id
        from (
            select contact.role = 'franqueado'
                and num_nonnulls(may_be_told.company_cnpj, may_be_told.group_id) = 0 as own
        ) as p
    ) as s
$$;

/* The contact as those see it who look after it; the phone masked. */
create function noc.contact_json(contact noc.contacts)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'contact_id', contact.contact_id, 'name', contact.name, 'email', contact.email,
        'phone', noc.mask_phone(contact.phone), 'language', contact.language,
        'role', contact.role, 'company_cnpj', contact.company_cnpj,
        'group_id', contact.group_id, 'user_id', contact.user_id,
        'email_from', contact.email_from, 'whatsapp_from', contact.whatsapp_from,
        'escalation_step', contact.escalation_step, 'opted_in', contact.opted_in,
        'quiet_from', to_char(contact.quiet_from, 'HH24:MI'),
        'quiet_until', to_char(contact.quiet_until, 'HH24:MI'),
        'email_broken', contact.email_broken_reason,
        'whatsapp_broken', contact.whatsapp_broken_reason
    )
$$;

/*
When this contact may be told next: `at`, or the end of its quiet hours when they hold then.
*/
create function noc.after_quiet(contact noc.contacts, at timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select case
        when coalesce(
            case
                when contact.quiet_from < contact.quiet_until
                    then t.local::time >= contact.quiet_from and t.local::time < contact.quiet_until
                else t.local::time >= contact.quiet_from or t.local::time < contact.quiet_until
            end,
            false
        ) then (
            t.local::date
            + case when t.local::time < contact.quiet_until then 0 else 1 end
            + contact.quiet_until
        ) at time zone 'America/Sao_Paulo'
        else at
    end
    from (select at at time zone 'America/Sao_Paulo' as local) as t
$$;
