-- Looking after contacts: admin all of them, franqueado those of own companies and groups.
-- What is personal goes into the audit's payload, which can be redacted.

/* The time of day of 'HH:MM', null for null. Raises PT400 `field`. */
create function noc.checked_time(field text, value text)
returns time
language plpgsql
immutable
set search_path = ''
as $$
begin
    if value !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' then
        perform noc.fail('PT400', field, format('%s: must be a time like 22:00', field));
    end if;
    return value::time;
end;
$$;

/* The severity of that name, null for null. Raises PT400 `field`. */
create function noc.checked_severity(field text, value text)
returns public.alert_severity
language plpgsql
immutable
set search_path = ''
as $$
begin
    if value not in ('info', 'warning', 'critical') then
        perform noc.fail('PT400', field, format('%s: must be info, warning or critical', field));
    end if;
    return value::public.alert_severity;
end;
$$;

/* Raises PT400 naming the first field of a contact that cannot be kept so. */
create function noc.check_contact(contact noc.contacts)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if coalesce(
        length(contact.name) not between 1 and 120 or contact.name ~ '[[:cntrl:]]', true
    ) then
        perform noc.fail('PT400', 'name', 'name: must have 1 to 120 characters on one line');
    end if;
    if length(contact.email) > 254
        or length(split_part(contact.email, '@', 1)) > 64
        or contact.email !~ (
            '^[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*'
            || '@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$'
        ) then
        perform noc.fail('PT400', 'email', 'email: not an e-mail address');
    end if;
    if num_nonnulls(contact.email, contact.phone) = 0 then
        perform noc.fail('PT400', 'email', 'email: an e-mail address or a phone is required');
    end if;
    if coalesce(contact.language not in ('pt-BR', 'en'), true) then
        perform noc.fail('PT400', 'language', 'language: must be pt-BR or en');
    end if;
    if coalesce(contact.escalation_step not between 0 and 2, true) then
        perform noc.fail('PT400', 'escalation_step', 'escalation_step: must be 0, 1 or 2');
    end if;
    if (contact.quiet_from is null) <> (contact.quiet_until is null)
        or contact.quiet_from = contact.quiet_until then
        perform noc.fail(
            'PT400', 'quiet_until', 'quiet_until: quiet hours need two different times, or none'
        );
    end if;
    if not noc.may_be_told(contact, contact.company_cnpj, coalesce(contact.group_id, (
        select c.group_id from public.companies as c where c.company_cnpj = contact.company_cnpj
    ))) then
        perform noc.fail('PT400', 'user_id', 'user_id: must be somebody who sees these alerts');
    end if;
end;
$$;

/*
Gives the contact as saved (noc.contact_json); null id makes one. The phone as listed, masked,
leaves the one that is kept. A changed address is taken for whole again. At most 50 contacts
of one scope. Raises PT400 naming the field, PT409 contact_limit; refuses PT404.
*/
create function noc.save_contact(
    contact_id uuid, name text, email text, phone text, language text, role text,
    company_cnpj text, group_id uuid, user_id uuid, email_from text, whatsapp_from text,
    escalation_step integer, opted_in boolean, quiet_from text, quiet_until text, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_target text := coalesce('contact:' || save_contact.contact_id, 'contact');
    v_before noc.contacts;
    v_new noc.contacts;
begin
    select c.* into v_before from noc.contacts as c
    where c.contact_id = save_contact.contact_id and c.deleted_at is null
    for update;
    v_new.role := save_contact.role;
    v_new.company_cnpj := noc.cnpj_canonical(save_contact.company_cnpj);
    v_new.group_id := save_contact.group_id;
    if save_contact.contact_id is not null and (
        v_before.contact_id is null
        or not noc.keeps_contacts(v_before.role, v_before.company_cnpj, v_before.group_id)
    ) or not noc.keeps_contacts(v_new.role, v_new.company_cnpj, v_new.group_id) then
        return noc.refuse('save_contact', v_target);
    end if;
    perform noc.check_membership(v_new.role, save_contact.company_cnpj, v_new.group_id);

    v_new.contact_id := coalesce(v_before.contact_id, gen_random_uuid());
    v_new.name := btrim(save_contact.name);
    v_new.email := lower(nullif(btrim(save_contact.email), ''));
    v_new.phone := case
        when save_contact.phone = noc.mask_phone(v_before.phone) then v_before.phone
        else noc.phone_canonical(nullif(btrim(save_contact.phone), ''))
    end;
    if v_new.phone is null and btrim(save_contact.phone) <> '' then
        perform noc.fail('PT400', 'phone', 'phone: must be like +5511999998888');
    end if;
    v_new.language := save_contact.language;
    v_new.user_id := save_contact.user_id;
    v_new.email_from := noc.checked_severity('email_from', save_contact.email_from);
    v_new.whatsapp_from := noc.checked_severity('whatsapp_from', save_contact.whatsapp_from);
    v_new.escalation_step := least(greatest(save_contact.escalation_step, -1), 3);
    v_new.opted_in := coalesce(save_contact.opted_in, false);
    v_new.quiet_from := noc.checked_time('quiet_from', save_contact.quiet_from);
    v_new.quiet_until := noc.checked_time('quiet_until', save_contact.quiet_until);
    perform noc.check_contact(v_new);
    if v_before.contact_id is null and (
        select count(*) >= 50 from noc.contacts as c
        where c.deleted_at is null
            and c.company_cnpj is not distinct from v_new.company_cnpj
            and c.group_id is not distinct from v_new.group_id
    ) then
        perform noc.fail('PT409', 'contact_limit', 'at most 50 contacts of one scope');
    end if;

    v_new.created_at := coalesce(v_before.created_at, at);
    v_new.updated_at := at;
    if v_new.email = v_before.email then
        v_new.email_broken_at := v_before.email_broken_at;
        v_new.email_broken_reason := v_before.email_broken_reason;
    end if;
    if v_new.phone = v_before.phone then
        v_new.whatsapp_broken_at := v_before.whatsapp_broken_at;
        v_new.whatsapp_broken_reason := v_before.whatsapp_broken_reason;
    end if;
    perform noc.keep_contact(v_new);
    perform noc.record_audit(
        'save_contact', 'contact:' || v_new.contact_id, v_new.company_cnpj,
        noc.contact_json(v_new) - 'contact_id'
    );
    return noc.contact_json(v_new);
end;
$$;

/* Writes the contact, new or changed. */
create function noc.keep_contact(contact noc.contacts)
returns void
language sql
set search_path = ''
as $$
    insert into noc.contacts as c
    select (keep_contact.contact).*
    on conflict (contact_id) do update
    set
        name = excluded.name,
        email = excluded.email,
        phone = excluded.phone,
        language = excluded.language,
        role = excluded.role,
        company_cnpj = excluded.company_cnpj,
        group_id = excluded.group_id,
        user_id = excluded.user_id,
        email_from = excluded.email_from,
        whatsapp_from = excluded.whatsapp_from,
        escalation_step = excluded.escalation_step,
        opted_in = excluded.opted_in,
        quiet_from = excluded.quiet_from,
        quiet_until = excluded.quiet_until,
        email_broken_at = excluded.email_broken_at,
        email_broken_reason = excluded.email_broken_reason,
        whatsapp_broken_at = excluded.whatsapp_broken_at,
        whatsapp_broken_reason = excluded.whatsapp_broken_reason,
        updated_at = excluded.updated_at
$$;

/*
The contact when the caller looks after it, its row locked; null: foreign, deleted or none.
*/
create function noc.lock_contact(contact_id uuid)
returns noc.contacts
language plpgsql
set search_path = ''
as $$
declare
    v_contact noc.contacts;
begin
    select c.* into v_contact from noc.contacts as c
    where c.contact_id = lock_contact.contact_id
        and c.deleted_at is null
        and noc.keeps_contacts(c.role, c.company_cnpj, c.group_id)
    for update;
    return v_contact;
end;
$$;

/*
Forgets the person: nothing more is sent, and name and addresses are gone. Gives {"contact_id",
"deleted_at"}. Refuses PT404.
*/
create function noc.delete_contact(contact_id uuid, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_contact noc.contacts := noc.lock_contact(delete_contact.contact_id);
begin
    if v_contact.contact_id is null then
        return noc.refuse(
            'delete_contact', coalesce('contact:' || delete_contact.contact_id, 'contact')
        );
    end if;
    update noc.contacts as c
    set
        name = null, email = null, phone = null, user_id = null,
        updated_at = at, deleted_at = at
    where c.contact_id = v_contact.contact_id;
    perform noc.record_audit(
        'delete_contact', 'contact:' || v_contact.contact_id, v_contact.company_cnpj,
        jsonb_build_object('name', v_contact.name)
    );
    return jsonb_build_object('contact_id', v_contact.contact_id, 'deleted_at', at);
end;
$$;

create function public.noc_save_contact(
    contact_id uuid, name text, email text, phone text, language text default 'pt-BR',
    role text default 'franqueado', company_cnpj text default null, group_id uuid default null,
    user_id uuid default null, email_from text default 'warning',
    whatsapp_from text default 'critical', escalation_step integer default 0,
    opted_in boolean default false, quiet_from text default null, quiet_until text default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.save_contact(
        contact_id, name, email, phone, language, role, company_cnpj, group_id, user_id,
        email_from, whatsapp_from, escalation_step, opted_in, quiet_from, quiet_until, now()
    );
end;

create function public.noc_delete_contact(contact_id uuid)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.delete_contact(contact_id, now()); end;
