-- How effects end, by a person's hand or by themselves, and whether they did what was expected.

/* Ends the effect, with the record. `cause`: person, expired. Gives the row. */
create function noc.end_effect(
    action public.noc_actions, cause text, note text, at timestamptz
)
returns public.noc_actions
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions;
begin
    if action.action = 'switch_source' then
        perform noc.end_source(action.companies, action.action_id, at);
    elsif cause = 'person' then
        perform noc.resume_queue(
            action.company_cnpj, action.group_id,
            case when action.created_at > at - interval '10 seconds' then 0 end, auth.uid(), at
        );
    end if;
    update public.noc_actions as a
    set
        status = 'reverted', in_effect = false, ended_at = at,
        result = a.result || jsonb_build_object('ended', cause)
    where a.action_id = action.action_id
    returning a.* into v_action;
    perform noc.record_action(
        v_action, 'action_reverted', end_effect.note, jsonb_build_object('cause', cause), at
    );
    return v_action;
end;
$$;

/*
The tick's stage. Effects whose time is over are taken back, requests that nobody agreed to
expire, and what was expected of an effect is looked at. Gives {"reverted", "expired",
"verified"}.
*/
create function noc.revert_expired_actions(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_action public.noc_actions;
    v_reverted integer := 0;
    v_expired integer := 0;
    v_verified integer := 0;
begin
    for v_action in
        select a.* from public.noc_actions as a where a.in_effect and a.expires_at <= at
        order by a.action_id
        for update skip locked
    loop
        perform noc.end_effect(v_action, 'expired', null, at);
        v_reverted := v_reverted + 1;
    end loop;
    for v_action in
        update public.noc_actions as a set status = 'expired', ended_at = at
        where a.status = 'awaiting_approval' and a.approve_by <= at
        returning a.*
    loop
        perform noc.record_action(v_action, 'action_expired', null, null, at);
        v_expired := v_expired + 1;
    end loop;
    for v_action in
        update public.noc_actions as a set verified = coalesce(noc.has_worked(a, at), false)
        where a.verified is null and a.verify_at <= at
        returning a.*
    loop
        perform noc.mark_alert(
            v_action, case
                when v_action.verified then 'action_worked' else 'action_without_effect'
            end, v_action.audit_id, at
        );
        perform noc.announce_action(v_action);
        v_verified := v_verified + 1;
    end loop;
    return jsonb_build_object(
        'reverted', v_reverted, 'expired', v_expired, 'verified', v_verified
    );
end;
$$;

/*
Whether what was expected came true: a paused queue began no send since, a resumed one sent
something or has nothing waiting, nine of ten reprocessed jobs ended well and their messages did
not die again.
*/
create function noc.has_worked(action public.noc_actions, at timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
    select case action.action
        when 'pause_queue' then not exists (
            select from noc.message_attempts as t
            inner join public.queue_whatsapp as q on q.message_id = t.message_id
            where t.begun_at > action.created_at
                and t.begun_at <= least(action.ended_at, at)
                and (action.everything or q.company_cnpj = any(action.companies))
        )
        when 'resume_queue' then (
            select (n.numbers ->> 'sent_last_10min')::integer > 0
                or (n.numbers ->> 'pending')::integer = 0
            from (select noc.queue_numbers(action.companies, at) as numbers) as n
        )
        when 'reprocess' then (
            select count(*) filter (
                where i.state = 'ok' and coalesce(q.state <> 'dead', true)
            ) >= 0.9 * count(*)
            from noc.action_items as i
            left join public.queue_whatsapp as q on i.kind = 'message' and q.message_id = i.ref
            where i.action_id = action.action_id
        )
    end
$$;
