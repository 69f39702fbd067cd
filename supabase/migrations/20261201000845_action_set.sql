-- What a plan reaches and what is said of it; each kind of action has its own, in plan_*.

/* A plan's set and what is said of it. `slack`: growth that is never stale. */
create type noc.action_set as (
    companies text [],
    ids uuid [],
    size integer,
    slack integer,
    counts jsonb,
    samples jsonb,
    warnings jsonb
);

/* A warning: a code with numbers, null when there is nothing to warn of. */
create function noc.warning(code text, count bigint, details jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select case
        when count > 0 then
            jsonb_build_array(jsonb_build_object('code', code, 'count', count) || details)
        else '[]'
    end
$$;
