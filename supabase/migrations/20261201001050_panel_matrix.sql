-- Who is in trouble with what: companies by services.

/*
Company x service: a cell for each service that the company used in the last 24 hours
(the open one included), with its status and, when an alert is open on it, that alert's
value. Under maintenance and not known to be worse: MAINTENANCE, `until` its end. Worst
companies first.
*/
create function noc.matrix(
    company_cnpj text, group_id uuid, service text, range text, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
    v_scope noc.read_scope := noc.read_scope_of(company_cnpj, group_id, service, range, at);
    v_companies jsonb;
begin
    with used as materialized (
        select m.company_cnpj, m.service, sum(m.count)::bigint as count
        from noc.metric_rows(
            '1h', 'service', v_scope.companies, matrix.service,
            date_bin('1 hour', at, '2000-01-01 00:00+00') - interval '23 hours',
            date_bin('1 hour', at, '2000-01-01 00:00+00') + interval '1 hour'
        ) as m
        group by 1, 2
    ),

    worst as (
        select distinct on (a.company_cnpj, a.service) a.*
        from noc.live_alerts(v_scope.companies, matrix.service) as a
        order by a.company_cnpj, a.service, a.severity desc, a.last_value desc
    ),

    windows as materialized (select m.* from noc.maintenance_at(at) as m),

    -- A company's own row of a service beside everybody's.
    services as materialized (select * from noc.service_status(at, v_scope.companies)),

    cells as (
        select
            c.company_cnpj, c.service, c.count, a.last_value, a.unit, s.status,
            case when s.status = 'UP' then (
                select max(m.ends_at) from windows as m
                where (m.company_cnpj is null or m.company_cnpj = c.company_cnpj)
                    and (m.group_id is null or m.group_id = p.group_id)
                    and (m.service is null or m.service = c.service)
            ) end as until
        from used as c
        inner join public.companies as p on p.company_cnpj = c.company_cnpj
        left join worst as a on a.company_cnpj = c.company_cnpj and a.service = c.service
        cross join lateral (
            select coalesce(max(r.status), 'UP') as status from services as r
            where r.service_name = c.service
                and coalesce(r.company_cnpj, c.company_cnpj) = c.company_cnpj
        ) as s
    ),

    rows as (
        select
            k.company_cnpj, max(k.status) as status, bool_or(k.until is not null) as maintained,
            jsonb_agg(jsonb_build_object(
                'service', k.service, 'status',
                case when k.until is null then k.status::text else 'MAINTENANCE' end,
                'value', k.last_value, 'unit', k.unit, 'count', k.count, 'until', k.until
            ) order by k.service) as cells
        from cells as k group by k.company_cnpj
    )

    select coalesce(jsonb_agg(jsonb_build_object(
        'company_cnpj', c.company_cnpj, 'name', c.name, 'group_id', c.group_id,
        'status', case
            when r.status = 'UP' and r.maintained then 'MAINTENANCE'
            else coalesce(r.status::text, 'NO_DATA')
        end,
        'cells', coalesce(r.cells, '[]')
    ) order by r.status desc nulls last, r.maintained desc nulls last, c.name), '[]')
    into v_companies
    from public.companies as c
    left join rows as r on r.company_cnpj = c.company_cnpj
    where c.company_cnpj = any(v_scope.companies) and c.active;

    return jsonb_build_object(
        'services', (
            select coalesce(jsonb_agg(distinct cell ->> 'service'), '[]')
            from jsonb_array_elements(v_companies) as c
            cross join jsonb_array_elements(c -> 'cells') as cell
        ),
        'companies', v_companies
    );
end;
$$;

create function public.noc_matrix(
    company_cnpj text default null, group_id uuid default null, service text default null,
    range text default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.matrix(company_cnpj, group_id, service, range, now()));
end;
