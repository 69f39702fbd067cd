-- The frame of every read that the page makes.

/*
What every read RPC answers: the clock, the engine's clock, the caller's versions, the data
(json or jsonb). json, because PostgREST sends it as it is.
*/
create function noc.envelope(data anyelement)
returns json
language sql
stable
security definer
set search_path = ''
as $$
    select json_build_object(
        'server_time', clock_timestamp(),
        'tick_at', noc.tick_at(),
        'versions', coalesce(noc.versions_of(noc.widest_topic()), '{}'),
        'data', data
    )
$$;
