-- Which jobs would be started again.

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
