-- How workers take probes: each by one worker at a time, under a lease and a fence.

/* A check as the worker reads it. fence null: listed, not claimed. */
create function noc.check_as_json(target noc.check_targets, fence bigint)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select jsonb_build_object(
        'check_id', target.check_id, 'service_name', target.service_name,
        'company_cnpj', target.company_cnpj, 'probe', target.probe, 'config', target.config,
        'interval_s', target.interval_s, 'timeout_s', target.timeout_s, 'fence', fence
    )
$$;

/*
Leases up to `max` due checks for their timeout and 10 s more; one not settled by then
is due again under a new fence. Checks of inactive companies rest.
Raises PT400 worker | max.
*/
create function noc.claim_checks(
    worker text, max integer, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_claimed jsonb;
begin
    if coalesce(length(worker), 0) not between 1 and 80 then
        perform noc.fail('PT400', 'worker', 'worker: must have 1 to 80 characters');
    end if;
    if coalesce(max, 0) not between 1 and 100 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 100');
    end if;

    with due as (
        select t.check_id
        from noc.check_targets as t
        where t.enabled
            and t.next_at <= at
            and coalesce(t.lease_until, '-infinity') <= at
            and not exists (
                select 1 from public.companies as c
                where c.company_cnpj = t.company_cnpj and not c.active
            )
        order by t.next_at
        limit claim_checks.max
        for update of t skip locked
    ),

    claimed as (
        update noc.check_targets as t
        set
            fence = t.fence + 1,
            lease_owner = claim_checks.worker,
            lease_until = at + make_interval(secs => t.timeout_s + 10)
        from due
        where t.check_id = due.check_id
        returning t.service_name, noc.check_as_json(t, t.fence) as body
    )

    select coalesce(jsonb_agg(c.body order by c.service_name), '[]') into v_claimed
    from claimed as c;
    return v_claimed;
end;
$$;

/* Every enabled check: what a worker keeps probing while the database is out of reach. */
create function noc.list_checks()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(jsonb_agg(noc.check_as_json(t, null) order by t.service_name, t.check_id), '[]')
    from noc.check_targets as t
    left join public.companies as c on c.company_cnpj = t.company_cnpj
    where t.enabled and coalesce(c.active, true)
$$;

create function public.noc_claim_checks(worker text, max integer)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.claim_checks(worker, max); end;

create function public.noc_list_checks()
returns jsonb
language sql
stable
set search_path = ''
begin atomic select noc.list_checks(); end;
