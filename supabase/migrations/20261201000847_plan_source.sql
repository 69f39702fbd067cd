-- What switching companies to demonstration data, or back, would do.

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
