-- How fast may be sent: limits of the provider's, kept here so that every worker keeps them
-- together.

/*
The business numbers that send. `target_share`: how much of what the provider allows is used, for
it counts what comes in too. `idempotent`: the provider knows a repeat of a message as one.
*/
create table noc.phone_numbers (
    phone_number_id text collate "C" primary key check (phone_number_id ~ '^\S{1,40}$'),
    per_second integer not null default 80 check (per_second between 1 and 1000),
    target_share numeric not null default 0.6 check (target_share > 0 and target_share <= 1),
    idempotent boolean not null default false,
    free_at timestamptz not null default '-infinity'
);

alter table noc.phone_numbers enable row level security;

/* When a recipient may be sent the next message of a number, and how many wait for that. */
create table noc.recipient_slots (
    phone_number_id text collate "C" not null
    references noc.phone_numbers (phone_number_id) on delete cascade,
    recipient_hash bytea not null,
    free_at timestamptz not null,
    waiting integer not null default 0,
    primary key (phone_number_id, recipient_hash)
);

create index recipient_slots_free_at_idx on noc.recipient_slots (free_at);
alter table noc.recipient_slots enable row level security;

/* When a company whose pause has ended may send its next message, while its ramp lasts. */
create table noc.company_slots (
    company_cnpj text collate "C" primary key references public.companies (company_cnpj),
    free_at timestamptz not null
);

alter table noc.company_slots enable row level security;

/*
Messages a second that the number sends at most: what is allowed, the share of it that is used,
and less in the ramp of a pause of the number or of everything.
*/
create function noc.number_pace(number noc.phone_numbers, at timestamptz)
returns numeric
language plpgsql
stable
set search_path = ''
as $$
begin
    return number.per_second * number.target_share * least(
        noc.number_share(number.phone_number_id, at), noc.queue_share(null, at)
    );
end;
$$;

/* How much of a number's pace may be used at once. */
create function noc.send_burst()
returns interval
language sql
immutable
set search_path = ''
as $$
    select interval '250 milliseconds'
$$;

/*
Takes the number's and the recipient's turn for one message at `at`. A number sends at its pace,
`noc.send_burst` of it at once; a recipient is sent one message in 6 s; a company in its
ramp has its own share of the pace. Gives null when the turn is taken, else when to ask again:
who waits for the same recipient is told different times. Its caller holds noc.lock_pauses and
knows that `share` is not 0.
*/
create function noc.take_turn(
    phone_number_id text, recipient_hash bytea, company_cnpj text, share numeric, at timestamptz
)
returns timestamptz
language plpgsql
set search_path = ''
as $$
declare
    v_rest constant interval := interval '6 seconds';
    v_number noc.phone_numbers;
    v_recipient noc.recipient_slots;
    v_company_free timestamptz;
    v_pace numeric;
begin
    select n.* into v_number from noc.phone_numbers as n
    where n.phone_number_id = take_turn.phone_number_id
    for update;
    v_pace := noc.number_pace(v_number, at);
    if v_number.free_at > at + noc.send_burst() then
        return v_number.free_at - noc.send_burst();
    end if;
    if share < 1 then
        select s.free_at into v_company_free from noc.company_slots as s
        where s.company_cnpj = take_turn.company_cnpj;
        if v_company_free > at then
            return v_company_free;
        end if;
    end if;
    select s.* into v_recipient from noc.recipient_slots as s
    where s.phone_number_id = take_turn.phone_number_id
        and s.recipient_hash = take_turn.recipient_hash;
    if v_recipient.free_at - at > interval '2 seconds' then
        update noc.recipient_slots as s set waiting = s.waiting + 1
        where s.phone_number_id = take_turn.phone_number_id
            and s.recipient_hash = take_turn.recipient_hash;
        return v_recipient.free_at + v_rest * v_recipient.waiting;
    elsif v_recipient.free_at > at then
        return v_recipient.free_at; -- it is its turn, nearly
    end if;

    update noc.phone_numbers as n
    set free_at = greatest(n.free_at, at) + make_interval(secs => 1 / v_pace)
    where n.phone_number_id = take_turn.phone_number_id;
    insert into noc.recipient_slots as s (phone_number_id, recipient_hash, free_at)
    values (take_turn.phone_number_id, take_turn.recipient_hash, at + v_rest)
    on conflict on constraint recipient_slots_pkey do update
    set free_at = excluded.free_at, waiting = greatest(s.waiting - 1, 0);
    if share < 1 then
        insert into noc.company_slots (company_cnpj, free_at)
        values (
            take_turn.company_cnpj,
            at + make_interval(secs => 1 / (v_number.per_second * v_number.target_share * share))
        )
        on conflict on constraint company_slots_pkey do update set free_at = excluded.free_at;
    end if;
    return null;
end;
$$;
