-- Doing what was previewed: once per key, only as far as it was shown, only by whoever may.

/* The action as the page shows it; people and words for who operates all that it reaches. */
create function noc.action_json(action public.noc_actions, named boolean, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'action_id', action.action_id, 'action', action.action, 'status', action.status,
        'company_cnpj', action.company_cnpj, 'company_name', (
            select c.name from public.companies as c where c.company_cnpj = action.company_cnpj
        ),
        'group_id', action.group_id, 'group_name', (
            select g.name from public.company_groups as g where g.group_id = action.group_id
        ),
        'everything', action.everything, 'companies', cardinality(action.companies),
        'alert_id', action.alert_id, 'payload', action.payload - 'ids', 'size', action.size,
        'created_at', action.created_at, 'by', case when named then (
            select u.email from auth.users as u where u.id = action.actor
        ) end,
        'mine', action.actor = (select auth.uid()),
        'reason', case when named then (
            select t.payload ->> 'note' from public.noc_audit as t where t.audit_id = action.audit_id
        ) end,
        'decided_by', case when named then (
            select u.email from auth.users as u where u.id = action.decided_by
        ) end,
        'decided_at', action.decided_at, 'approve_by', case
            when action.status = 'awaiting_approval' then action.approve_by
        end,
        'review', action.review and action.reviewed_at is null,
        'in_effect', action.in_effect and coalesce(action.expires_at > action_json.at, true),
        'expires_at', action.expires_at, 'ended_at', action.ended_at,
        'progress', case
            when action.action in ('reprocess', 'notify') then noc.progress_of(action.action_id)
        end,
        'result', action.result, 'verify_at', action.verify_at, 'verified', action.verified,
        'can', jsonb_build_object(
            'revert', named and action.in_effect and noc.is_reversible(action.action, action.payload),
            'abort', named and (
                action.status in ('awaiting_approval', 'running')
                or action.action = 'notify'
                and action.created_at > action_json.at - interval '30 seconds'
                and action.status = 'succeeded'
            ),
            'approve', named
            and action.status = 'awaiting_approval'
            and action.approve_by > action_json.at
            and action.actor <> (select auth.uid())
            and noc.user_may_do(
                (select auth.uid()), action.action, action.companies, action.everything, action.size
            )
        )
    )
$$;

/*
Raises PT409 plan_stale, with {"was", "is", "changed"} as its detail, when the set grew by more
than a tenth since it was shown, reaches companies that it did not, or crossed a limit: a number
to type, a second person.
*/
create function noc.require_same_plan(
    size integer, confirm integer, weighty boolean, companies text [],
    now_of noc.action_set, now_confirm integer, now_weighty boolean
)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    v_changed text [] := array_remove(array[
        case
            when now_of.size > size * 1.1 and now_of.size > size + now_of.slack then 'size'
        end,
        case when not now_of.companies <@ companies then 'companies' end,
        case when now_confirm is not null and confirm is null then 'confirm' end,
        case when now_weighty and not weighty then 'approval' end
    ], null);
begin
    if cardinality(v_changed) > 0 then
        raise exception using errcode = 'PT409', hint = 'plan_stale',
            message = 'more would be done than was shown',
            detail = jsonb_build_object(
                'changed', v_changed,
                'was', jsonb_build_object('size', size, 'companies', cardinality(companies)),
                'is', jsonb_build_object(
                    'size', now_of.size, 'companies', cardinality(now_of.companies),
                    'counts', now_of.counts
                )
            )::text;
    end if;
end;
$$;

/* Raises PT409 actions_frozen while admin's switch stops actions. */
create function noc.require_thawed()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if exists (select from noc.action_control as k where k.frozen_at is not null) then
        perform noc.fail('PT409', 'actions_frozen', 'an admin has stopped all actions');
    end if;
end;
$$;

/*
Executes the caller's plan once. The same `idempotency_key` again gives the same action and does
nothing more. `confirm`: the number to type, where the plan asks for one. Gives noc.action_json
and {"repeated", "already_in_effect"}. Raises PT400 idempotency_key | reason | confirm,
PT409 plan_stale | plan_expired | plan_used | idempotency_conflict | actions_frozen | cooldown,
PT429 action_limit (10 a minute); refuses PT404 plan_not_found, PT403 right_lost.
*/
create function noc.execute_action(
    plan_id uuid, idempotency_key text, reason text, confirm integer, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_me constant uuid := auth.uid();
    v_key constant text := noc.checked_text('idempotency_key', execute_action.idempotency_key, 120);
    v_reason constant text := noc.checked_text('reason', execute_action.reason, 500);
    v_plan noc.action_plans;
    v_action public.noc_actions;
    v_set noc.action_set;
    v_scopes text [];
    v_everything boolean;
    v_weighty boolean;
    v_second boolean;
begin
    if v_key is null then
        perform noc.fail('PT400', 'idempotency_key', 'idempotency_key: is required');
    end if;
    -- One at a time per person: whoever comes with the same key finds what the first one did.
    perform pg_advisory_xact_lock(hashtextextended('noc_action:' || coalesce(v_me::text, ''), 0));
    select a.* into v_action from public.noc_actions as a
    where a.actor = v_me and a.idempotency_key = v_key;
    if found then
        if v_action.plan_id <> execute_action.plan_id then
            perform noc.fail('PT409', 'idempotency_conflict', 'this key was used for another plan');
        end if;
        return noc.action_json(v_action, true, at)
            || '{"repeated": true, "already_in_effect": false}';
    end if;
    select p.* into v_plan from noc.action_plans as p
    where p.plan_id = execute_action.plan_id and p.actor = v_me;
    if not found then
        return noc.refuse(
            'execute_action', coalesce('plan:' || execute_action.plan_id, 'plan'), 'PT404',
            'plan_not_found', 'plan not found'
        );
    end if;
    if exists (select from public.noc_actions as a where a.plan_id = v_plan.plan_id) then
        perform noc.fail('PT409', 'plan_used', 'the plan was executed already');
    end if;
    if at > v_plan.expires_at then
        perform noc.fail('PT409', 'plan_expired', 'the plan is older than two minutes');
    end if;
    perform noc.require_thawed();
    v_everything := v_plan.action <> 'reprocess'
        and num_nonnulls(v_plan.company_cnpj, v_plan.group_id) = 0;
    if not noc.user_may_do(v_me, v_plan.action, v_plan.companies, v_everything, v_plan.size) then
        return noc.refuse(
            'execute_action', noc.scope_name(v_plan.company_cnpj, v_plan.group_id), 'PT403',
            'right_lost', 'the right to do this was lost since it was planned'
        );
    end if;
    if (
        select count(*) >= 10 from public.noc_actions as a
        where a.actor = v_me and a.created_at > at - interval '1 minute'
    ) then
        perform noc.fail('PT429', 'action_limit', 'at most 10 actions in a minute');
    end if;
    if length(coalesce(v_reason, '')) < 10 and (
        v_reason is not null or noc.needs_reason(v_plan.action, v_plan.payload)
    ) then
        perform noc.fail('PT400', 'reason', 'reason: must have at least 10 characters');
    end if;
    if execute_action.confirm is distinct from v_plan.confirm and v_plan.confirm is not null then
        perform noc.fail('PT400', 'confirm', 'confirm: must be the number that the plan names');
    end if;

    v_scopes := array(
        select c.company_cnpj from public.companies as c
        where c.company_cnpj = any(noc.operable_scopes())
            and (v_plan.company_cnpj is null or c.company_cnpj = v_plan.company_cnpj)
            and (v_plan.group_id is null or c.group_id = v_plan.group_id)
    );
    v_set := noc.plan_set(
        v_plan.action, v_plan.payload, v_plan.company_cnpj, v_plan.group_id, v_scopes, at
    );
    v_weighty := noc.is_weighty(v_plan.action, v_plan.payload, v_set);
    perform noc.require_same_plan(
        v_plan.size, v_plan.confirm, v_plan.second_person or v_weighty and exists (
            select from jsonb_array_elements(v_plan.body -> 'warnings') as w (warning)
            where w.warning ->> 'code' = 'no_approver'
        ), v_plan.companies, v_set,
        noc.number_to_type(v_plan.action, v_plan.payload, v_plan.company_cnpj, v_set), v_weighty
    );
    if v_plan.action = 'notify' and exists (
        select from public.noc_actions as a
        where a.action = 'notify'
            and a.payload = v_plan.payload
            and a.company_cnpj is not distinct from v_plan.company_cnpj
            and a.group_id is not distinct from v_plan.group_id
            and a.status in ('running', 'succeeded', 'partial')
            and a.created_at > at - interval '15 minutes'
    ) then
        perform noc.fail('PT409', 'cooldown', 'the same notice was sent in the last 15 minutes');
    end if;
    -- What is paused for longer already stays the first one's.
    if v_plan.action = 'pause_queue' then
        perform noc.lock_pauses(false);
        select a.* into v_action from public.noc_actions as a
        where a.in_effect
            and a.action = 'pause_queue'
            and a.company_cnpj is not distinct from v_plan.company_cnpj
            and a.group_id is not distinct from v_plan.group_id
            and coalesce(a.expires_at, 'infinity')
            >= coalesce((v_plan.payload ->> 'until')::timestamptz, 'infinity');
        if found then
            return noc.action_json(v_action, true, at)
                || '{"repeated": false, "already_in_effect": true}';
        end if;
    end if;

    v_second := v_weighty and exists (select from noc.approvers(
        v_me, v_plan.action, v_plan.companies, v_everything, v_plan.size
    ));
    v_action := noc.request_action(v_plan, v_key, v_everything, v_second, v_weighty, v_reason, at);
    if not v_second then
        v_action := noc.apply_action(
            v_action, array(
                select i.id from unnest(v_plan.ids) as i (id) where i.id = any(v_set.ids)
            ), v_reason, at
        );
        if v_action.payload ->> 'kind' = 'message' and v_action.size <= 50 then
            perform noc.work_messages(50, at);
            select a.* into v_action from public.noc_actions as a
            where a.action_id = v_action.action_id;
        end if;
    end if;
    perform noc.announce_action(v_action);
    return noc.action_json(v_action, true, at)
        || '{"repeated": false, "already_in_effect": false}';
end;
$$;

/*
The action's row, its one entry in the trail and in the alert's timeline. Where a second person
is asked, it waits; where there is none, every admin is told.
*/
create function noc.request_action(
    plan noc.action_plans, idempotency_key text, everything boolean, second boolean,
    weighty boolean, reason text, at timestamptz
)
returns public.noc_actions
language plpgsql
set search_path = ''
as $$
declare
    v_action_id constant uuid := gen_random_uuid();
    v_action public.noc_actions;
begin
    insert into public.noc_actions as a (
        action_id, alert_id, actor, action, payload, created_at, company_cnpj, group_id, companies,
        everything, plan_id, plan_hash, size, idempotency_key, status, audit_id, approve_by, review
    )
    values (
        v_action_id, plan.alert_id, auth.uid(), plan.action, plan.payload, at, plan.company_cnpj,
        plan.group_id, plan.companies, request_action.everything, plan.plan_id, plan.plan_hash,
        plan.size, request_action.idempotency_key,
        (case when second then 'awaiting_approval' else 'running' end)::public.action_status,
        noc.record_audit(
            case when second then 'action_awaiting' else 'action_started' end,
            'action:' || v_action_id, plan.company_cnpj,
            jsonb_build_object(
                'action', plan.action, 'note', request_action.reason, 'group_id', plan.group_id,
                'alert_id', plan.alert_id, 'size', plan.size,
                'payload', plan.payload - 'ids', 'plan_hash', plan.plan_hash
            )
        ),
        case when second then at + interval '15 minutes' end, weighty and not second
    )
    returning a.* into v_action;
    perform noc.mark_alert(
        v_action, case when second then 'action_awaiting' else 'action_started' end,
        v_action.audit_id, at
    );
    if second or weighty then
        perform noc.tell_admins(v_action, case when second then 'approval_asked' else 'done_alone' end, at);
    end if;
    return v_action;
end;
$$;

/* A message to every admin among the contacts, at once. */
create function noc.tell_admins(action public.noc_actions, template text, at timestamptz)
returns void
language sql
set search_path = ''
as $$
    insert into noc.notifications (
        event, seq, channel, contact_id, severity, payload, state, created_at, run_at
    )
    select
        'notice', (
            select coalesce(max(n.seq), 0) + 1 from noc.notifications as n
            where n.contact_id = c.contact_id and n.event = 'notice'
        ),
        noc.notice_channel(c), c.contact_id, 'warning',
        jsonb_build_object(
            'at', at, 'template', tell_admins.template, 'action_id', action.action_id,
            'action', action.action, 'size', action.size, 'company_name', null
        ),
        'queued', at, at
    from noc.contacts as c
    where c.role = 'admin' and c.deleted_at is null and noc.notice_channel(c) is not null
$$;

create function public.noc_execute_action(
    plan_id uuid, idempotency_key text, reason text default null, confirm integer default null
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.execute_action(plan_id, idempotency_key, reason, confirm, now());
end;
