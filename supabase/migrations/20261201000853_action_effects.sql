-- What an action does to the database, in the transaction that decides it. Pauses, switches and
-- notices need no worker; jobs are started by one, item by item.

/* What ended an effect of this kind and scope: the one in effect passes on to `by_action`. */
create function noc.supersede(
    action public.noc_actions, status public.action_status, at timestamptz
)
returns void
language sql
set search_path = ''
as $$
    update public.noc_actions as a
    set
        in_effect = false, ended_at = supersede.at, status = supersede.status,
        result = a.result || jsonb_build_object('superseded_by', action.action_id)
    where a.in_effect
        and a.action = case action.action when 'resume_queue' then 'pause_queue' else action.action end
        and a.company_cnpj is not distinct from action.company_cnpj
        and a.group_id is not distinct from action.group_id
        and a.action_id <> action.action_id
$$;

/*
Writes the messages of a notice to the outbox, in 30 s, until when it can be aborted. Gives how
many.
*/
create function noc.plan_notices(action public.noc_actions, contacts uuid [], at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with written as (
        insert into noc.notifications (
            event, seq, channel, contact_id, company_cnpj, severity, payload, state, created_at,
            run_at
        )
        select
            'notice', (
                select coalesce(max(n.seq), 0) + 1 from noc.notifications as n
                where n.contact_id = c.contact_id and n.event = 'notice'
            ),
            noc.notice_channel(c), c.contact_id, c.company_cnpj, 'info',
            jsonb_build_object(
                'at', at, 'template', action.payload ->> 'template',
                'action_id', action.action_id, 'company_name', (
                    select m.name from public.companies as m
                    where m.company_cnpj = coalesce(c.company_cnpj, action.company_cnpj)
                )
            ),
            'queued', at, at + interval '30 seconds'
        from noc.contacts as c
        where c.contact_id = any(contacts)
            and c.deleted_at is null
            and noc.notice_channel(c) is not null
        returning notification_id, company_cnpj
    ),

    kept as (
        insert into noc.action_items (action_id, kind, ref, company_cnpj, state, run_at, done_at)
        select action.action_id, 'notice', w.notification_id, w.company_cnpj, 'ok', at, at
        from written as w
        returning 1
    )

    select count(*) from kept
$$;

/*
Does what the action says and gives its row as it is then. `ids`: of the plan, as far as they are
still in the set. Its caller has checked everything, and writes the record.
*/
create function noc.apply_action(
    action public.noc_actions, ids uuid [], reason text, at timestamptz
)
returns public.noc_actions
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions := action;
    v_until constant timestamptz := (action.payload ->> 'until')::timestamptz;
    v_count bigint;
begin
    v_action.status := 'succeeded';
    v_action.verify_at := at + make_interval(secs => noc.effect_window_s(action.action));
    if action.action = 'pause_queue' then
        perform noc.supersede(action, 'succeeded', at);
        perform noc.pause_queue(
            action.company_cnpj, action.group_id, v_until, coalesce(apply_action.reason, ''),
            action.actor, action.action_id, at
        );
        v_action.in_effect := true;
        v_action.expires_at := v_until;
    elsif action.action = 'resume_queue' then
        v_count := noc.settle_stale(action, ids, at);
        v_action.result := jsonb_build_object('stale', v_count);
        if noc.resume_queue(
            action.company_cnpj, action.group_id, (action.payload ->> 'ramp_s')::integer,
            action.actor, at
        ) then
            perform noc.supersede(action, 'reverted', at);
        elsif v_count = 0 then
            v_action.status := 'failed';
            v_action.result := '{"reason": "not_paused"}';
            v_action.verify_at := null;
        end if;
    elsif action.action = 'switch_source' and v_until is not null then
        perform noc.supersede(action, 'succeeded', at);
        perform noc.mock_source(action.companies, v_until, action.action_id, at);
        v_action.in_effect := true;
        v_action.expires_at := v_until;
        v_action.verified := true;
    elsif action.action = 'switch_source' then
        v_action.result := jsonb_build_object(
            'switched', noc.end_source(action.companies, null, at)
        );
        update public.noc_actions as a
        set
            in_effect = false, ended_at = at, status = 'reverted',
            result = a.result || jsonb_build_object('superseded_by', action.action_id)
        where a.in_effect
            and a.action = 'switch_source'
            and a.companies <@ action.companies;
        v_action.verified := true;
    elsif action.action = 'notify' then
        v_count := noc.plan_notices(action, ids, at);
        v_action.result := jsonb_build_object('ok', v_count);
        v_action.verify_at := null;
    else
        insert into noc.action_items (action_id, kind, ref, company_cnpj, job_type, run_at)
        select action.action_id, 'job', j.job_id, j.company_cnpj, j.job_type, at
        from public.jobs as j
        where action.payload ->> 'kind' = 'job' and j.job_id = any(ids)
        union all
        select action.action_id, 'message', q.message_id, q.company_cnpj, null, at
        from public.queue_whatsapp as q
        where action.payload ->> 'kind' = 'message' and q.message_id = any(ids);
        v_action.status := 'running';
        v_action.verify_at := null;
    end if;
    if v_action.status <> 'running' and not v_action.in_effect then
        v_action.ended_at := at;
    end if;

    update public.noc_actions as a
    set
        status = v_action.status, in_effect = v_action.in_effect, result = v_action.result,
        expires_at = v_action.expires_at, ended_at = v_action.ended_at,
        verify_at = v_action.verify_at, verified = v_action.verified
    where a.action_id = v_action.action_id;
    return v_action;
end;
$$;

/* Items by state: {"items", "waiting", "running", "ok", "skipped", "failed"}. */
create function noc.progress_of(action_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'items', count(*),
        'waiting', count(*) filter (where i.state = 'waiting'),
        'running', count(*) filter (where i.state in ('leased', 'sending', 'started')),
        'ok', count(*) filter (where i.state = 'ok'),
        'skipped', count(*) filter (where i.state = 'skipped'),
        'failed', count(*) filter (where i.state = 'failed')
    )
    from noc.action_items as i
    where i.action_id = progress_of.action_id
$$;

/*
Ends a running action none of whose items is under way: succeeded when all are ok, failed when
none is, else partial; with the record.
*/
create function noc.finish_action(action_id uuid, at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions;
    v_progress jsonb;
begin
    select a.* into v_action from public.noc_actions as a
    where a.action_id = finish_action.action_id and a.status = 'running'
    for update;
    v_progress := noc.progress_of(finish_action.action_id);
    if v_action.action_id is null
        or (v_progress ->> 'waiting')::integer + (v_progress ->> 'running')::integer > 0 then
        return;
    end if;
    update public.noc_actions as a
    set
        status = (case
            when (v_progress ->> 'ok')::integer = (v_progress ->> 'items')::integer then 'succeeded'
            when (v_progress ->> 'ok')::integer = 0 then 'failed'
            else 'partial'
        end)::public.action_status,
        result = a.result || v_progress - 'waiting' - 'running',
        ended_at = at,
        verify_at = case
            when (v_progress ->> 'ok')::integer > 0 then at + interval '10 minutes'
        end
    where a.action_id = v_action.action_id
    returning a.* into v_action;
    perform noc.record_action(
        v_action, case v_action.status
            when 'succeeded' then 'action_done'
            when 'partial' then 'action_partial'
            else 'action_failed'
        end, null, v_action.result, at
    );
end;
$$;

/*
Works up to `most` messages of running actions: each waits for a sender again, or says why not.
Whoever lost the right meanwhile has nothing more done. Gives how many items ended.
*/
create function noc.work_messages(most integer, at timestamptz)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_item record;
    v_answer text;
    v_count integer := 0;
    v_actions uuid [] := '{}'::uuid [];
begin
    if exists (select from noc.action_control as k where k.frozen_at is not null) then
        return 0;
    end if;
    for v_item in
        select i.item_id, i.ref, i.action_id, i.company_cnpj, a.actor
        from noc.action_items as i
        inner join public.noc_actions as a on a.action_id = i.action_id and a.status = 'running'
        where i.kind = 'message' and i.state = 'waiting'
        order by i.item_id
        limit most
        for update of i skip locked
    loop
        if not noc.user_operates(v_item.actor, array[v_item.company_cnpj], false) then
            perform noc.cancel_action(v_item.action_id, 'right_lost', null, at);
            continue;
        end if;
        v_answer := noc.retry_dead_message(v_item.ref, at);
        update noc.action_items as i
        set
            state = case v_answer when 'queued' then 'ok' else 'skipped' end,
            reason = nullif(v_answer, 'queued'), tries = 1, done_at = at
        where i.item_id = v_item.item_id and i.state = 'waiting';
        v_count := v_count + 1;
        v_actions := v_actions || v_item.action_id;
    end loop;
    perform noc.finish_action(d.action_id, at)
    from (select distinct u.action_id from unnest(v_actions) as u (action_id)) as d;
    return v_count;
end;
$$;

/*
Stops an action: what waits is skipped for `reason` (a code), messages still in the outbox are
not sent, what is under way ends by itself. `note`: a person's words. Gives the row.
*/
create function noc.cancel_action(action_id uuid, reason text, note text, at timestamptz)
returns public.noc_actions
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions;
    v_progress jsonb;
begin
    update noc.action_items as i
    set state = 'skipped', reason = cancel_action.reason, lease_until = null, done_at = at
    where i.action_id = cancel_action.action_id and i.state in ('waiting', 'leased');
    with withdrawn as (
        update noc.notifications as n
        set state = 'cancelled', reason = cancel_action.reason, done_at = at
        from noc.action_items as i
        where i.action_id = cancel_action.action_id
            and i.kind = 'notice'
            and n.notification_id = i.ref
            and n.state = 'queued'
        returning n.notification_id
    )

    update noc.action_items as i
    set state = 'skipped', reason = cancel_action.reason
    from withdrawn as w
    where i.action_id = cancel_action.action_id and i.ref = w.notification_id;

    v_progress := noc.progress_of(cancel_action.action_id);
    update public.noc_actions as a
    set
        status = case
            when (v_progress ->> 'ok')::integer + (v_progress ->> 'running')::integer > 0
                then 'partial'
            else 'cancelled'
        end::public.action_status,
        result = a.result || v_progress || jsonb_build_object('reason', cancel_action.reason),
        ended_at = at
    where a.action_id = cancel_action.action_id
    returning a.* into v_action;
    perform noc.record_action(
        v_action, 'action_cancelled', note, jsonb_build_object('reason', cancel_action.reason), at
    );
    return v_action;
end;
$$;
