-- Pauses of the WhatsApp queue. They compose: a company is paused while a pause of everything,
-- of its group or of its own lasts; and each ends in a ramp, so that what waited does not leave
-- at once.

/*
One row per pause, of one company, of the companies that are in the group at the time, of one
business number, or (all null) of everything.
*/
create table noc.queue_pauses (
    pause_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    phone_number_id text collate "C",
    scope text collate "C" not null
    generated always as (coalesce(company_cnpj, group_id::text, phone_number_id, '*')) stored,
    paused_at timestamptz not null,
    paused_until timestamptz not null,      -- infinity: until somebody resumes
    reason text not null,                   -- a person's words, of the provider's refusal a code
    paused_by uuid,                         -- null: the NOC, because the provider refused
    action_id uuid,
    ended_at timestamptz,                   -- before paused_until: somebody resumed
    ended_by uuid,
    ramp_s integer not null default 60 check (ramp_s between 0 and 86400),
    constraint queue_pauses_one_scope check (
        num_nonnulls(company_cnpj, group_id, phone_number_id) <= 1
    )
);

create unique index queue_pauses_one_per_scope_idx on noc.queue_pauses (scope)
where ended_at is null;
create index queue_pauses_company_cnpj_idx on noc.queue_pauses (company_cnpj);
create index queue_pauses_group_id_idx on noc.queue_pauses (group_id);
create index queue_pauses_paused_until_idx on noc.queue_pauses (paused_until)
where ended_at is null;
create index queue_pauses_ended_at_idx on noc.queue_pauses (ended_at);
alter table noc.queue_pauses enable row level security;

/*
Held shared by whoever begins a send and exclusively by whoever pauses, to the end of their
transactions: what begins afterwards sees the pause, and what began before has committed.
*/
create function noc.lock_pauses(shared boolean)
returns void
language sql
volatile
set search_path = ''
as $$
    select case
        when shared then pg_advisory_xact_lock_shared(1313817344, 2)
        else pg_advisory_xact_lock(1313817344, 2)
    end
$$;

/*
What a pause lets through at `at`: 0 while it lasts, then from a tenth to 1 within its ramp. One
that was made after `at` counts: it had committed before the question was asked.
*/
create function noc.pause_share(pause noc.queue_pauses, at timestamptz)
returns numeric
language sql
immutable
set search_path = ''
as $$
    select case
        when e.ends > at then 0
        when pause.ramp_s = 0 then 1
        else least(1, greatest(0.1, extract(epoch from at - e.ends) / pause.ramp_s))
    end
    from (select least(pause.ended_at, pause.paused_until) as ends) as e
$$;

/*
How much of its pace the company's queue may have, 0 (paused) to 1 (free), between them in the
ramp of a pause that ended; of several the least. Null: by pauses of everything alone. plpgsql for
its plan cache: every begun send asks.
*/
create function noc.queue_share(company_cnpj text, at timestamptz)
returns numeric
language plpgsql
stable
set search_path = ''
as $$
begin
    return coalesce((
        select min(noc.pause_share(p, at))
        from noc.queue_pauses as p
        where (p.ended_at is null or p.ended_at > at - interval '1 day')
            and p.phone_number_id is null
            and (p.company_cnpj is null or p.company_cnpj = queue_share.company_cnpj)
            and (p.group_id is null or p.group_id = (
                select c.group_id from public.companies as c
                where c.company_cnpj = queue_share.company_cnpj
            ))
    ), 1);
end;
$$;

/* The same of a business number. */
create function noc.number_share(phone_number_id text, at timestamptz)
returns numeric
language plpgsql
stable
set search_path = ''
as $$
begin
    return coalesce((
        select min(noc.pause_share(p, at))
        from noc.queue_pauses as p
        where (p.ended_at is null or p.ended_at > at - interval '1 day')
            and p.phone_number_id = number_share.phone_number_id
    ), 1);
end;
$$;

/*
Pauses exactly this scope until `until` (null: until somebody resumes); a pause of it that lasts
is extended, and has the later reason. When it has committed, nothing of the scope begins to be
sent. Gives the pause.
*/
create function noc.pause_scope(
    company_cnpj text, group_id uuid, phone_number_id text, until timestamptz, reason text,
    by uuid, action_id uuid, at timestamptz
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
    v_scope constant text := coalesce(company_cnpj, group_id::text, phone_number_id, '*');
    v_pause uuid;
begin
    perform noc.lock_pauses(false);
    update noc.queue_pauses as p set ended_at = p.paused_until
    where p.scope = v_scope and p.ended_at is null and p.paused_until <= at;
    insert into noc.queue_pauses as p (
        company_cnpj, group_id, phone_number_id, paused_at, paused_until, reason, paused_by,
        action_id
    )
    values (
        pause_scope.company_cnpj, pause_scope.group_id, pause_scope.phone_number_id, at,
        coalesce(until, 'infinity'), pause_scope.reason, by, pause_scope.action_id
    )
    on conflict (scope) where ended_at is null do update
    set
        paused_until = greatest(p.paused_until, excluded.paused_until),
        reason = excluded.reason,
        paused_by = coalesce(excluded.paused_by, p.paused_by),
        action_id = coalesce(excluded.action_id, p.action_id)
    returning p.pause_id into v_pause;
    perform noc.announce(
        'queue_whatsapp', pause_scope.company_cnpj,
        pause_scope.company_cnpj is null and pause_scope.group_id is null, pause_scope.group_id
    );
    return v_pause;
end;
$$;

/*
noc.pause_scope of a company, a group or (both null) everything, for a person: `by`, `action_id`.
*/
create function noc.pause_queue(
    company_cnpj text, group_id uuid, until timestamptz, reason text, by uuid, action_id uuid,
    at timestamptz
)
returns uuid
language sql
set search_path = ''
as $$
    select noc.pause_scope(company_cnpj, group_id, null, until, reason, by, action_id, at)
$$;

/*
Ends the pause of exactly this scope, of everything also those of business numbers: what waited
leaves at a tenth of the pace, and at all of it after `ramp_s` seconds (null: 60). Other pauses
that reach a company stay. False: nothing was paused.
*/
create function noc.resume_queue(
    company_cnpj text, group_id uuid, ramp_s integer, by uuid, at timestamptz
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_ended boolean;
begin
    update noc.queue_pauses as p
    set
        ended_at = greatest(at, p.paused_at),
        ended_by = by,
        ramp_s = coalesce(resume_queue.ramp_s, p.ramp_s)
    where p.ended_at is null
        and p.paused_until > at
        and p.company_cnpj is not distinct from resume_queue.company_cnpj
        and p.group_id is not distinct from resume_queue.group_id;
    v_ended := found;
    if v_ended then
        perform noc.announce(
            'queue_whatsapp', resume_queue.company_cnpj,
            resume_queue.company_cnpj is null and resume_queue.group_id is null,
            resume_queue.group_id
        );
    end if;
    return v_ended;
end;
$$;
