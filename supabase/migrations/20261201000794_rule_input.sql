-- A rule as somebody sends it: its shape, what it inherits, and what a rule may say.

/* The fields that a rule may be sent with; `lowest` and `highest` bound a whole number. */
create function noc.rule_fields()
returns table (field text, kind text, nullable boolean, lowest integer, highest integer)
language sql
immutable
rows 27
set search_path = ''
as $$
    values
    ('rule_id', 'uuid', true, null, null),
    ('version', 'whole', true, 0, 2147483647),
    ('code', 'text', false, null, null),
    ('metric', 'text', false, null, null),
    ('service', 'text', true, null, null),
    ('excluded_services', 'texts', false, null, null),
    ('company_cnpj', 'text', true, null, null),
    ('group_id', 'uuid', true, null, null),
    ('degraded_threshold', 'number', true, null, null),
    ('down_threshold', 'number', true, null, null),
    ('degraded_clear', 'number', true, null, null),
    ('down_clear', 'number', true, null, null),
    ('for_degraded_s', 'whole', false, 0, 86400),
    ('for_down_s', 'whole', false, 0, 86400),
    ('keep_firing_s', 'whole', false, 0, 86400),
    ('reopen_s', 'whole', false, 0, 86400),
    ('over_s', 'whole', false, 60, 3600),
    ('min_samples', 'whole', false, 1, 1000000),
    ('no_data', 'text', false, null, null),
    ('channels', 'channels', true, null, null),
    ('runbook_url', 'https', true, null, null),
    ('owner', 'text', true, null, null),
    ('enabled', 'boolean', false, null, null)
$$;

/* What a value of a kind must be, in words. */
create function noc.kind_in_words(kind text, lowest integer, highest integer)
returns text
language sql
immutable
set search_path = ''
as $$
    select case kind
        when 'whole' then format('must be a whole number between %s and %s', lowest, highest)
        when 'number' then 'must be a number between -1e12 and 1e12'
        when 'texts' then 'must be a list of at most 50 service names'
        when 'channels' then 'must be a list of email, whatsapp or both'
        when 'https' then 'must be an https address of at most 300 characters'
        when 'boolean' then 'must be true or false'
        when 'uuid' then 'must be a uuid'
        else 'must be a text of 1 to 80 characters'
    end
$$;

/* Whether the value is one of the kind. */
create function noc.is_of_kind(value jsonb, kind text, lowest integer, highest integer)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_type text := jsonb_typeof(value);
begin
    return case kind
        when 'whole' then v_type = 'number'
            and value::numeric = trunc(value::numeric) and value::numeric between lowest and highest
        when 'number' then v_type = 'number' and value::numeric between -1e12 and 1e12
        when 'boolean' then v_type = 'boolean'
        when 'uuid' then v_type = 'string'
            and value #>> '{}' ~* '^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$'
        when 'texts' then v_type = 'array' and jsonb_array_length(value) <= 50 and not exists (
            select 1 from jsonb_array_elements(value) as e where jsonb_typeof(e) <> 'string'
        )
        when 'channels' then v_type = 'array' and jsonb_array_length(value) between 1 and 2
            and value <@ '["email", "whatsapp"]'
        when 'https' then v_type = 'string' and length(value #>> '{}') <= 300
            and value #>> '{}' ~ '^https://[^\s/?#@]+([/?#]\S*)?$'
        else v_type = 'string' and length(value #>> '{}') between 1 and 80
    end;
end;
$$;

/* Raises PT400 naming the field that a rule does not have, that has another kind or no place. */
create function noc.check_rule_shape(wanted jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_field record;
begin
    if coalesce(jsonb_typeof(wanted) <> 'object', true) then
        perform noc.fail('PT400', 'rule', 'rule: must be an object');
    end if;
    for v_field in
        select e.key, e.value, f.*
        from jsonb_each(wanted) as e
        left join noc.rule_fields() as f on f.field = e.key
        order by e.key
    loop
        if v_field.field is null then
            perform noc.fail(
                'PT400', 'rule', format('rule: has no field %s', left(v_field.key, 40))
            );
        elsif v_field.value = 'null' then
            if not v_field.nullable then
                perform noc.fail(
                    'PT400', v_field.key, format('%s: must not be null', v_field.key)
                );
            end if;
        elsif not noc.is_of_kind(v_field.value, v_field.kind, v_field.lowest, v_field.highest) then
            perform noc.fail('PT400', v_field.key, format(
                '%s: %s', v_field.key,
                noc.kind_in_words(v_field.kind, v_field.lowest, v_field.highest)
            ));
        end if;
    end loop;
    if num_nonnulls(wanted ->> 'company_cnpj', wanted ->> 'group_id') > 1 then
        perform noc.fail(
            'PT400', 'group_id', 'group_id: a rule is for one company or for one group'
        );
    end if;
end;
$$;

/*
The rule that a new one of this code, service and scope copies what it does not say from:
its group's, else everybody's, the one of the same service first; null for a new code.
*/
create function noc.inherited_rule(code text, service text, company_cnpj text, group_id uuid)
returns public.noc_rules
language sql
stable
set search_path = ''
as $$
    select r
    from public.noc_rules as r
    left join public.companies as c on c.company_cnpj = inherited_rule.company_cnpj
    where r.code = inherited_rule.code
        and r.deleted_at is null
        and r.company_cnpj is null
        and (r.group_id is null or r.group_id = c.group_id)
        and (r.service is null or r.service = inherited_rule.service)
    order by r.group_id is null, r.service is null
    limit 1
$$;

/* A rule that says nothing yet: the columns' own defaults. */
create function noc.empty_rule()
returns public.noc_rules
language sql
stable
set search_path = ''
as $$
    select jsonb_populate_record(null::public.noc_rules, jsonb_build_object(
        'excluded_services', '{}'::text [], 'for_degraded_s', 180, 'for_down_s', 120,
        'keep_firing_s', 180, 'reopen_s', 900, 'over_s', 300, 'min_samples', 20,
        'no_data', 'keep_last', 'enabled', true
    ))
$$;

/*
`before` (null: a new rule) with what was sent put over it; what a new rule does not say it
inherits. Not yet checked for sense. Raises PT400 code | metric | a field that cannot change.
*/
create function noc.merged_rule(before public.noc_rules, wanted jsonb)
returns public.noc_rules
language plpgsql
stable
set search_path = ''
as $$
declare
    v_sent jsonb := wanted - '{rule_id,version}'::text [];
    v_base public.noc_rules := before;
    v_rule public.noc_rules;
    v_field text;
begin
    if wanted ? 'company_cnpj' then
        v_sent := v_sent || jsonb_build_object(
            'company_cnpj', noc.cnpj_canonical(wanted ->> 'company_cnpj')
        );
    end if;
    if before.rule_id is null then
        if coalesce(wanted ->> 'code' !~ '^[a-z][a-z0-9_]{1,39}$', true) then
            perform noc.fail(
                'PT400', 'code', 'code: must be 2 to 40 of a-z 0-9 _, beginning with a letter'
            );
        end if;
        v_base := noc.inherited_rule(
            wanted ->> 'code', wanted ->> 'service', v_sent ->> 'company_cnpj',
            (wanted ->> 'group_id')::uuid
        );
        if v_base.rule_id is null then
            v_base := noc.empty_rule();
        elsif wanted ->> 'service' is not null then
            v_base.excluded_services := '{}';
        end if;
        v_base.rule_id := null;
        v_base.service := null;
        v_base.group_id := null;
    else
        foreach v_field in array '{code,metric,service,company_cnpj,group_id}'::text [] loop
            if v_sent ? v_field and v_sent ->> v_field is distinct from to_jsonb(before) ->> v_field
            then
                perform noc.fail('PT400', v_field, v_field || ': cannot be changed');
            end if;
        end loop;
        if before.deleted_at is not null then
            v_base.enabled := true;
        end if;
    end if;

    v_rule := jsonb_populate_record(v_base, v_sent);
    v_rule.deleted_at := null;
    -- The same channels in another order are no other rule.
    if v_rule.channels is not null then
        v_rule.channels := array(select distinct c from unnest(v_rule.channels) as c order by c);
    end if;
    select m.scope_kind, m.comparator into v_rule.scope_kind, v_rule.comparator
    from noc.rule_metrics as m
    where m.metric = v_rule.metric and m.family is not null;
    if not found then
        perform noc.fail('PT400', 'metric', 'metric: is not one that rules can judge');
    end if;
    return v_rule;
end;
$$;

/* Raises PT400 naming the field and its limit when the rule makes no sense. */
create function noc.check_rule(rule public.noc_rules)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    v_metric noc.rule_metrics;
    v_fault record;
begin
    select m.* into v_metric from noc.rule_metrics as m where m.metric = (rule).metric;

    with s as (
        select
            case (rule).comparator when 'below' then -1 else 1 end as side,
            case (rule).comparator when 'below' then 'below' else 'above' end as beyond,
            case (rule).comparator when 'below' then 'at least' else 'at most' end as within,
            case v_metric.unit when 'ratio' then 1 when 'status' then 2 else 1e12 end as most
    )

    select f.field, f.says into v_fault
    from s
    cross join lateral (
        values
        (
            'code',
            num_nonnulls((rule).company_cnpj, (rule).group_id) > 0 and not exists (
                select 1 from public.noc_rules as r
                where r.code = (rule).code
                    and num_nonnulls(r.company_cnpj, r.group_id, r.deleted_at) = 0
            ),
            'everybody has no rule of this code that could be overridden'
        ),
        (
            'metric',
            exists (
                select 1 from public.noc_rules as r
                where r.code = (rule).code and r.metric <> (rule).metric
            ),
            'rules of one code judge one metric'
        ),
        (
            'company_cnpj',
            v_metric.scope_kind = 'platform'
            and num_nonnulls((rule).company_cnpj, (rule).group_id) > 0,
            'the platform belongs to no company'
        ),
        (
            'service',
            (rule).service not in (select t.service_name from noc.services as t),
            'is not a known service'
        ),
        (
            'excluded_services', not (rule).excluded_services <@ array(
                select t.service_name from noc.services as t
            ),
            'must be known services'
        ),
        (
            'excluded_services',
            (rule).service is not null and (rule).excluded_services <> '{}',
            'only a rule for every service excludes some'
        ),
        (
            'degraded_threshold',
            num_nonnulls((rule).degraded_threshold, (rule).down_threshold) = 0,
            'a rule needs degraded_threshold, down_threshold or both'
        ),
        (
            'degraded_threshold', (rule).degraded_threshold not between 0 and s.most,
            'must be between 0 and ' || s.most
        ),
        (
            'down_threshold', (rule).down_threshold not between 0 and s.most,
            'must be between 0 and ' || s.most
        ),
        (
            'down_threshold',
            (rule).down_threshold * s.side <= (rule).degraded_threshold * s.side,
            format('must be %s degraded_threshold (%s)', s.beyond, (rule).degraded_threshold)
        ),
        (
            'degraded_clear',
            (rule).degraded_clear is not null and (rule).degraded_threshold is null,
            'needs a degraded_threshold'
        ),
        (
            'down_clear', (rule).down_clear is not null and (rule).down_threshold is null,
            'needs a down_threshold'
        ),
        (
            'degraded_clear',
            (rule).degraded_clear * s.side > (rule).degraded_threshold * s.side,
            format('must be %s degraded_threshold (%s)', s.within, (rule).degraded_threshold)
        ),
        (
            'down_clear', (rule).down_clear * s.side > (rule).down_threshold * s.side,
            format('must be %s down_threshold (%s)', s.within, (rule).down_threshold)
        ),
        (
            'no_data', (rule).no_data not in ('ok', 'keep_last', 'alert'),
            'must be ok, keep_last or alert'
        )
    ) as f (field, wrong, says)
    where f.wrong
    limit 1;
    if found then
        perform noc.fail('PT400', v_fault.field, format('%s: %s', v_fault.field, v_fault.says));
    end if;
end;
$$;
