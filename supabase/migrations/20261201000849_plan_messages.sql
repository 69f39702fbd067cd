-- Which messages would wait for a sender again.

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
