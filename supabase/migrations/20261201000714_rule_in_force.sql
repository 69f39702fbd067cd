-- Precedence: which of several rules of one code judges a target.

/*
The rule in force for each measurement of a family, per rule code. The most specific is
chosen before its window is looked at, so a rule of a company with a window of its own
never gives way to the general one.
*/
create function noc.rule_in_force(family text, at timestamptz)
returns table (fingerprint text, rule public.noc_rules, measured noc.measurement)
language sql
stable
set search_path = ''
as $$
    with candidates as (
        select distinct on (
            m.metric, m.company_cnpj, m.service, m.instance, m.over_s, r.code
        )
            r as rule, m as measured
        from noc.measure(family, at) as m
        left join public.companies as c on c.company_cnpj = m.company_cnpj
        inner join public.noc_rules as r
            on r.metric = m.metric
            and r.enabled
            and (r.company_cnpj is null or r.company_cnpj = m.company_cnpj)
            and (r.group_id is null or r.group_id = c.group_id)
            and (r.service is null or r.service = m.service)
            and coalesce(m.service <> all(r.excluded_services), true)
        order by
            m.metric, m.company_cnpj, m.service, m.instance, m.over_s, r.code,
            r.company_cnpj is null, r.group_id is null, r.service is null
    )

    select
        noc.fingerprint(
            (c.rule).code, (c.measured).metric, (c.measured).company_cnpj, (c.measured).service,
            (c.measured).instance
        ),
        c.rule,
        c.measured
    from candidates as c
    where coalesce((c.measured).over_s = (c.rule).over_s, true)
$$;
