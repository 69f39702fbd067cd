-- The second person, the brake and the way back.

/*
The action, locked, when the caller operates all that it reaches; null otherwise.
*/
create function noc.lock_action(action_id uuid)
returns public.noc_actions
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions;
begin
    select a.* into v_action from public.noc_actions as a
    where a.action_id = lock_action.action_id
        and noc.user_operates(auth.uid(), a.companies, a.everything)
    for update;
    return v_action;
end;
$$;

/* noc.refuse of an action that is foreign or does not exist. */
create function noc.refuse_action(name text, action_id uuid)
returns jsonb
language sql
set search_path = ''
as $$
    select noc.refuse(
        name, coalesce('action:' || action_id, 'action'), 'PT404', 'action_not_found',
        'action not found or not yours'
    )
$$;

/*
The second person's word. Agreed, it is done at once, for whoever asked, if that person may still
do it and no more would be done than was shown; else it is cancelled (result.reason right_lost).
A rejection needs a `note`. Gives noc.action_json. Raises PT400 note, PT409 not_awaiting |
own_action | plan_stale | actions_frozen; refuses PT404 action_not_found, PT403 not_approver.
*/
create function noc.approve_action(
    action_id uuid, approve boolean, note text, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_action public.noc_actions := noc.lock_action(approve_action.action_id);
    v_note constant text := noc.checked_text('note', approve_action.note, 500);
    v_plan noc.action_plans;
    v_set noc.action_set;
begin
    if v_action.action_id is null then
        return noc.refuse_action('approve_action', approve_action.action_id);
    end if;
    if v_action.actor = auth.uid() then
        perform noc.fail('PT409', 'own_action', 'somebody else has to agree');
    end if;
    if v_action.status <> 'awaiting_approval' or v_action.approve_by <= at then
        perform noc.fail('PT409', 'not_awaiting', 'the action does not wait for a decision');
    end if;
    if not noc.user_may_do(
        auth.uid(), v_action.action, v_action.companies, v_action.everything, v_action.size
    ) then
        return noc.refuse(
            'approve_action', 'action:' || v_action.action_id, 'PT403', 'not_approver',
            'this is beyond what you may do yourself'
        );
    end if;
    if not coalesce(approve, false) and v_note is null then
        perform noc.fail('PT400', 'note', 'note: is required to reject');
    end if;
    update public.noc_actions as a set decided_by = auth.uid(), decided_at = at
    where a.action_id = v_action.action_id
    returning a.* into v_action;
    if not coalesce(approve, false) then
        v_action := noc.cancel_action(v_action.action_id, 'rejected', v_note, at);
        return noc.action_json(v_action, true, at);
    end if;
    perform noc.require_thawed();
    if not noc.user_may_do(
        v_action.actor, v_action.action, v_action.companies, v_action.everything, v_action.size
    ) then
        v_action := noc.cancel_action(v_action.action_id, 'right_lost', null, at);
        return noc.action_json(v_action, true, at);
    end if;

    select p.* into v_plan from noc.action_plans as p where p.plan_id = v_action.plan_id;
    v_set := noc.plan_set(
        v_action.action, v_action.payload, v_action.company_cnpj, v_action.group_id,
        v_action.companies, at
    );
    perform noc.require_same_plan(
        v_action.size, v_plan.confirm, true, v_action.companies, v_set,
        noc.number_to_type(v_action.action, v_action.payload, v_action.company_cnpj, v_set), true
    );
    v_action := noc.apply_action(
        v_action, array(
            select i.id from unnest(v_plan.ids) as i (id) where i.id = any(v_set.ids)
        ), null, at
    );
    perform noc.record_action(v_action, 'action_started', v_note, '{"approved": true}', at);
    return noc.action_json(v_action, true, at);
end;
$$;

/*
Stops what waits for a decision or still has items to do; a notice within 30 s. Gives
noc.action_json. Raises PT409 not_running; refuses PT404 action_not_found.
*/
create function noc.abort_action(action_id uuid, reason text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_action public.noc_actions := noc.lock_action(abort_action.action_id);
    v_reason constant text := noc.checked_text('reason', abort_action.reason, 500);
begin
    if v_action.action_id is null then
        return noc.refuse_action('abort_action', abort_action.action_id);
    end if;
    if v_action.status not in ('awaiting_approval', 'running') and not (
        v_action.action = 'notify'
        and v_action.status = 'succeeded'
        and v_action.created_at > at - interval '30 seconds'
    ) then
        perform noc.fail('PT409', 'not_running', 'there is nothing left to stop');
    end if;
    v_action := noc.cancel_action(v_action.action_id, 'aborted', v_reason, at);
    return noc.action_json(v_action, true, at);
end;
$$;

/*
Takes back an effect that lasts: the queue goes on (at once within 10 s, else in a ramp), the
company's own data are shown again. Gives noc.action_json. Raises PT409 not_in_effect |
not_reversible; refuses PT404 action_not_found.
*/
create function noc.revert_action(action_id uuid, reason text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_action public.noc_actions := noc.lock_action(revert_action.action_id);
    v_reason constant text := noc.checked_text('reason', revert_action.reason, 500);
begin
    if v_action.action_id is null then
        return noc.refuse_action('revert_action', revert_action.action_id);
    end if;
    if not noc.is_reversible(v_action.action, v_action.payload) then
        perform noc.fail('PT409', 'not_reversible', 'this action cannot be taken back');
    end if;
    if not v_action.in_effect or coalesce(v_action.expires_at <= at, false) then
        perform noc.fail('PT409', 'not_in_effect', 'the effect has ended');
    end if;
    v_action := noc.end_effect(v_action, 'person', v_reason, at);
    return noc.action_json(v_action, true, at);
end;
$$;

/*
Marks that an admin has looked at what was done without a second person. Gives {"action_id",
"reviewed_at"}. Raises PT409 not_for_review | own_action; refuses PT404 action_not_found.
*/
create function noc.review_action(action_id uuid, note text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_action public.noc_actions := noc.lock_action(review_action.action_id);
    v_note constant text := noc.checked_text('note', review_action.note, 500);
begin
    if v_action.action_id is null or not noc.is_admin() then
        return noc.refuse_action('review_action', review_action.action_id);
    end if;
    if not v_action.review or v_action.reviewed_at is not null then
        perform noc.fail('PT409', 'not_for_review', 'the action is not for review');
    end if;
    if v_action.actor = auth.uid() and exists (
        select from noc.memberships as m
        where m.role = 'admin' and m.revoked_at is null and m.user_id <> auth.uid()
    ) then
        perform noc.fail('PT409', 'own_action', 'another admin has to review it');
    end if;
    update public.noc_actions as a set reviewed_at = at, decided_by = auth.uid(), decided_at = at
    where a.action_id = v_action.action_id;
    perform noc.record_audit(
        'action_reviewed', 'action:' || v_action.action_id, v_action.company_cnpj,
        jsonb_build_object('note', v_note)
    );
    perform noc.announce_action(v_action);
    return jsonb_build_object('action_id', v_action.action_id, 'reviewed_at', at);
end;
$$;

/*
Admin's switch: nothing new is done while it is on; effects still end, and can be taken back.
Gives {"frozen", "at"}. Raises PT400 reason; refuses PT404.
*/
create function noc.freeze_actions(frozen boolean, reason text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_reason constant text := noc.checked_text('reason', freeze_actions.reason, 500);
begin
    if not noc.is_admin() then
        return noc.refuse('freeze_actions', 'everything');
    end if;
    if length(coalesce(v_reason, '')) < 10 then
        perform noc.fail('PT400', 'reason', 'reason: must have at least 10 characters');
    end if;
    update noc.action_control as k
    set
        frozen_at = case when coalesce(frozen, false) then coalesce(k.frozen_at, at) end,
        frozen_by = case when coalesce(frozen, false) then auth.uid() end,
        audit_id = noc.record_audit(
            case when coalesce(frozen, false) then 'freeze_actions' else 'thaw_actions' end,
            'everything', null, jsonb_build_object('note', v_reason)
        )
    where k.one;
    perform noc.announce('noc_actions', null, true);
    return jsonb_build_object('frozen', coalesce(frozen, false), 'at', at);
end;
$$;

create function public.noc_approve_action(
    action_id uuid, approve boolean, note text default null
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.approve_action(action_id, approve, note, now()); end;

create function public.noc_abort_action(action_id uuid, reason text default null)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.abort_action(action_id, reason, now()); end;

create function public.noc_revert_action(action_id uuid, reason text default null)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.revert_action(action_id, reason, now()); end;

create function public.noc_review_action(action_id uuid, note text default null)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.review_action(action_id, note, now()); end;

create function public.noc_freeze_actions(frozen boolean, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.freeze_actions(frozen, reason, now()); end;
