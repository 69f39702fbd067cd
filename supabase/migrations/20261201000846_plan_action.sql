-- What an action would do: its checked payload, the set it reaches, counts, samples, warnings.
-- Previewing and executing ask the same functions, so that what is done is what was shown.

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
(300)}; reprocess {job_ids | message_ids} or {kind: job | message, job_type, from, to};
switch_source {source: mock, minutes 1-60 (30)} or {source: supabase}; notify {template}.
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
        when 'resume_queue' then array['ramp_s']
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
        return jsonb_build_object('ramp_s', noc.checked_integer(params, 'ramp_s', 300, 0, 3600));
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

/* Pausing, resuming: the queue's numbers; its set are the companies, or what would be let go. */
create function noc.plan_queue(
    action text, company_cnpj text, group_id uuid, at timestamptz
)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
    v_held record;
begin
    v_set.companies := noc.companies_of(plan_queue.company_cnpj, plan_queue.group_id);
    v_set.ids := '{}';
    v_set.counts := noc.queue_numbers(v_set.companies, at)
        || jsonb_build_object('companies', cardinality(v_set.companies));
    v_set.samples := '[]';
    select p.* into v_held from noc.queue_pauses as p
    where p.ended_at is null
        and p.paused_until > at
        and p.company_cnpj is not distinct from plan_queue.company_cnpj
        and p.group_id is not distinct from plan_queue.group_id
        and p.phone_number_id is null;
    if action = 'pause_queue' then
        v_set.size := cardinality(v_set.companies);
        v_set.slack := 0;
        v_set.warnings := noc.warning('in_flight', (v_set.counts ->> 'sending')::bigint)
            || noc.warning('already_paused', (v_held.pause_id is not null)::integer, jsonb_build_object(
                'until', nullif(v_held.paused_until, 'infinity'), 'action_id', v_held.action_id
            ));
    else
        v_set.size := (v_set.counts ->> 'pending')::integer;
        v_set.slack := 10;
        v_set.warnings := noc.warning('not_paused', (v_held.pause_id is null)::integer)
            || noc.warning('still_paused_elsewhere', (
                select count(*) from noc.queue_pauses as p
                where p.ended_at is null
                    and p.paused_until > at
                    and p.pause_id is distinct from v_held.pause_id
                    and (p.company_cnpj = any(v_set.companies) or p.company_cnpj is null)
                    and (p.group_id is null or exists (
                        select from public.companies as c
                        where c.group_id = p.group_id and c.company_cnpj = any(v_set.companies)
                    ))
                    and p.phone_number_id is null
            ))
            || noc.warning('stale_messages', (
                select count(*) from public.queue_whatsapp as q
                where q.company_cnpj = any(v_set.companies)
                    and q.status = 'queued'
                    and q.created_at < at - interval '1 day'
            ));
    end if;
    return v_set;
end;
$$;

/* Switching the source of figures: the companies and how their demonstration data stand. */
create function noc.plan_source(
    payload jsonb, company_cnpj text, group_id uuid, at timestamptz
)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
begin
    v_set.companies := noc.companies_of(plan_source.company_cnpj, plan_source.group_id);
    v_set.ids := '{}';
    v_set.size := cardinality(v_set.companies);
    v_set.slack := 0;
    select
        jsonb_build_object(
            'companies', cardinality(v_set.companies),
            'mock', count(*) filter (where s.source ->> 'source' = 'mock')
        ),
        noc.warning('already_mock', count(*) filter (
            where s.source ->> 'source' = 'mock' and payload ->> 'source' = 'mock'
        )) || noc.warning('not_mock', count(*) filter (
            where s.source ->> 'source' = 'supabase' and payload ->> 'source' = 'supabase'
        ))
    into v_set.counts, v_set.warnings
    from unnest(v_set.companies) as c (company)
    cross join lateral (select noc.source_at(c.company, at) as source) as s;
    v_set.warnings := v_set.warnings || noc.warning(
        'locks_exports_and_writes', (payload ->> 'source' = 'mock')::integer * v_set.size
    );
    v_set.samples := coalesce((
        select jsonb_agg(jsonb_build_object('company_cnpj', n.company_cnpj, 'company_name', n.name))
        from (
            select c.company_cnpj, c.name from public.companies as c
            where c.company_cnpj = any(v_set.companies)
            order by c.name, c.company_cnpj
            limit 5
        ) as n
    ), '[]');
    return v_set;
end;
$$;

/*
Jobs of the filter or the ids within `scopes` that can be started again: failed or stalled, the
last of their attempts, of a type with a handler.
*/
create function noc.plan_jobs(payload jsonb, scopes text [])
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
begin
    with asked as materialized (
        select j.*, h.effect, coalesce(h.enabled, false) as handled, exists (
            select from public.jobs as l
            where l.retry_of = coalesce(j.retry_of, j.job_id) and l.attempt > j.attempt
        ) as retried
        from public.jobs as j
        left join noc.job_handlers as h on h.job_type = j.job_type
        where j.company_cnpj = any(scopes)
            and case
                when payload ? 'ids' then j.job_id::text in (
                    select jsonb_array_elements_text(payload -> 'ids')
                )
                else (payload ->> 'job_type' is null or j.job_type = payload ->> 'job_type')
                    and (
                        j.status = 'failed'
                        and j.finished_at between (payload ->> 'from')::timestamptz
                        and (payload ->> 'to')::timestamptz
                        or j.stalled_at between (payload ->> 'from')::timestamptz
                        and (payload ->> 'to')::timestamptz
                    )
            end
    ),

    fit as materialized (
        select a.* from asked as a
        where (a.status = 'failed' or a.stalled_at is not null) and a.handled and not a.retried
        order by a.started_at, a.job_id
        limit 1001
    )

    select
        coalesce(array_agg(distinct f.company_cnpj), '{}'),
        coalesce(array_agg(f.job_id order by f.started_at, f.job_id), '{}'),
        count(*), 0,
        jsonb_build_object(
            'items', count(*), 'companies', count(distinct f.company_cnpj),
            'oldest_at', min(f.started_at),
            'stalled', count(*) filter (where f.status = 'running'),
            'effect', case when bool_or(f.effect = 'send') then 'send' else 'read_sync' end,
            'by_type', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'job_type', t.job_type, 'effect', t.effect, 'count', t.jobs
                ) order by t.jobs desc, t.job_type)
                from (
                    select g.job_type, g.effect, count(*) as jobs
                    from fit as g group by g.job_type, g.effect
                ) as t
            ), '[]')
        ),
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'job_id', s.job_id, 'job_type', s.job_type, 'company_cnpj', s.company_cnpj,
                'company_name', c.name, 'started_at', s.started_at, 'attempt', s.attempt
            ) order by s.started_at, s.job_id)
            from (select g.* from fit as g order by g.started_at, g.job_id limit 5) as s
            inner join public.companies as c on c.company_cnpj = s.company_cnpj
        ), '[]'),
        (
            select
                noc.warning('no_handler', count(*) filter (where not a.handled))
                || noc.warning('already_retried', count(*) filter (where a.retried))
                || noc.warning('not_failed', count(*) filter (
                    where a.status <> 'failed' and a.stalled_at is null
                ))
                || noc.warning('already_running', count(*) filter (where exists (
                    select from public.jobs as r
                    where r.company_cnpj = a.company_cnpj
                        and r.job_type = a.job_type
                        and r.status = 'running'
                        and r.stalled_at is null
                )))
            from asked as a
        ) || noc.warning('sends', count(*) filter (where f.effect = 'send'))
    into v_set
    from fit as f;
    return v_set;
end;
$$;

/* Dead messages of the filter or the ids within `scopes` that the NOC sends. */
create function noc.plan_messages(payload jsonb, scopes text [], at timestamptz)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
begin
    with asked as materialized (
        select q.* from public.queue_whatsapp as q
        where q.company_cnpj = any(scopes)
            and case
                when payload ? 'ids' then q.message_id::text in (
                    select jsonb_array_elements_text(payload -> 'ids')
                )
                else q.state = 'dead'
                    and q.updated_at between (payload ->> 'from')::timestamptz
                    and (payload ->> 'to')::timestamptz
            end
    ),

    fit as materialized (
        select a.* from asked as a
        where a.state = 'dead' and a.run_at is not null
        order by a.created_at, a.message_id
        limit 1001
    )

    select
        coalesce(array_agg(distinct f.company_cnpj), '{}'),
        coalesce(array_agg(f.message_id order by f.created_at, f.message_id), '{}'),
        count(*), 0,
        jsonb_build_object(
            'items', count(*), 'companies', count(distinct f.company_cnpj),
            'oldest_at', min(f.created_at), 'effect', 'send'
        ),
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'message_id', s.message_id, 'external_id', s.external_id,
                'company_cnpj', s.company_cnpj, 'company_name', c.name,
                'created_at', s.created_at, 'error_class', s.error_class
            ) order by s.created_at, s.message_id)
            from (select g.* from fit as g order by g.created_at, g.message_id limit 5) as s
            inner join public.companies as c on c.company_cnpj = s.company_cnpj
        ), '[]'),
        (
            select
                noc.warning('not_dead', count(*) filter (where a.state <> 'dead'))
                || noc.warning('reported_only', count(*) filter (
                    where a.state = 'dead' and a.run_at is null
                ))
            from asked as a
        ) || noc.warning('sends', count(*))
        || noc.warning('queue_paused', count(*) filter (
            where noc.queue_share(f.company_cnpj, at) = 0
        ))
    into v_set
    from fit as f;
    return v_set;
end;
$$;

/* People of the scope who would be told by a template: contacts of its companies and group. */
create function noc.plan_notice(company_cnpj text, group_id uuid)
returns noc.action_set
language plpgsql
stable
set search_path = ''
as $$
declare
    v_set noc.action_set;
begin
    v_set.companies := noc.companies_of(plan_notice.company_cnpj, plan_notice.group_id);
    with asked as (
        select c.*, noc.notice_channel(c) as channel
        from noc.contacts as c
        where c.deleted_at is null
            and c.role <> 'admin'
            and (
                c.company_cnpj = any(v_set.companies)
                or c.group_id in (
                    select o.group_id from public.companies as o
                    where o.company_cnpj = any(v_set.companies)
                )
            )
    )

    select
        v_set.companies,
        coalesce(array_agg(a.contact_id order by a.contact_id) filter (
            where a.channel is not null and (a.role <> 'cliente' or a.opted_in)
        ), '{}'),
        count(*) filter (where a.channel is not null and (a.role <> 'cliente' or a.opted_in)), 0,
        jsonb_build_object(
            'companies', cardinality(v_set.companies),
            'email', count(*) filter (
                where a.channel = 'email' and (a.role <> 'cliente' or a.opted_in)
            ),
            'whatsapp', count(*) filter (
                where a.channel = 'whatsapp' and (a.role <> 'cliente' or a.opted_in)
            ),
            'not_opted_in', count(*) filter (where a.role = 'cliente' and not a.opted_in)
        ),
        '[]'::jsonb,
        noc.warning('not_opted_in', count(*) filter (where a.role = 'cliente' and not a.opted_in))
        || noc.warning('unreachable', count(*) filter (where a.channel is null))
    into v_set
    from asked as a;
    return v_set;
end;
$$;

/* The channel by which a notice reaches the contact, null: none works. By mail alone: WhatsApp has
no approved template for it. */
create function noc.notice_channel(contact noc.contacts)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when contact.email is not null and contact.email_broken_at is null then 'email'
    end
$$;

/* The set of an action of this payload. `scopes`: companies whose jobs and messages count. */
create function noc.plan_set(
    action text, payload jsonb, company_cnpj text, group_id uuid, scopes text [], at timestamptz
)
returns noc.action_set
language sql
stable
set search_path = ''
as $$
    select case
        when action in ('pause_queue', 'resume_queue')
            then noc.plan_queue(action, company_cnpj, group_id, at)
        when action = 'switch_source' then noc.plan_source(payload, company_cnpj, group_id, at)
        when action = 'notify' then noc.plan_notice(company_cnpj, group_id)
        when payload ->> 'kind' = 'job' then noc.plan_jobs(payload, scopes)
        else noc.plan_messages(payload, scopes, at)
    end
$$;

/* The number to type before it is done, null: none: what reaches many or sends. */
create function noc.number_to_type(
    action text, payload jsonb, company_cnpj text, set_of noc.action_set
)
returns integer
language sql
immutable
set search_path = ''
as $$
    select case
        when action in ('pause_queue', 'resume_queue', 'switch_source') then
            case when company_cnpj is null then cardinality(set_of.companies) end
        when action = 'notify' then set_of.size
        when set_of.size > 50 or set_of.counts ->> 'effect' = 'send' then set_of.size
    end
$$;

/* Whether a second person is asked for, if there is one. */
create function noc.is_weighty(action text, payload jsonb, set_of noc.action_set)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select action in ('reprocess', 'notify') and set_of.size > 500
        or action = 'switch_source'
        and payload ->> 'source' = 'mock'
        and cardinality(set_of.companies) > 1
$$;

/* What a plan is bound to: its action, payload, and everything that it reaches. */
create function noc.plan_hash(
    action text, payload jsonb, company_cnpj text, group_id uuid, set_of noc.action_set
)
returns text
language sql
stable
set search_path = ''
as $$
    select encode(sha256(convert_to(jsonb_build_array(
        action, payload, company_cnpj, group_id, to_jsonb(set_of.companies), to_jsonb(set_of.ids)
    )::text, 'UTF8')), 'hex')
$$;
