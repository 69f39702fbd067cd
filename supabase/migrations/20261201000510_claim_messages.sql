-- How workers take messages: each by one worker at a time, under a lease and a fence, of every
-- company in turn. The companies are walked through the index of what waits, so that a claim
-- reads as much as it takes, however long one company's queue is.

/* Where the last claim ended its round of the companies; one row. */
create table noc.queue_round (
    one boolean primary key default true check (one),
    company_cnpj text collate "C" not null default ''
);

insert into noc.queue_round default values;
alter table noc.queue_round enable row level security;

/*
What became of leases that ran out by `at`. Not begun: free again. Begun: by a provider that knows
repeats it is tried again; by one that does not, the message stays unknown until a webhook or a
person says more. Gives how many.
*/
create function noc.reap_messages(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_count bigint;
begin
    with expired as (
        select q.message_id, q.state from public.queue_whatsapp as q
        where q.run_at is not null and q.state in ('leased', 'sending') and q.lease_until <= at
        for update skip locked
    ),

    judged as (
        select e.message_id, e.state, case
            when e.state = 'sending' and not coalesce(n.idempotent, false) then 'unknown'
            when e.state = 'sending' or q.attempts > 0 then 'retry'
            else 'queued'
        end::public.queue_state as becomes
        from expired as e
        inner join public.queue_whatsapp as q on q.message_id = e.message_id
        left join noc.phone_numbers as n on n.phone_number_id = q.phone_number_id
    ),

    freed as (
        update public.queue_whatsapp as q
        set
            state = j.becomes,
            status = noc.queue_status_of(j.becomes),
            error_class = case when j.state = 'sending' then 'worker_lost' else q.error_class end,
            error_code = case when j.state = 'leased' then q.error_code end,
            lease_until = null,
            updated_at = at
        from judged as j
        where q.message_id = j.message_id
        returning q.message_id, q.company_cnpj, q.fence, j.state
    ),

    logged as (
        update noc.message_attempts as t
        set ended_at = at, outcome = 'lost'
        from freed as f
        where f.state = 'sending'
            and t.message_id = f.message_id
            and t.fence = f.fence
            and t.ended_at is null
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'queue_whatsapp', f.company_cnpj from freed as f
    )

    select count(*) into v_count from freed;
    return v_count;
end;
$$;

/* Messages whose time is over are not sent any more. Gives how many; at most 1,000 at once. */
create function noc.expire_messages(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_count bigint;
begin
    with expired as (
        update public.queue_whatsapp as q
        set status = 'failed', state = 'cancelled', error_class = 'expired', updated_at = at
        where q.message_id in (
            select w.message_id from public.queue_whatsapp as w
            where w.run_at is not null
                and w.state in ('queued', 'retry')
                and w.expires_at <= at
            limit 1000
            for update skip locked
        )
        returning q.company_cnpj
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'queue_whatsapp', e.company_cnpj from expired as e
    )

    select count(*) into v_count from expired;
    return v_count;
end;
$$;

/*
The tick's stage: leases that ran out though no worker asks any more, messages and pauses whose
time is over. Gives {"reaped", "expired", "resumed"}.
*/
create function noc.tend_queue(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_reaped bigint := noc.reap_messages(at);
    v_expired bigint := noc.expire_messages(at);
    v_resumed bigint;
begin
    with ended as (
        update noc.queue_pauses as p set ended_at = p.paused_until
        where p.ended_at is null and p.paused_until <= at
        returning p.company_cnpj, p.group_id
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'queue_whatsapp', c.company_cnpj
        from ended as e
        inner join public.companies as c
            on e.company_cnpj = c.company_cnpj
            or e.group_id = c.group_id
            or num_nonnulls(e.company_cnpj, e.group_id) = 0
    )

    select count(*) into v_resumed from ended;
    return jsonb_build_object('reaped', v_reaped, 'expired', v_expired, 'resumed', v_resumed);
end;
$$;

/*
Companies that wait, are not paused and not cut off from the provider, from where the last claim
ended, at most `most`, each with its share; `probes`: of this one nothing but a probe may be sent.
Where all have been looked at, the next claim begins one company later. It looks at no more than a
thousand.
*/
create function noc.round_of_companies(provider text, most integer, at timestamptz)
returns table (company_cnpj text, share numeric, probes boolean)
language plpgsql
set search_path = ''
as $$
declare
    v_start constant text := (select r.company_cnpj from noc.queue_round as r);
    v_last text := v_start;
    v_first text;
    v_next text;
    v_found integer := 0;
    v_calls integer;
begin
    for v_looked in 1..1000 loop
        select q.company_cnpj into v_next from public.queue_whatsapp as q
        where q.run_at is not null and q.state in ('queued', 'retry') and q.company_cnpj > v_last
        order by q.company_cnpj, q.priority, q.run_at, q.message_id -- the index of what waits
        limit 1;
        if v_next is null then
            exit when v_last = '';
            v_last := '';
            continue;
        end if;
        round_of_companies.company_cnpj := v_next;
        if v_next = v_first then
            v_last := v_first;
            exit;
        end if;
        v_last := v_next;
        v_first := coalesce(v_first, v_last);
        round_of_companies.share := noc.queue_share(v_last, at);
        v_calls := noc.calls_open(provider, v_last, at);
        round_of_companies.probes := v_calls is not null;
        if round_of_companies.share > 0 and coalesce(v_calls, 1) > 0 then
            v_found := v_found + 1;
            return next;
            exit when v_found = most;
        end if;
    end loop;
    -- A claim at the same time goes on from where this one did: it meets locked rows and skips.
    update noc.queue_round as r set company_cnpj = v_last
    where r.one in (select s.one from noc.queue_round as s for update skip locked);
end;
$$;

/*
Leases up to `most` due messages of the company, the most urgent first, then the oldest:
[{"message_id", "fence", "company_cnpj"}].
*/
create function noc.lease_messages(company_cnpj text, most integer, worker text, at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_all jsonb := jsonb '[]';
    v_some jsonb;
begin
    for v_priority in 0..2 loop
        with due as (
            select q.message_id from public.queue_whatsapp as q
            where q.run_at is not null
                and q.state in ('queued', 'retry')
                and q.company_cnpj = lease_messages.company_cnpj
                and q.priority = v_priority
                and q.run_at <= at
                and q.expires_at > at
            order by q.run_at, q.message_id
            limit most - jsonb_array_length(v_all)
            for update skip locked
        ),

        leased as (
            update public.queue_whatsapp as q
            set
                state = 'leased',
                fence = q.fence + 1,
                lease_owner = lease_messages.worker,
                lease_until = at + interval '30 seconds'
            from due as d
            where q.message_id = d.message_id
            returning q.message_id, q.fence, q.run_at
        )

        select jsonb_agg(
            jsonb_build_object(
                'message_id', l.message_id, 'fence', l.fence, 'company_cnpj', company_cnpj
            )
            order by l.run_at, l.message_id
        )
        into v_some from leased as l;
        v_all := v_all || coalesce(v_some, '[]');
        exit when jsonb_array_length(v_all) >= most;
    end loop;
    return v_all;
end;
$$;

/* Whose breaker speaks for the business number: what fails by one may pass by another. */
create function noc.provider_of_number(number text)
returns text
language sql
immutable
set search_path = ''
as $$
    select 'meta:' || number
$$;

/*
Leases up to `max` due messages for 30 seconds to a worker that sends by this number: as many as
its pace lets through now, to each company its part, and what one leaves to the others; nothing
while the number is cut off, and one when its probe is due. They are to be begun in the order of
the answer: each company's first, then each one's second. Nothing of a person is in it:
[{"message_id", "fence"}]. Its plans are made once: they differ in nothing, and planning costs
more than they do. Raises PT400 worker | max | number.
*/
create function noc.claim_messages(
    worker text, max integer, number text, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_number noc.phone_numbers;
    v_provider constant text := noc.provider_of_number(number);
    v_wait interval;
    v_pace numeric;
    v_left integer;
    v_company record;
    v_taken jsonb;
    v_with_more text [] := array[]::text [];
    v_claimed jsonb := jsonb '[]';
begin
    if coalesce(length(worker), 0) not between 1 and 80 then
        perform noc.fail('PT400', 'worker', 'worker: must have 1 to 80 characters');
    end if;
    if coalesce(max, 0) not between 1 and 100 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 100');
    end if;
    if coalesce(number !~ '^\S{1,40}$', true) then
        perform noc.fail('PT400', 'number', 'number: must have 1 to 40 characters, no blanks');
    end if;
    perform noc.reap_messages(at);
    select n.* into v_number from noc.phone_numbers as n where n.phone_number_id = number;
    if not found then
        insert into noc.phone_numbers (phone_number_id) values (number)
        on conflict on constraint phone_numbers_pkey do nothing;
        select n.* into v_number from noc.phone_numbers as n where n.phone_number_id = number;
    end if;
    v_wait := greatest(v_number.free_at, at) - at;
    v_pace := noc.number_pace(v_number, at);
    v_left := case
        when v_pace = 0 or v_wait > noc.send_burst() then 0
        else least(
            max, 1 + floor(v_pace * extract(epoch from noc.send_burst() - v_wait)),
            noc.calls_open(v_provider, null, at)
        )
    end;
    if v_left <= 0 then
        return v_claimed;
    end if;

    for v_company in
        select
            r.company_cnpj, r.share, case when r.probes then 1 end as most,
            count(*) over () - row_number() over () + 1 as still_to_come
        from noc.round_of_companies(v_provider, v_left, at) as r
    loop
        v_taken := noc.lease_messages(v_company.company_cnpj, least(
            ceil(v_left::numeric / v_company.still_to_come * v_company.share)::integer,
            v_company.most
        ), worker, at);
        v_claimed := v_claimed || v_taken;
        v_left := v_left - jsonb_array_length(v_taken);
        if v_company.share = 1 and v_company.most is null and v_taken <> '[]' then
            v_with_more := v_with_more || v_company.company_cnpj;
        end if;
        exit when v_left <= 0;
    end loop;
    for v_company in select u.company_cnpj from unnest(v_with_more) as u (company_cnpj) loop
        exit when v_left <= 0;
        v_taken := noc.lease_messages(v_company.company_cnpj, v_left, worker, at);
        v_claimed := v_claimed || v_taken;
        v_left := v_left - jsonb_array_length(v_taken);
    end loop;
    return (
        select coalesce(jsonb_agg(t.lease - 'company_cnpj' order by t.turn, t.place), '[]')
        from (
            select
                l.lease, l.place,
                row_number() over (partition by l.lease ->> 'company_cnpj' order by l.place) as turn
            from jsonb_array_elements(v_claimed) with ordinality as l (lease, place)
        ) as t
    );
end;
$$;

create function public.noc_claim_messages(worker text, max integer, number text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.claim_messages(worker, max, number); end;
