-- What an operator asks for, checked and made absolute, so that it means the same when it is done.

/* An integer parameter, `preset` where none is given. Raises PT400 params. */
create function noc.checked_integer(
    params jsonb, name text, preset integer, lowest integer, most integer
)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_text constant text := coalesce(params ->> name, preset::text);
begin
    if v_text !~ '^[0-9]{1,6}$' or v_text::integer not between lowest and most then
        perform noc.fail(
            'PT400', 'params', format('params.%s: must be between %s and %s', name, lowest, most)
        );
    end if;
    return v_text::integer;
end;
$$;

/* An instant parameter, null where none is given. Raises PT400 params. */
create function noc.checked_instant(params jsonb, name text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
    return (params ->> name)::timestamptz;
exception when others then
    perform noc.fail('PT400', 'params', format('params.%s: must be a time', name));
    return null;
end;
$$;

/* Ids of a list parameter, each once. Raises PT400 params: 1 to 1000 uuids. */
create function noc.checked_ids(params jsonb, name text)
returns uuid []
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_ids uuid [];
begin
    if jsonb_typeof(params -> name) = 'array' and not exists (
        select from jsonb_array_elements_text(params -> name) as t (id)
        where coalesce(t.id !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', true)
    ) then
        v_ids := array(
            select distinct t.id::uuid from jsonb_array_elements_text(params -> name) as t (id)
        );
    end if;
    if coalesce(cardinality(v_ids), 0) not between 1 and 1000 then
        perform noc.fail('PT400', 'params', format('params.%s: must be 1 to 1000 ids', name));
    end if;
    return v_ids;
end;
$$;

/*
The payload as it is kept, every time absolute. Raises PT400 naming the field:
pause_queue {minutes 1-1440 (30) | until | until_resumed, admin's}; resume_queue {ramp_s 0-3600
(300), stale: send (preset), hold or drop, of what came more than a day ago}; reprocess {job_ids |
message_ids} or {kind: job | message, job_type, from, to}; switch_source
{source: mock, minutes 1-60 (30)} or {source: supabase}; notify {template}.
*/
create function noc.checked_action(action text, params jsonb, is_admin boolean, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_until timestamptz;
    v_starts timestamptz;
    v_allowed text [] := case action
        when 'pause_queue' then array['minutes', 'until', 'until_resumed']
        when 'resume_queue' then array['ramp_s', 'stale']
        when 'reprocess' then array['job_ids', 'message_ids', 'kind', 'job_type', 'from', 'to']
        when 'switch_source' then array['source', 'minutes']
        when 'notify' then array['template']
    end;
    v_unknown text;
begin
    if v_allowed is null then
        perform noc.fail('PT400', 'action', 'action: must be one of pause_queue, resume_queue, '
            || 'reprocess, switch_source, notify');
    end if;
    if jsonb_typeof(params) <> 'object' then
        perform noc.fail('PT400', 'params', 'params: must be an object');
    end if;
    select min(k.name) into v_unknown from jsonb_object_keys(params) as k (name)
    where k.name <> all(v_allowed);
    if v_unknown is not null then
        perform noc.fail('PT400', 'params', format('params.%s: not known', left(v_unknown, 40)));
    end if;

    if action = 'pause_queue' then
        if params -> 'until_resumed' = 'true' then
            if not is_admin then
                perform noc.fail('PT400', 'params', 'params.until_resumed: admin only');
            end if;
            return '{"until": null}'::jsonb;
        end if;
        v_until := coalesce(
            noc.checked_instant(params, 'until'),
            at + make_interval(mins => noc.checked_integer(params, 'minutes', 30, 1, 1440))
        );
        if v_until < at + interval '1 minute' or v_until > at + interval '1 day' then
            perform noc.fail(
                'PT400', 'params', 'params.until: must be 1 minute to 24 hours from now'
            );
        end if;
        return jsonb_build_object('until', v_until);
    elsif action = 'resume_queue' then
        if coalesce(params ->> 'stale', 'send') not in ('send', 'hold', 'drop') then
            perform noc.fail('PT400', 'params', 'params.stale: must be send, hold or drop');
        end if;
        return jsonb_build_object(
            'ramp_s', noc.checked_integer(params, 'ramp_s', 300, 0, 3600),
            'stale', coalesce(params ->> 'stale', 'send'), 'stale_before', at - interval '1 day'
        );
    elsif action = 'switch_source' then
        if coalesce(params ->> 'source' not in ('mock', 'supabase'), true) then
            perform noc.fail('PT400', 'params', 'params.source: must be mock or supabase');
        end if;
        return jsonb_build_object('source', params ->> 'source', 'until', case
            when params ->> 'source' = 'mock' then
                at + make_interval(mins => noc.checked_integer(params, 'minutes', 30, 1, 60))
        end);
    elsif action = 'notify' then
        if coalesce(
            params ->> 'template' not in ('under_investigation', 'mitigated', 'resolved'), true
        ) then
            perform noc.fail('PT400', 'params', 'params.template: must be one of '
                || 'under_investigation, mitigated, resolved');
        end if;
        return jsonb_build_object('template', params ->> 'template');
    elsif params ? 'job_ids' then
        return jsonb_build_object('kind', 'job', 'ids', noc.checked_ids(params, 'job_ids'));
    elsif params ? 'message_ids' then
        return jsonb_build_object('kind', 'message', 'ids', noc.checked_ids(params, 'message_ids'));
    end if;
    if coalesce(params ->> 'kind' not in ('job', 'message'), true) then
        perform noc.fail(
            'PT400', 'params', 'params: must name job_ids, message_ids or a kind (job, message)'
        );
    end if;
    v_until := least(coalesce(noc.checked_instant(params, 'to'), at), at);
    v_starts := coalesce(noc.checked_instant(params, 'from'), v_until - interval '1 day');
    if v_starts >= v_until or v_starts < v_until - interval '31 days' then
        perform noc.fail('PT400', 'params', 'params.from: must be up to 31 days before to');
    end if;
    return jsonb_build_object(
        'kind', params ->> 'kind', 'job_type', params ->> 'job_type', 'from', v_starts, 'to', v_until
    );
end;
$$;
