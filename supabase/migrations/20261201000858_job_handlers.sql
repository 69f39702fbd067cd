-- Where jobs are started again, kept by admins. Which hosts may be called at all is decided by
-- who holds the database's password (`make job-host`): nobody who takes over an admin's browser
-- can have the worker call an address of their own.

/* The handler as it is listed; `host_allowed`: the worker may call it. */
create function noc.job_handler_json(handler noc.job_handlers)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select to_jsonb(handler) || jsonb_build_object('host_allowed', exists (
        select from noc.job_hosts as o where o.host = noc.host_of(handler.url)
    ))
$$;

/* Every handler and the hosts that one may lie on; empty for who is not admin. */
create function noc.list_job_handlers()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'handlers', (
            select coalesce(jsonb_agg(noc.job_handler_json(h) order by h.job_type), '[]')
            from noc.job_handlers as h where noc.is_admin()
        ),
        'hosts', (
            select coalesce(jsonb_agg(o.host order by o.host), '[]')
            from noc.job_hosts as o where noc.is_admin()
        )
    )
$$;

/*
Makes or replaces the handler of a type of job; null is 900 s and enabled. http is for the
machine itself alone. Gives it as listed. Raises PT400 job_type | url | secret_ref | max_runtime_s |
effect; refuses PT404.
*/
create function noc.save_job_handler(
    job_type text, url text, secret_ref text, effect text, max_runtime_s integer, enabled boolean
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before noc.job_handlers;
    v_after noc.job_handlers;
begin
    if not noc.is_admin() then
        return noc.refuse('save_job_handler', 'job_handler');
    end if;
    if coalesce(save_job_handler.job_type !~ '^[^[:cntrl:]]{1,80}$', true) then
        perform noc.fail('PT400', 'job_type', 'job_type: must have 1 to 80 characters');
    end if;
    if coalesce(
        save_job_handler.url !~ '^https?://[^[:space:]@]+$' or length(save_job_handler.url) > 400
        or save_job_handler.url !~ '^(https://|http://(127\.0\.0\.1|localhost)[:/])', true
    ) then
        perform noc.fail('PT400', 'url', 'url: must be an https address of up to 400 characters');
    end if;
    if not exists (
        select from noc.job_hosts as o where o.host = noc.host_of(save_job_handler.url)
    ) then
        perform noc.fail('PT400', 'url', 'url: its host is not one of those that may be called');
    end if;
    if coalesce(save_job_handler.secret_ref !~ '^[A-Z][A-Z0-9_]{0,39}$', true) then
        perform noc.fail(
            'PT400', 'secret_ref', 'secret_ref: must be a name of 1 to 40 of A-Z 0-9 _'
        );
    end if;
    if coalesce(save_job_handler.effect not in ('read_sync', 'send'), true) then
        perform noc.fail('PT400', 'effect', 'effect: must be read_sync or send');
    end if;
    if coalesce(save_job_handler.max_runtime_s, 900) not between 10 and 86400 then
        perform noc.fail('PT400', 'max_runtime_s', 'max_runtime_s: must be between 10 and 86400');
    end if;
    select h.* into v_before from noc.job_handlers as h
    where h.job_type = save_job_handler.job_type
    for update;
    insert into noc.job_handlers as h (job_type, url, secret_ref, effect, max_runtime_s, enabled)
    values (
        save_job_handler.job_type, save_job_handler.url, save_job_handler.secret_ref,
        save_job_handler.effect, coalesce(save_job_handler.max_runtime_s, 900),
        coalesce(save_job_handler.enabled, true)
    )
    on conflict on constraint job_handlers_pkey do update
    set
        url = excluded.url, secret_ref = excluded.secret_ref, effect = excluded.effect,
        max_runtime_s = excluded.max_runtime_s, enabled = excluded.enabled
    returning h.* into v_after;
    perform noc.record_audit(
        'save_job_handler', 'job_handler:' || v_after.job_type, null, jsonb_build_object(
            'before', case when v_before.job_type is not null then to_jsonb(v_before) end,
            'after', to_jsonb(v_after)
        )
    );
    perform noc.announce('jobs', null, true);
    return noc.job_handler_json(v_after);
end;
$$;

/*
Takes the handler away; jobs of its type cannot be started again until there is another. Gives
{"job_type"}. Raises PT404 handler_not_found; refuses PT404.
*/
create function noc.remove_job_handler(job_type text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before noc.job_handlers;
begin
    if not noc.is_admin() then
        return noc.refuse('remove_job_handler', 'job_handler');
    end if;
    delete from noc.job_handlers as h where h.job_type = remove_job_handler.job_type
    returning h.* into v_before;
    if not found then
        perform noc.fail('PT404', 'handler_not_found', 'no handler of this type of job');
    end if;
    perform noc.record_audit(
        'remove_job_handler', 'job_handler:' || v_before.job_type, null,
        jsonb_build_object('before', to_jsonb(v_before))
    );
    perform noc.announce('jobs', null, true);
    return jsonb_build_object('job_type', v_before.job_type);
end;
$$;

create function public.noc_save_job_handler(
    job_type text, url text, secret_ref text, effect text, max_runtime_s integer default null,
    enabled boolean default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.save_job_handler(job_type, url, secret_ref, effect, max_runtime_s, enabled);
end;

create function public.noc_remove_job_handler(job_type text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.remove_job_handler(job_type); end;
