-- Rules by the hands of people: admin everybody's, a franqueado those of its own companies
-- and groups. Each writes one version and one audit entry with what was and what is.

/* The rule as the page shows it; `editable`: the caller may save it. */
create function noc.rule_json(rule public.noc_rules, editable boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select to_jsonb(rule) - '{deleted_at,created_at}'::text [] || jsonb_build_object(
        'unit', m.unit, 'can_edit', editable
    )
    from noc.rule_metrics as m where m.metric = (rule).metric
$$;

/*
The rule that `wanted` names, by its id or else by its code, service, company and group, a
deleted one too in the latter case; null: none.
*/
create function noc.rule_before(wanted jsonb)
returns public.noc_rules
language sql
stable
set search_path = ''
as $$
    select r from public.noc_rules as r
    where case
        when wanted ->> 'rule_id' is not null
            then r.rule_id = (wanted ->> 'rule_id')::uuid and r.deleted_at is null
        else r.code = wanted ->> 'code'
            and r.service is not distinct from wanted ->> 'service'
            and r.company_cnpj is not distinct from noc.cnpj_canonical(wanted ->> 'company_cnpj')
            and r.group_id is not distinct from (wanted ->> 'group_id')::uuid
    end
$$;

/*
Whether the caller may change the rule that `wanted` names, or make it. False alike for a
foreign scope or rule and for one that does not exist.
*/
create function noc.operates_wanted(wanted jsonb)
returns boolean
language sql
stable
set search_path = ''
as $$
    select case
        when wanted ->> 'rule_id' is not null
            then b.rule_id is not null and noc.operates(b.company_cnpj, b.group_id)
        when wanted ->> 'company_cnpj' is not null
            then coalesce(noc.operates(noc.cnpj_canonical(wanted ->> 'company_cnpj'), null)
                and noc.cnpj_canonical(wanted ->> 'company_cnpj') is not null, false)
        else noc.operates(null, (wanted ->> 'group_id')::uuid)
    end
    from (select (r.b).* from (select noc.rule_before(wanted) as b) as r) as b
$$;

/*
Saves the rule of its code, service, company and group: makes it, or changes the fields that
were sent. What a new override does not say it copies from its group's rule, else from
everybody's. `version`, when sent, must be the one in force, 0: none yet. Gives the rule as
saved. Raises PT400 naming the field, PT409 version_conflict; refuses PT404 scope_not_found.
*/
create function noc.save_rule(rule jsonb, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before public.noc_rules;
    v_rule public.noc_rules;
begin
    perform noc.check_rule_shape(save_rule.rule);
    if not noc.operates_wanted(save_rule.rule) then
        return noc.refuse('save_rule', 'rule');
    end if;
    v_before := noc.rule_before(save_rule.rule);
    perform 1 from public.noc_rules as r where r.rule_id = v_before.rule_id for update;
    v_before := noc.rule_before(save_rule.rule);
    if (save_rule.rule ->> 'version')::integer
        <> (case when v_before.deleted_at is null then coalesce(v_before.version, 0) else 0 end)
    then
        perform noc.fail('PT409', 'version_conflict', 'the rule was changed in the meantime');
    end if;

    v_rule := noc.merged_rule(v_before, save_rule.rule);
    perform noc.check_rule(v_rule);
    v_rule.rule_id := coalesce(v_before.rule_id, gen_random_uuid());
    v_rule.version := coalesce(v_before.version, 1);
    v_rule.created_at := coalesce(v_before.created_at, at);
    v_rule.updated_at := at;

    insert into public.noc_rules as r select (v_rule).*
    on conflict on constraint noc_rules_pkey do update
    set
        excluded_services = excluded.excluded_services,
        degraded_threshold = excluded.degraded_threshold,
        down_threshold = excluded.down_threshold,
        degraded_clear = excluded.degraded_clear,
        down_clear = excluded.down_clear,
        for_degraded_s = excluded.for_degraded_s,
        for_down_s = excluded.for_down_s,
        keep_firing_s = excluded.keep_firing_s,
        reopen_s = excluded.reopen_s,
        over_s = excluded.over_s,
        min_samples = excluded.min_samples,
        no_data = excluded.no_data,
        channels = excluded.channels,
        runbook_url = excluded.runbook_url,
        owner = excluded.owner,
        enabled = excluded.enabled,
        deleted_at = null
    returning r.* into v_rule;

    perform noc.record_rule('save_rule', v_before, v_rule);
    return noc.rule_json(v_rule, true);
end;
$$;

/* The audit entry of a change and the hint to the pages whose limits it moves. */
create function noc.record_rule(
    action text, before public.noc_rules, after public.noc_rules
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform noc.record_audit(
        action, 'rule:' || after.rule_id, after.company_cnpj,
        jsonb_build_object(
            'before', case when before.rule_id is not null then noc.rule_content(before) end,
            'after', noc.rule_content(after), 'version', after.version
        )
    );
    perform noc.announce('noc_rules', after.company_cnpj, after.company_cnpj is null);
end;
$$;

/*
Takes an override back: from the next tick on the rule that it overrode judges again, and
takes over what is open. Gives {"rule_id", "deleted_at"}. Raises PT400 rule_id for a rule
for everybody; refuses PT404 scope_not_found.
*/
create function noc.delete_rule(rule_id uuid, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_before public.noc_rules;
    v_rule public.noc_rules;
begin
    select r.* into v_before from public.noc_rules as r
    where r.rule_id = delete_rule.rule_id and r.deleted_at is null
    for update;
    if not found or not noc.operates(v_before.company_cnpj, v_before.group_id) then
        return noc.refuse('delete_rule', 'rule');
    end if;
    if num_nonnulls(v_before.company_cnpj, v_before.group_id) = 0 then
        perform noc.fail(
            'PT400', 'rule_id', 'rule_id: a rule for everybody is switched off, not deleted'
        );
    end if;
    update public.noc_rules as r set enabled = false, deleted_at = at
    where r.rule_id = v_before.rule_id
    returning r.* into v_rule;
    perform noc.record_rule('delete_rule', v_before, v_rule);
    return jsonb_build_object('rule_id', v_rule.rule_id, 'deleted_at', v_rule.deleted_at);
end;
$$;

create function public.noc_save_rule(rule jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.save_rule(rule, now()); end;

create function public.noc_delete_rule(rule_id uuid)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.delete_rule(rule_id, now()); end;
