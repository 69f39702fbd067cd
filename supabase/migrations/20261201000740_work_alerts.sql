-- What people do with an alert. Each function checks the right on the row, changes it and
-- writes the event and the audit entry in one transaction; `public.noc_x` is the reachable
-- name, `noc.x` does the work as definer. An alert that the caller may not see answers as
-- one that does not exist; whoever may not work it gets noc.refuse's answer, on record.

/* The alert. Raises PT404 alert_not_found when the caller does not see it. */
create function noc.require_alert(alert_id uuid)
returns public.noc_alerts
language plpgsql
stable
set search_path = ''
as $$
declare
    v_alert public.noc_alerts;
begin
    select a.* into v_alert from public.noc_alerts as a
    where a.alert_id = require_alert.alert_id
        and coalesce(a.company_cnpj, '*') = any(noc.visible_scopes());
    if not found then
        perform noc.fail('PT404', 'alert_not_found', 'alert not found');
    end if;
    return v_alert;
end;
$$;

/*
Why the caller may not work the alert, as noc.refuse answers it: PT404 alert_not_found when
the caller does not see it, PT403 not_operator when the caller only reads. Null: may, and
the alert's row is locked.
*/
create function noc.refuse_work(action text, alert_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_target text := coalesce('alert:' || refuse_work.alert_id, 'alert');
    v_company text;
begin
    select coalesce(a.company_cnpj, '*') into v_company from public.noc_alerts as a
    where a.alert_id = refuse_work.alert_id;
    if not found or v_company <> all(noc.visible_scopes()) then
        return noc.refuse(action, v_target, 'PT404', 'alert_not_found', 'alert not found');
    end if;
    if v_company <> all(noc.operable_scopes()) then
        return noc.refuse(
            action, v_target, 'PT403', 'not_operator',
            'this role reads alerts and does not work them'
        );
    end if;
    perform 1 from public.noc_alerts as a where a.alert_id = refuse_work.alert_id for update;
    return null;
end;
$$;

/* The text without blanks around it, or null. Raises PT400 `field` beyond `most` characters. */
create function noc.checked_text(field text, value text, most integer)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_text text := nullif(btrim(value, E' \t\r\n'), '');
begin
    if length(v_text) > most then
        perform noc.fail(
            'PT400', field, format('%s: must have at most %s characters', field, most)
        );
    end if;
    return v_text;
end;
$$;

/* Writes what the caller did: the alert's event, the audit entry, the hint to the pages. */
create function noc.record_work(
    alert public.noc_alerts, kind text, note text, until timestamptz, at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into noc.alert_events (alert_id, at, kind, severity, actor, until, audit_id)
    values (
        alert.alert_id, at, record_work.kind, alert.severity, auth.uid(), record_work.until,
        noc.record_audit(
            'alert_' || record_work.kind, 'alert:' || alert.alert_id, alert.company_cnpj,
            jsonb_build_object('note', record_work.note, 'until', record_work.until)
        )
    );
    perform noc.announce('noc_alerts', alert.company_cnpj);
end;
$$;

/*
Somebody is on it: no reminder and no escalation for `minutes` (5 to 5760; null: 30 when
critical, else 240), unless it gets worse. Whoever acknowledges first is responsible. Again
on an acknowledged alert: the later word holds. Gives {"alert_id", "state", "ack_until"}.
Raises PT400 minutes | note, PT409 alert_closed; refuses PT403, PT404.
*/
create function noc.ack_alert(alert_id uuid, note text, minutes integer, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_refusal jsonb := noc.refuse_work('ack_alert', ack_alert.alert_id);
    v_alert public.noc_alerts;
    v_note text := noc.checked_text('note', ack_alert.note, 2000);
begin
    if v_refusal is not null then
        return v_refusal;
    end if;
    v_alert := noc.require_alert(ack_alert.alert_id);
    if ack_alert.minutes not between 5 and 5760 then
        perform noc.fail('PT400', 'minutes', 'minutes: must be between 5 and 5760');
    end if;
    if v_alert.state = 'closed' then
        perform noc.fail('PT409', 'alert_closed', 'the alert is closed');
    end if;

    update public.noc_alerts as a
    set
        state = 'ack',
        acked_by = auth.uid(),
        acked_severity = a.severity,
        ack_until = at + make_interval(mins => coalesce(
            ack_alert.minutes, case a.severity when 'critical' then 30 else 240 end
        )),
        assignee = coalesce(a.assignee, auth.uid())
    where a.alert_id = v_alert.alert_id
    returning a.* into v_alert;
    perform noc.record_work(v_alert, 'acknowledged', v_note, v_alert.ack_until, at);
    return jsonb_build_object(
        'alert_id', v_alert.alert_id, 'state', v_alert.state, 'ack_until', v_alert.ack_until
    );
end;
$$;

/*
Ends the episode by hand. While the trouble lasts its rule stays quiet for at most an hour
(latched_until), and the service keeps its colour; a new breach after that, or after it was
good, is a new alert. Gives {"alert_id", "state", "closed_at", "latched_until"}.
Raises PT400 reason, PT409 alert_closed; refuses PT403, PT404.
*/
create function noc.close_alert(alert_id uuid, reason text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_refusal jsonb := noc.refuse_work('close_alert', close_alert.alert_id);
    v_alert public.noc_alerts;
    v_reason text := noc.checked_text('reason', close_alert.reason, 500);
    v_latched_until timestamptz;
begin
    if v_refusal is not null then
        return v_refusal;
    end if;
    v_alert := noc.require_alert(close_alert.alert_id);
    if v_reason is null then
        perform noc.fail('PT400', 'reason', 'reason: is required');
    end if;
    if v_alert.state = 'closed' then
        perform noc.fail('PT409', 'alert_closed', 'the alert is closed');
    end if;

    update public.noc_alerts as a
    set
        state = 'closed',
        closed_at = greatest(at, a.opened_at),
        close_reason = 'manual',
        flapping = false,
        muted_by = null,
        flipped_at = at,
        acked_by = null,
        ack_until = null
    where a.alert_id = v_alert.alert_id
    returning a.* into v_alert;
    update noc.rule_states as s
    set alert_id = null, latched_until = at + interval '1 hour'
    where s.alert_id = v_alert.alert_id
    returning s.latched_until into v_latched_until;

    perform noc.record_work(v_alert, 'closed', v_reason, v_latched_until, at);
    return jsonb_build_object(
        'alert_id', v_alert.alert_id, 'state', v_alert.state, 'closed_at', v_alert.closed_at,
        'latched_until', v_latched_until
    );
end;
$$;

/*
A word for the timeline, on closed alerts too. Gives {"alert_id", "at"}.
Raises PT400 note; refuses PT403, PT404.
*/
create function noc.comment_alert(alert_id uuid, note text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_refusal jsonb := noc.refuse_work('comment_alert', comment_alert.alert_id);
    v_alert public.noc_alerts;
    v_note text := noc.checked_text('note', comment_alert.note, 2000);
begin
    if v_refusal is not null then
        return v_refusal;
    end if;
    v_alert := noc.require_alert(comment_alert.alert_id);
    if v_note is null then
        perform noc.fail('PT400', 'note', 'note: is required');
    end if;
    perform noc.record_work(v_alert, 'commented', v_note, null, at);
    return jsonb_build_object('alert_id', v_alert.alert_id, 'at', at);
end;
$$;

/*
Makes a person responsible; null: nobody. Gives {"alert_id", "assignee"}. Raises PT400
assignee for somebody who could not work the alert; refuses PT403, PT404.
*/
create function noc.assign_alert(alert_id uuid, assignee uuid, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_refusal jsonb := noc.refuse_work('assign_alert', assign_alert.alert_id);
    v_alert public.noc_alerts;
begin
    if v_refusal is not null then
        return v_refusal;
    end if;
    v_alert := noc.require_alert(assign_alert.alert_id);
    if assign_alert.assignee is not null and not exists (
        select 1
        from noc.memberships as m
        left join public.companies as c on c.company_cnpj = v_alert.company_cnpj
        where m.user_id = assign_alert.assignee
            and m.revoked_at is null
            and (
                m.role = 'admin'
                or m.role = 'franqueado'
                and (m.company_cnpj = v_alert.company_cnpj or m.group_id = c.group_id)
            )
    ) then
        perform noc.fail('PT400', 'assignee', 'assignee: must be somebody who can work this alert');
    end if;

    update public.noc_alerts as a set assignee = assign_alert.assignee
    where a.alert_id = v_alert.alert_id;
    perform noc.record_work(
        v_alert, 'assigned',
        (select u.email from auth.users as u where u.id = assign_alert.assignee), null, at
    );
    return jsonb_build_object('alert_id', v_alert.alert_id, 'assignee', assign_alert.assignee);
end;
$$;

/* Acknowledgements that ran out by `at`: their alerts are open again. Gives how many. */
create function noc.expire_acks(at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with expired as (
        update public.noc_alerts as a
        set state = 'open', acked_by = null, ack_until = null
        where a.state = 'ack' and a.ack_until <= at
        returning a.alert_id, a.severity, a.company_cnpj
    ),

    logged as (
        insert into noc.alert_events (alert_id, at, kind, severity)
        select e.alert_id, at, 'ack_expired', e.severity from expired as e
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'noc_alerts', e.company_cnpj from expired as e
    )

    select count(*) from expired
$$;

create function public.noc_ack_alert(
    alert_id uuid, note text default null, minutes integer default null
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.ack_alert(alert_id, note, minutes, now()); end;

create function public.noc_close_alert(alert_id uuid, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.close_alert(alert_id, reason, now()); end;

create function public.noc_comment_alert(alert_id uuid, note text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.comment_alert(alert_id, note, now()); end;

create function public.noc_assign_alert(alert_id uuid, assignee uuid default null)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.assign_alert(alert_id, assignee, now()); end;
