-- Actions and jobs as people read them.

/* Where a page ended, as text: microseconds since 1970 and the last row's id. */
create function noc.page_cursor(at timestamptz, id uuid)
returns text
language sql
immutable
set search_path = ''
as $$
    select trunc(extract(epoch from at) * 1000000)::text || '_' || id
$$;

/* The instant and id of noc.page_cursor; of null, one before every row. Raises PT400 cursor. */
create function noc.read_cursor(cursor text, out at timestamptz, out id uuid)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if cursor is null then
        at := 'infinity';
        id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    elsif cursor !~ '^[0-9]{1,16}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        perform noc.fail('PT400', 'cursor', 'cursor: not one that this function gave');
    else
        at := timestamptz 'epoch' + split_part(cursor, '_', 1)::bigint * interval '1 microsecond';
        id := split_part(cursor, '_', 2)::uuid;
    end if;
end;
$$;

/*
What is in effect, as it is told to who only sees companies that it reaches (`seen`): of those
alone, without people, words and the group.
*/
create function noc.effect_json(action public.noc_actions, seen text [], at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select noc.action_json(action, false, at) || jsonb_build_object(
        'company_cnpj', case when r.companies = 1 then r.company_cnpj end,
        'company_name', case when r.companies = 1 then r.name end,
        'group_id', null, 'group_name', null, 'everything', false, 'companies', r.companies,
        'size', r.companies, 'alert_id', null, 'mine', false, 'review', false, 'result', '{}'::jsonb
    )
    from (
        select count(*) as companies, min(c.company_cnpj) as company_cnpj, min(c.name) as name
        from public.companies as c
        where c.company_cnpj = any(seen)
            and (action.everything or c.company_cnpj = any(action.companies))
    ) as r
$$;

/*
Actions that reach what the caller operates: in effect (their end first), awaiting a decision,
running, for review, and the history, latest first, `max` (1 to 200, null: 50) after `cursor`.
Those that reach beyond it name no person and cannot be acted on. Of companies that the caller
only sees, what is in effect (noc.effect_json). See docs/rpc.md. Raises PT404 scope_not_found,
PT400 max | cursor.
*/
create function noc.list_actions(
    company_cnpj text, group_id uuid, alert_id uuid, cursor text, max integer, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_seen constant text [] := noc.resolve_scope(list_actions.company_cnpj, list_actions.group_id);
    v_operable constant text [] := noc.operable_scopes();
    v_scopes constant text [] := array(
        select s.scope from unnest(v_seen) as s (scope) where s.scope = any(v_operable)
    );
    v_max constant integer := coalesce(list_actions.max, 50);
    v_after record;
    v_actions uuid [];
    v_page uuid [];
    v_json jsonb;
begin
    if v_max not between 1 and 200 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 200');
    end if;
    select c.* into v_after from noc.read_cursor(cursor) as c;
    v_page := array(
        select a.action_id from public.noc_actions as a
        where (a.companies && v_scopes or a.everything and cardinality(v_scopes) > 0)
            and (list_actions.alert_id is null or a.alert_id = list_actions.alert_id)
            and (a.created_at, a.action_id) < (v_after.at, v_after.id)
        order by a.created_at desc, a.action_id desc
        limit v_max + 1
    );
    v_actions := array(
        select a.action_id from public.noc_actions as a
        where (a.companies && v_scopes or a.everything and cardinality(v_scopes) > 0)
            and (list_actions.alert_id is null or a.alert_id = list_actions.alert_id)
            and (
                a.in_effect
                or a.status in ('awaiting_approval', 'running')
                or a.review and a.reviewed_at is null
            )
    );
    select jsonb_agg(
        jsonb_build_object('a', coalesce(e.effect, noc.action_json(
            a, a.companies <@ v_operable and (not a.everything or '*' = any(v_operable)), at
        ))) order by a.created_at desc, a.action_id desc
    ) into v_json
    from public.noc_actions as a
    cross join lateral (
        select case
            when a.action_id <> all(v_actions || v_page[:v_max])
                then noc.effect_json(a, v_seen, at)
        end as effect
    ) as e
    where a.action_id = any(v_actions || v_page[:v_max])
        or a.in_effect
        and list_actions.alert_id is null
        and (a.companies && v_seen or a.everything and cardinality(v_seen) > 0);
    return (
        select jsonb_build_object(
            'frozen', (select k.frozen_at from noc.action_control as k),
            'in_effect', coalesce(jsonb_agg(j.row -> 'a' order by
                j.row #>> '{a,expires_at}' nulls last, j.place
            ) filter (where j.row @> '{"a": {"in_effect": true}}'), '[]'),
            'awaiting', coalesce(jsonb_agg(j.row -> 'a' order by j.place) filter (
                where j.row @> '{"a": {"status": "awaiting_approval"}}'
            ), '[]'),
            'running', coalesce(jsonb_agg(j.row -> 'a' order by j.place) filter (
                where j.row @> '{"a": {"status": "running"}}'
            ), '[]'),
            'review', coalesce(jsonb_agg(j.row -> 'a' order by j.place) filter (
                where j.row @> '{"a": {"review": true}}'
            ), '[]'),
            'history', coalesce(jsonb_agg(j.row -> 'a' order by j.place) filter (
                where (j.row #>> '{a,action_id}')::uuid = any(v_page[:v_max])
            ), '[]'),
            'next', case when cardinality(v_page) > v_max then (
                select noc.page_cursor(a.created_at, a.action_id) from public.noc_actions as a
                where a.action_id = v_page[v_max]
            ) end
        )
        from jsonb_array_elements(coalesce(v_json, '[]')) with ordinality as j (row, place)
    );
end;
$$;

/*
One action that reaches what the caller operates, and its items of companies that the caller
operates, 200 at most: failed, skipped, under way, waiting, done. Gives {"action", "items",
"left_off"}. Raises PT404 action_not_found, alike for a foreign action and for none.
*/
create function noc.action(action_id uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_operable constant text [] := noc.operable_scopes();
    v_action public.noc_actions;
    v_named boolean;
begin
    select a.* into v_action from public.noc_actions as a
    where a.action_id = action.action_id
        and (a.companies && v_operable or a.everything and cardinality(v_operable) > 0);
    if not found then
        perform noc.fail('PT404', 'action_not_found', 'action not found or not yours');
    end if;
    v_named := v_action.companies <@ v_operable
        and (not v_action.everything or '*' = any(v_operable));
    return jsonb_build_object('action', noc.action_json(v_action, v_named, at)) || (
        select jsonb_build_object(
            'items', coalesce(
                jsonb_agg(noc.item_json(t.item) order by t.place) filter (where t.place <= 200),
                '[]'
            ),
            'left_off', greatest(count(*) - 200, 0)
        )
        from (
            select i as item, row_number() over (
                order by array_position(
                    '{failed,skipped,started,sending,leased,waiting,ok}', i.state
                ), i.item_id
            ) as place
            from noc.action_items as i
            where i.action_id = v_action.action_id
                and (v_named or i.company_cnpj = any(v_operable))
        ) as t
    );
end;
$$;

/* One item of an action as the page shows it. */
create function noc.item_json(item noc.action_items)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'kind', item.kind, 'ref', item.ref, 'company_cnpj', item.company_cnpj, 'company_name', (
            select c.name from public.companies as c where c.company_cnpj = item.company_cnpj
        ),
        'job_type', item.job_type, 'external_id', case item.kind
            when 'message' then (
                select q.external_id from public.queue_whatsapp as q where q.message_id = item.ref
            )
        end,
        'state', case
            when item.state in ('leased', 'sending', 'started') then 'running' else item.state
        end,
        'reason', item.reason, 'tries', item.tries, 'job_id', item.job_id, 'done_at', item.done_at
    )
$$;

/* The job as the page shows it; its error for those who operate the company. */
create function noc.job_json(job public.jobs, named boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'job_id', job.job_id, 'external_id', job.external_id, 'company_cnpj', job.company_cnpj,
        'company_name', (
            select c.name from public.companies as c where c.company_cnpj = job.company_cnpj
        ),
        'job_type', job.job_type, 'status', job.status, 'stalled_at', job.stalled_at,
        'started_at', job.started_at, 'finished_at', job.finished_at,
        'heartbeat_at', job.heartbeat_at, 'attempt', job.attempt, 'retry_of', job.retry_of,
        'error', case when named then job.error end,
        'effect', (select h.effect from noc.job_handlers as h where h.job_type = job.job_type),
        'can_reprocess', named
        and (job.status = 'failed' or job.stalled_at is not null)
        and exists (
            select from noc.job_handlers as h where h.job_type = job.job_type and h.enabled
        )
        and not exists (
            select from public.jobs as l
            where l.retry_of = coalesce(job.retry_of, job.job_id) and l.attempt > job.attempt
        )
    )
$$;

/*
Jobs of the scope, latest started first, `max` (1 to 200, null: 50) after `cursor`. `status`:
running, stalled, success, failed. Raises PT404 scope_not_found, PT400 status | max | cursor.
*/
create function noc.list_jobs(
    company_cnpj text, group_id uuid, job_type text, status text, cursor text, max integer
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_scopes constant text [] := noc.resolve_scope(list_jobs.company_cnpj, list_jobs.group_id);
    v_operable constant text [] := noc.operable_scopes();
    v_max constant integer := coalesce(list_jobs.max, 50);
    v_after record;
    v_page public.jobs [];
begin
    if v_max not between 1 and 200 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 200');
    end if;
    if status not in ('running', 'stalled', 'success', 'failed') then
        perform noc.fail(
            'PT400', 'status', 'status: must be one of running, stalled, success, failed'
        );
    end if;
    select c.* into v_after from noc.read_cursor(cursor) as c;
    v_page := array(
        select j from public.jobs as j
        where j.company_cnpj = any(v_scopes)
            and (list_jobs.job_type is null or j.job_type = list_jobs.job_type)
            and (list_jobs.status is null or case list_jobs.status
                when 'stalled' then j.status = 'running' and j.stalled_at is not null
                else j.status::text = list_jobs.status
            end)
            and (j.started_at, j.job_id) < (v_after.at, v_after.id)
        order by j.started_at desc, j.job_id desc
        limit v_max + 1
    );
    return jsonb_build_object(
        'types', (
            select coalesce(jsonb_agg(distinct j.job_type), '[]') from public.jobs as j
            where j.company_cnpj = any(v_scopes)
        ),
        'jobs', (
            select coalesce(jsonb_agg(
                noc.job_json(j, j.company_cnpj = any(v_operable))
                order by j.started_at desc, j.job_id desc
            ), '[]')
            from unnest(v_page[:v_max]) as j
        ),
        'next', case
            when cardinality(v_page) > v_max
                then noc.page_cursor(v_page[v_max].started_at, v_page[v_max].job_id)
        end
    );
end;
$$;

/*
One job and every attempt of it, oldest first. Raises PT404 job_not_found, alike for a foreign
job and for none.
*/
create function noc.job(job_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_job public.jobs;
    v_named boolean;
begin
    select j.* into v_job from public.jobs as j
    where j.job_id = job.job_id and j.company_cnpj = any((
        select noc.resolve_scope(null, null)
    )::text []);
    if not found then
        perform noc.fail('PT404', 'job_not_found', 'job not found');
    end if;
    v_named := v_job.company_cnpj = any(noc.operable_scopes());
    return noc.job_json(v_job, v_named) || jsonb_build_object('attempts', (
        select jsonb_agg(noc.job_json(j, v_named) order by j.attempt, j.job_id)
        from public.jobs as j
        where coalesce(v_job.retry_of, v_job.job_id) in (j.job_id, j.retry_of)
    ));
end;
$$;

create function public.noc_list_actions(
    company_cnpj text default null, group_id uuid default null, alert_id uuid default null,
    cursor text default null, max integer default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_actions(company_cnpj, group_id, alert_id, cursor, max, now()));
end;

create function public.noc_action(action_id uuid)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.action(action_id, now())); end;

create function public.noc_list_jobs(
    company_cnpj text default null, group_id uuid default null, job_type text default null,
    status text default null, cursor text default null, max integer default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_jobs(company_cnpj, group_id, job_type, status, cursor, max));
end;

create function public.noc_job(job_id uuid)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.job(job_id)); end;

create function public.noc_data_source(company_cnpj text default null)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.data_source(company_cnpj, now())); end;

create function public.noc_list_job_handlers()
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.list_job_handlers()); end;
