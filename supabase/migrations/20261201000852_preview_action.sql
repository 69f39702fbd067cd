-- The plan that an operator is shown before anything is done.

/*
Plans an action for a company, a group or (both null) all that the caller operates; `params` as in
noc.checked_action. Gives the plan of docs/rpc.md, kept for 120 s. Raises PT400 action | params |
company_cnpj, PT409 nothing_to_do; refuses PT404 scope_not_found, PT403 too_many.
*/
create function noc.preview_action(
    action text, company_cnpj text, group_id uuid, params jsonb, alert_id uuid, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_admin constant boolean := noc.is_admin();
    v_scopes text [] := noc.operable_scopes();
    v_payload jsonb := noc.checked_action(action, coalesce(params, '{}'), v_admin, at);
    v_by_id constant boolean := v_payload ? 'ids';
    v_target record;
    v_set noc.action_set;
    v_everything boolean;
    v_plan noc.action_plans;
    v_approvers integer := 0;
begin
    if v_by_id and num_nonnulls(preview_action.company_cnpj, preview_action.group_id) = 0 then
        select cardinality(v_scopes) > 0 as allowed, null::text as company, null::uuid as of_group
        into v_target;
    else
        select t.* into v_target from noc.operable_target(
            'company_cnpj', noc.cnpj_canonical(preview_action.company_cnpj), preview_action.group_id
        ) as t;
    end if;
    if v_target.allowed
        and num_nonnulls(v_target.company, v_target.of_group) > 0
        and (v_by_id or v_payload ? 'from') then
        v_scopes := array(
            select c.company_cnpj from public.companies as c
            where c.company_cnpj = any(v_scopes)
                and (c.company_cnpj = v_target.company or c.group_id = v_target.of_group)
        );
    end if;
    if not v_target.allowed
        or preview_action.company_cnpj is not null and v_target.company is null
        or v_by_id and not noc.are_all_in(v_payload, v_scopes) then
        return noc.refuse('preview_action', coalesce(
            noc.scope_name(preview_action.company_cnpj, preview_action.group_id), 'action'
        ));
    end if;
    if preview_action.alert_id is not null then
        perform noc.require_alert(preview_action.alert_id);
    end if;

    v_set := noc.plan_set(action, v_payload, v_target.company, v_target.of_group, v_scopes, at);
    v_everything := action <> 'reprocess' and num_nonnulls(v_target.company, v_target.of_group) = 0;
    if v_set.size = 0 and action <> 'resume_queue' then
        raise exception using errcode = 'PT409', hint = 'nothing_to_do',
            message = 'nothing of this can be done', detail = v_set.warnings::text;
    end if;
    if v_set.size > 1000 and action = 'reprocess' then
        perform noc.fail('PT400', 'params', 'params: at most 1000 items at once');
    end if;
    if not noc.user_may_do(auth.uid(), action, v_set.companies, v_everything, v_set.size) then
        return noc.refuse(
            'preview_action', noc.scope_name(v_target.company, v_target.of_group), 'PT403',
            'too_many', 'more than 50 items are for admin'
        );
    end if;
    if noc.is_weighty(action, v_payload, v_set) then
        select count(*) into v_approvers from noc.approvers(
            auth.uid(), action, v_set.companies, v_everything, v_set.size
        );
        v_set.warnings := v_set.warnings || noc.warning('no_approver', (v_approvers = 0)::integer);
    end if;

    insert into noc.action_plans as p (
        actor, action, company_cnpj, group_id, payload, alert_id, companies, ids, size, confirm,
        second_person, plan_hash, body, created_at, expires_at
    )
    values (
        auth.uid(), preview_action.action,
        coalesce(v_target.company, case
            when action = 'reprocess' and cardinality(v_set.companies) = 1 then v_set.companies[1]
        end),
        v_target.of_group, v_payload, preview_action.alert_id, v_set.companies, v_set.ids,
        v_set.size, noc.number_to_type(action, v_payload, v_target.company, v_set),
        v_approvers > 0,
        noc.plan_hash(action, v_payload, v_target.company, v_target.of_group, v_set),
        jsonb_build_object(
            'counts', v_set.counts, 'samples', v_set.samples, 'warnings', v_set.warnings
        ),
        at, at + interval '120 seconds'
    )
    returning p.* into v_plan;
    return noc.plan_json(v_plan);
end;
$$;

/* Whether every id of the payload is a job or message of these companies. */
create function noc.are_all_in(payload jsonb, scopes text [])
returns boolean
language sql
stable
set search_path = ''
as $$
    select not exists (
        select from jsonb_array_elements_text(payload -> 'ids') as t (id)
        where case payload ->> 'kind'
            when 'job' then not exists (
                select from public.jobs as j
                where j.job_id = t.id::uuid and j.company_cnpj = any(scopes)
            )
            else not exists (
                select from public.queue_whatsapp as q
                where q.message_id = t.id::uuid and q.company_cnpj = any(scopes)
            )
        end
    )
$$;

/* Whether the action needs words: whatever does not end by itself, and demonstration data. */
create function noc.needs_reason(action text, payload jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select not (action = 'pause_queue' and payload ->> 'until' is not null)
$$;

/* Seconds after which the expected effect is looked at. */
create function noc.effect_window_s(action text)
returns integer
language sql
immutable
set search_path = ''
as $$
    select case action
        when 'switch_source' then 0 when 'pause_queue' then 60 else 600
    end
$$;

/* The plan as the page shows it. */
create function noc.plan_json(plan noc.action_plans)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'plan_id', plan.plan_id, 'action', plan.action, 'company_cnpj', plan.company_cnpj,
        'company_name', (
            select c.name from public.companies as c where c.company_cnpj = plan.company_cnpj
        ),
        'group_id', plan.group_id,
        'group_name', (
            select g.name from public.company_groups as g where g.group_id = plan.group_id
        ),
        'alert_id', plan.alert_id, 'payload', plan.payload - 'ids', 'size', plan.size,
        'until', plan.payload -> 'until', 'reversible', noc.is_reversible(plan.action, plan.payload),
        'needs_reason', noc.needs_reason(plan.action, plan.payload), 'confirm', plan.confirm,
        'requires_approval', plan.second_person,
        'effect', jsonb_build_object(
            'code', plan.action, 'window_s', noc.effect_window_s(plan.action)
        ),
        'plan_hash', plan.plan_hash, 'created_at', plan.created_at, 'expires_at', plan.expires_at
    ) || plan.body
$$;

create function public.noc_preview_action(
    action text, company_cnpj text default null, group_id uuid default null,
    params jsonb default '{}', alert_id uuid default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.preview_action(action, company_cnpj, group_id, params, alert_id, now());
end;
