-- What of a message is somebody's: to whom it goes and what it says. It leaves the database for
-- the sender alone, and goes after 30 days.

/* One row: the key of recipients' hashes. */
create table noc.queue_settings (
    one boolean primary key default true check (one),
    recipient_key bytea not null default extensions.gen_random_bytes(32)
);

insert into noc.queue_settings default values;
alter table noc.queue_settings enable row level security;

/*
An approved template and what is put into it. `parameters` of the body, in order; `button`: what
is put behind the address of its first button, null: none.
*/
create table noc.message_contents (
    message_id uuid primary key
    references public.queue_whatsapp (message_id) on delete cascade,
    recipient text not null check (recipient ~ '^[1-9][0-9]{7,14}$'),
    recipient_hash bytea not null,
    template text not null check (template ~ '^[a-z0-9_]{1,120}$'),
    language text not null check (language ~ '^[a-z]{2,3}(_[A-Z]{2})?$'),
    parameters text [] not null,
    button text,
    created_at timestamptz not null
);

create index message_contents_created_at_idx on noc.message_contents (created_at);
alter table noc.message_contents enable row level security;

/* One row per begun send: repeats can be counted, not guessed. */
create table noc.message_attempts (
    message_id uuid not null
    references public.queue_whatsapp (message_id) on delete cascade,
    fence bigint not null,
    worker text not null,
    phone_number_id text not null,
    begun_at timestamptz not null,
    ended_at timestamptz,       -- null: on its way
    outcome text,               -- as it was settled; lost: its worker ended
    reason text,
    error_code integer,
    provider_ref text collate "C",
    primary key (message_id, fence)
);

create index message_attempts_provider_ref_idx on noc.message_attempts (provider_ref)
where provider_ref is not null;
alter table noc.message_attempts enable row level security;

/* The text as a uuid, null when it is none. */
create function noc.try_uuid(input text)
returns uuid
language sql
immutable
set search_path = ''
as $$
    select case
        when input ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then input::uuid
    end
$$;

/* The recipient as it may be kept beyond its message: nobody without the key finds the number. */
create function noc.recipient_hash(recipient text)
returns bytea
language sql
stable
set search_path = ''
as $$
    select extensions.hmac(recipient_hash.recipient::bytea, s.recipient_key, 'sha256')
    from noc.queue_settings as s
$$;
