-- Calls to providers as their workers ask for them and tell of them; what is cut off.

/*
Asks for one call: {"allowed", "probe": it is the one that a breaker lets through, "wait_s": when
to ask again, "reason": as noc.why_not_call, "begun_at": to be handed back with what became of it}.
*/
create function noc.may_call(
    provider text, company_cnpj text, retry boolean, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_probe boolean;
    v_breaker noc.breakers;
    v_no record;
begin
    perform noc.check_provider(provider, company_cnpj);
    -- Almost always nothing is open, and then nothing is locked.
    v_probe := exists (
        select from noc.breakers as b
        where b.provider = may_call.provider
            and (b.company_cnpj is null or b.company_cnpj = may_call.company_cnpj)
            and b.opened_at is not null
    );
    if v_probe or may_call.retry then
        select l.* into v_breaker
        from noc.lock_breakers(provider, company_cnpj) as l
        where l.company_cnpj is null;
        v_no := noc.why_not_call(provider, company_cnpj, retry, at);
        if v_no.reason is not null then
            return jsonb_build_object(
                'allowed', false, 'probe', false, 'wait_s', v_no.wait_s, 'reason', v_no.reason,
                'begun_at', null
            );
        end if;
    end if;
    if may_call.retry then
        perform noc.count_calls(v_breaker.breaker_id, 0, 0, 1, at);
    end if;
    if v_probe then
        update noc.breakers as b set probe_at = at + interval '10 seconds'
        where b.provider = may_call.provider
            and (b.company_cnpj is null or b.company_cnpj = may_call.company_cnpj)
            and b.opened_at is not null;
        v_probe := found;   -- another may have closed it meanwhile
    end if;
    return jsonb_build_object(
        'allowed', true, 'probe', v_probe, 'wait_s', 0, 'reason', null, 'begun_at', at
    );
end;
$$;

/* Raises PT400 provider | company_cnpj. */
create function noc.check_provider(provider text, company_cnpj text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if coalesce(provider !~ '^[a-z][a-z0-9_]{0,39}(:\S{1,255})?$', true) then
        perform noc.fail(
            'PT400', 'provider', 'provider: must be a name of 1 to 40 of a-z 0-9 _, or that, '
            || 'a colon and which part of it'
        );
    end if;
    if company_cnpj is not null and not exists (
        select from public.companies as c where c.company_cnpj = check_provider.company_cnpj
    ) then
        perform noc.fail('PT400', 'company_cnpj', 'company_cnpj: no such company');
    end if;
end;
$$;

/*
Takes in what became of an allowed call that began at `begun_at`. `failed`: because of the
provider, so that the next one would fail as well; a refusal of what was asked is none. Opening
and closing is in the trail. Raises PT400 provider | company_cnpj | begun_at | failed.
*/
create function noc.record_call(
    provider text, company_cnpj text, begun_at timestamptz, failed boolean, retry boolean,
    at timestamptz default clock_timestamp()
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_breaker noc.breakers;
begin
    perform noc.check_provider(provider, company_cnpj);
    if begun_at is null then
        perform noc.fail('PT400', 'begun_at', 'begun_at: must be what the permission said');
    end if;
    if failed is null then
        perform noc.fail('PT400', 'failed', 'failed: must be true or false');
    end if;
    for v_breaker in select l.* from noc.lock_breakers(provider, company_cnpj) as l loop
        if retry and not failed and v_breaker.company_cnpj is null then
            perform noc.count_calls(v_breaker.breaker_id, 0, 0, -1, begun_at);
        end if;
        if v_breaker.opened_at is null then
            perform noc.trip(v_breaker, begun_at, failed, at);
        elsif begun_at > v_breaker.opened_at and not failed then
            perform noc.mend(v_breaker, at);
        end if;
    end loop;
end;
$$;

/*
The open breakers within the scopes (of all companies: to everybody), the oldest first:
[{"provider", "company_cnpj", "since", "probe_at"}]. Which number or host of a provider it is
("meta:123") is for who sees everything; others are told "meta".
*/
create function noc.cut_off_json(scopes text [])
returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'provider', case
            when '*' = any(scopes) then b.provider else split_part(b.provider, ':', 1)
        end,
        'company_cnpj', b.company_cnpj, 'since', b.opened_at,
        'probe_at', b.probe_at
    ) order by b.opened_at, b.provider, b.company_cnpj), '[]')
    from noc.breakers as b
    where b.opened_at is not null and (b.company_cnpj is null or b.company_cnpj = any(scopes))
$$;

create function public.noc_may_call(
    provider text, company_cnpj text default null, retry boolean default false
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.may_call(provider, company_cnpj, coalesce(retry, false)); end;

create function public.noc_record_call(
    provider text, company_cnpj text, begun_at timestamptz, failed boolean,
    retry boolean default false
)
returns void
language sql
set search_path = ''
begin atomic
    select noc.record_call(provider, company_cnpj, begun_at, failed, coalesce(retry, false));
end;
