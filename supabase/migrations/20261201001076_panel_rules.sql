-- The rules that judge what the caller operates, and what a rule can be made of.

/*
Whether another enabled rule of its code goes before this one for every target of the
company that it names: the company's own before its group's before everybody's.
*/
create function noc.is_overridden(rule public.noc_rules, company_cnpj text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select 1
        from public.noc_rules as r
        inner join public.companies as c on c.company_cnpj = is_overridden.company_cnpj
        where r.code = (rule).code
            and r.enabled
            and (r.service is null or r.service = (rule).service)
            and (
                r.company_cnpj = c.company_cnpj and (rule).company_cnpj is null
                or r.group_id = c.group_id
                and num_nonnulls((rule).company_cnpj, (rule).group_id) = 0
            )
    )
$$;

/*
How the evaluation of an enabled rule goes: {"evaluated_at", "ms", "failing_since", "failures",
"error"}; the last three null and 0 while it does not fail. `ms` is that of its family, whose
rules are evaluated together. A family that failed as a whole was tried rule by rule then.
*/
create function noc.rule_health(rule public.noc_rules)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'evaluated_at', case
            when f.rule_id is null then greatest(h.evaluated_at, h.failed_at)
            else h.evaluated_at
        end,
        'ms', round(h.ms::numeric, 1), 'failing_since', f.failing_since,
        'failures', coalesce(f.failures, 0), 'error', f.error
    )
    from noc.rule_metrics as m
    left join noc.family_health as h on h.family = m.family
    left join noc.failing_rules as f on f.rule_id = (rule).rule_id
    where m.metric = (rule).metric
$$;

/*
{"rules", "metrics", "scopes"}: see docs/rpc.md. Of a company: everybody's rules, its group's
and its own, and which of them are in force; of a group: everybody's, its own and its companies'.
Rules of the platform are admin's, and so is how rules are evaluated. Raises PT404
scope_not_found for who operates nothing.
*/
create function noc.list_rules(company_cnpj text, group_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_operable text [] := noc.operable_scopes();
    v_admin boolean := '*' = any(v_operable);
    v_cnpj text := noc.cnpj_canonical(list_rules.company_cnpj);
    v_companies text [] := array(
        select s.scope
        from unnest(noc.resolve_scope(list_rules.company_cnpj, list_rules.group_id)) as s (scope)
        where s.scope = any(v_operable)
    );
    v_own_groups uuid [] := array(
        select g.group_id from unnest(noc.operable_groups()) as g (group_id)
        where num_nonnulls(list_rules.company_cnpj, list_rules.group_id) = 0
            or g.group_id = list_rules.group_id
    );
    v_groups uuid [] := array(
        select g.group_id from unnest(v_own_groups) as g (group_id)
        union
        select c.group_id from public.companies as c where c.company_cnpj = any(v_companies)
    );
begin
    if cardinality(v_companies) + cardinality(v_groups) = 0 then
        perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    end if;
    return jsonb_build_object(
        'rules', (
            select coalesce(jsonb_agg(
                noc.rule_json(r, noc.operates(r.company_cnpj, r.group_id))
                || jsonb_build_object(
                    'in_force', r.enabled and not noc.is_overridden(r, v_cnpj),
                    'health', case when v_admin and r.enabled then noc.rule_health(r) end
                )
                order by r.code, r.service nulls first, r.company_cnpj nulls first, r.group_id
            ), '[]')
            from public.noc_rules as r
            where r.deleted_at is null
                and (r.scope_kind <> 'platform' or v_admin)
                and (
                    r.company_cnpj = any(v_companies)
                    or r.group_id = any(v_groups)
                    or num_nonnulls(r.company_cnpj, r.group_id) = 0
                )
        ),
        'metrics', (
            select jsonb_agg(jsonb_build_object(
                'metric', m.metric, 'unit', m.unit, 'scope_kind', m.scope_kind,
                'comparator', m.comparator, 'family', m.family, 'history', m.history
            ) order by m.metric)
            from noc.rule_metrics as m
            where m.family is not null and (m.scope_kind <> 'platform' or v_admin)
        ),
        'scopes', jsonb_build_object(
            'everybody', v_admin, 'groups', v_own_groups,
            'companies', array_remove(v_companies, '*')
        )
    );
end;
$$;

create function public.noc_list_rules(company_cnpj text default null, group_id uuid default null)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.list_rules(company_cnpj, group_id)); end;

create function public.noc_backtest_rule(
    rule jsonb, company_cnpj text, days integer default null
)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.backtest_rule(rule, company_cnpj, days, now())); end;
