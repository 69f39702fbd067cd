-- Silences: people decide not to be told of some alerts for a while, with a reason and an
-- end. Evaluation goes on and the alert stays listed; noc.mute_alerts applies them.

/*
What a person silenced. It reaches no further than its maker's scope: one company, the
companies that are in the group at the time, or (both null, admin's) everything. The reason
stands in the trail's entry alone.
*/
create table public.noc_silences (
    silence_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    matchers jsonb not null,                -- all must match, noc.checked_matchers
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    critical_until timestamptz not null,    -- critical alerts are silenced no longer than this
    end_on_resolve boolean not null default false,
    matched boolean not null default false, -- it has silenced something
    created_by uuid,
    audit_id bigint not null,               -- in noc_audit
    ended_at timestamptz,                   -- ended before ends_at: by hand or on resolve
    constraint noc_silences_one_scope check (num_nonnulls(company_cnpj, group_id) <= 1),
    constraint noc_silences_order check (
        starts_at < ends_at and critical_until between starts_at and ends_at
    )
);

create index noc_silences_company_cnpj_idx on public.noc_silences (company_cnpj);
create index noc_silences_group_id_idx on public.noc_silences (group_id);
create index noc_silences_ends_at_idx on public.noc_silences (ends_at) where ended_at is null;

comment on table public.noc_silences is
'Silenced alerts: matchers [{field, op, value}] and an end. Company and group null: everything.';

/* What a matcher may name of an alert, as text; '' where the alert has none. */
create function noc.alert_label(a public.noc_alerts, group_id uuid, field text)
returns text
language sql
immutable
set search_path = ''
as $$
    select coalesce(
        case field
            when 'alert_id' then a.alert_id::text
            when 'company_cnpj' then a.company_cnpj
            when 'group_id' then alert_label.group_id::text
            when 'service' then a.service
            when 'endpoint' then a.endpoint
            when 'code' then a.code
            when 'severity' then a.severity::text
            when 'target' then a.target
        end,
        ''
    )
$$;

/* Whether a text satisfies `op` (=, !=, in, ~) and `value`; a regular expression matches whole. */
create function noc.matcher_holds(label text, op text, value jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select case op
        when '=' then label = value #>> '{}'
        when '!=' then label <> value #>> '{}'
        when 'in' then value ? label
        when '~' then label ~ ('^(?:' || (value #>> '{}') || ')$')
    end
$$;

/* Whether every matcher holds for the alert, whose company is now in `group_id`. */
create function noc.matches(matchers jsonb, a public.noc_alerts, group_id uuid)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select bool_and(noc.matcher_holds(
        noc.alert_label(a, matches.group_id, m.value ->> 'field'), m.value ->> 'op',
        m.value -> 'value'
    ))
    from jsonb_array_elements(matchers) as m
$$;

/*
The matchers as they are kept: a CNPJ without its mask. Raises PT400 matchers, naming which
and why: 1 to 10, known fields and operators, texts up to 200 characters, expressions up to
100 that compile and refer to no group of their own, and one at least that '' does not satisfy.
*/
create function noc.checked_matchers(matchers jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_problem text;
    v_matcher record;
    v_values text [];
    v_selective boolean := false;
    v_kept jsonb := jsonb '[]';
begin
    if matchers is null or jsonb_typeof(matchers) <> 'array'
        or jsonb_array_length(matchers) not between 1 and 10 then
        perform noc.fail('PT400', 'matchers', 'matchers: must be a list of 1 to 10');
    end if;

    for v_matcher in
        select
            m.number, m.entry ->> 'field' as field, m.entry ->> 'op' as op,
            m.entry -> 'value' as value, jsonb_typeof(m.entry) as kind
        from jsonb_array_elements(matchers) with ordinality as m (entry, number)
    loop
        v_values := case jsonb_typeof(v_matcher.value)
            when 'string' then array[v_matcher.value #>> '{}']
            when 'array' then array(select jsonb_array_elements_text(v_matcher.value))
        end;
        if v_matcher.field = 'company_cnpj' and v_matcher.op <> '~' then
            v_values := array(select noc.cnpj_canonical(v) from unnest(v_values) as v);
        end if;
        v_problem := case
            when v_matcher.kind <> 'object' then 'must be an object'
            when coalesce(
                v_matcher.field <> all('{alert_id,company_cnpj,group_id,service,endpoint,code,severity,target}'),
                true
            ) then 'field must be one of alert_id, company_cnpj, group_id, service, endpoint, code, '
                || 'severity, target'
            when coalesce(v_matcher.op <> all('{=,!=,in,~}'), true)
                then 'op must be one of =, !=, in, ~'
            when v_matcher.op = 'in' and (
                jsonb_typeof(v_matcher.value) is distinct from 'array'
                or cardinality(v_values) not between 1 and 100
            ) then 'value must be a list of 1 to 100 texts'
            when v_matcher.op <> 'in' and jsonb_typeof(v_matcher.value) is distinct from 'string'
                then 'value must be a text'
            when exists (select 1 from unnest(v_values) as v where v is null or length(v) > 200)
                then 'value must have at most 200 characters'
            when v_matcher.op = '~' and (length(v_values[1]) > 100 or v_values[1] ~ '\\[0-9mMyY]')
                then 'value must be an expression of at most 100 characters without back references'
        end;
        if v_problem is not null then
            perform noc.fail(
                'PT400', 'matchers', format('matchers[%s]: %s', v_matcher.number - 1, v_problem)
            );
        end if;
        v_matcher.value := case v_matcher.op
            when 'in' then to_jsonb(v_values) else to_jsonb(v_values[1])
        end;
        begin
            v_selective := v_selective
                or not noc.matcher_holds('', v_matcher.op, v_matcher.value)
                and v_matcher.op <> '!=';
        exception when invalid_regular_expression then
            perform noc.fail('PT400', 'matchers', format(
                'matchers[%s]: value is not a regular expression', v_matcher.number - 1
            ));
        end;
        v_kept := v_kept || jsonb_build_object(
            'field', v_matcher.field, 'op', v_matcher.op, 'value', v_matcher.value
        );
    end loop;

    if not v_selective then
        perform noc.fail(
            'PT400', 'matchers', 'matchers: one at least must name something (=, in or ~)'
        );
    end if;
    return v_kept;
end;
$$;

/*
What a change of the caller's may reach: the company or group asked for (both null: all that
the caller operates, for admin everything). `allowed` false: foreign, or the caller operates
nothing. Raises PT400 `field` when the caller operates several things and names none.
*/
create function noc.operable_target(field text, company_cnpj text, group_id uuid)
returns table (allowed boolean, company text, of_group uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_held record;
begin
    if operable_target.company_cnpj is not null then
        return query select
            operable_target.company_cnpj = any(noc.operable_scopes()),
            operable_target.company_cnpj, null::uuid;
    elsif operable_target.group_id is not null then
        return query select
            operable_target.group_id = any(noc.operable_groups()), null, operable_target.group_id;
    elsif noc.is_admin() then
        return query select true, null, null::uuid;
    else
        select count(*) as scopes, min(m.company_cnpj) as company, min(m.group_id::text) as grouped
        into v_held
        from noc.memberships as m
        where m.user_id = (select auth.uid()) and m.revoked_at is null and m.role = 'franqueado';
        if v_held.scopes > 1 then
            perform noc.fail('PT400', field, field || ': name a company or a group');
        end if;
        return query select v_held.scopes = 1, v_held.company, v_held.grouped::uuid;
    end if;
end;
$$;

/* noc.operable_target of matchers: the company, group or alert that one of them names alone. */
create function noc.silence_target(matchers jsonb)
returns table (allowed boolean, company text, of_group uuid)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_named jsonb := (
        select jsonb_object_agg(m.value ->> 'field', m.value ->> 'value')
        from jsonb_array_elements(matchers) as m where m.value ->> 'op' = '='
    );
    v_alert public.noc_alerts;
begin
    if v_named ? 'alert_id' then
        select a.* into v_alert from public.noc_alerts as a
        where a.alert_id::text = v_named ->> 'alert_id'
            and coalesce(a.company_cnpj, '*') = any(noc.operable_scopes());
        return query select found, v_alert.company_cnpj, null::uuid;
    else
        return query select t.* from noc.operable_target(
            'matchers', v_named ->> 'company_cnpj', (
                select g.group_id from public.company_groups as g
                where g.group_id::text = v_named ->> 'group_id'
            )
        ) as t;
    end if;
end;
$$;

/* Open alerts that these matchers reach within a scope. */
create function noc.silenceable(matchers jsonb, company text, of_group uuid)
returns setof public.noc_alerts
language sql
stable
rows 10
set search_path = ''
as $$
    select a.*
    from public.noc_alerts as a
    left join public.companies as c on c.company_cnpj = a.company_cnpj
    where a.state <> 'closed'
        and (silenceable.company is null or a.company_cnpj = silenceable.company)
        and (silenceable.of_group is null or c.group_id = silenceable.of_group)
        and noc.matches(silenceable.matchers, a, c.group_id)
$$;

/*
Silences what the matchers name, in the company or group that they name, else in all that
the caller operates. `starts_at` null: now. A franqueado's lasts at most 24 h and covers critical
alerts for its first 4; admin's at most 7 days. Gives {"silence_id", "starts_at", "ends_at",
"critical_until"}. Raises PT400 matchers | starts_at | ends_at | reason; refuses PT404.
*/
create function noc.silence(
    matchers jsonb, ends_at timestamptz, reason text, starts_at timestamptz,
    end_on_resolve boolean, at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_matchers jsonb := noc.checked_matchers(matchers);
    v_reason text := noc.checked_text('reason', reason, 500);
    v_starts timestamptz := greatest(coalesce(starts_at, at), at);
    v_most interval := case when noc.is_admin() then interval '7 days' else interval '24 hours' end;
    v_target record;
    v_silence public.noc_silences;
begin
    select t.* into v_target from noc.silence_target(v_matchers) as t;
    if not v_target.allowed then
        return noc.refuse('silence', coalesce(
            'company:' || v_target.company, 'group:' || v_target.of_group, 'silence'
        ));
    end if;
    if v_reason is null then
        perform noc.fail('PT400', 'reason', 'reason: is required');
    end if;
    if v_starts > at + interval '30 days' then
        perform noc.fail('PT400', 'starts_at', 'starts_at: at most 30 days ahead');
    end if;
    if silence.ends_at is null
        or silence.ends_at < v_starts + interval '1 minute'
        or silence.ends_at > v_starts + v_most then
        perform noc.fail('PT400', 'ends_at', format(
            'ends_at: must be between 1 minute and %s hours after the start',
            extract(epoch from v_most)::integer / 3600
        ));
    end if;

    insert into public.noc_silences as s (
        company_cnpj, group_id, matchers, starts_at, ends_at, critical_until, end_on_resolve,
        created_by, audit_id
    )
    values (
        v_target.company, v_target.of_group, v_matchers, v_starts, silence.ends_at,
        case
            when noc.is_admin() then silence.ends_at
            else least(silence.ends_at, v_starts + interval '4 hours')
        end,
        coalesce(silence.end_on_resolve, false), auth.uid(),
        noc.record_audit(
            'silence', coalesce(
                'company:' || v_target.company, 'group:' || v_target.of_group, 'everything'
            ),
            v_target.company,
            jsonb_build_object(
                'note', v_reason, 'matchers', v_matchers, 'starts_at', v_starts,
                'ends_at', silence.ends_at
            )
        )
    )
    returning s.* into v_silence;
    perform noc.mute_now(at);
    perform noc.announce(
        'noc_silences', v_silence.company_cnpj,
        v_silence.company_cnpj is null and v_silence.group_id is null, v_silence.group_id
    );
    return jsonb_build_object(
        'silence_id', v_silence.silence_id, 'starts_at', v_silence.starts_at,
        'ends_at', v_silence.ends_at, 'critical_until', v_silence.critical_until
    );
end;
$$;

/*
Ends a silence now. Gives {"silence_id", "ended_at"}. Raises PT409 already_ended; refuses
PT404 silence_not_found.
*/
create function noc.end_silence(silence_id uuid, reason text, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_silence public.noc_silences;
    v_reason text := noc.checked_text('reason', reason, 500);
begin
    select s.* into v_silence from public.noc_silences as s
    where s.silence_id = end_silence.silence_id
    for update;
    if not found or not noc.operates(v_silence.company_cnpj, v_silence.group_id) then
        return noc.refuse(
            'end_silence', coalesce('silence:' || end_silence.silence_id, 'silence'), 'PT404',
            'silence_not_found', 'silence not found'
        );
    end if;
    if v_silence.ended_at is not null or v_silence.ends_at <= at then
        perform noc.fail('PT409', 'already_ended', 'the silence has ended');
    end if;

    update public.noc_silences as s set ended_at = at
    where s.silence_id = v_silence.silence_id;
    perform noc.record_audit(
        'end_silence', 'silence:' || v_silence.silence_id, v_silence.company_cnpj,
        jsonb_build_object('note', v_reason)
    );
    perform noc.mute_now(at);
    perform noc.announce(
        'noc_silences', v_silence.company_cnpj,
        v_silence.company_cnpj is null and v_silence.group_id is null, v_silence.group_id
    );
    return jsonb_build_object('silence_id', v_silence.silence_id, 'ended_at', at);
end;
$$;

create function public.noc_silence(
    matchers jsonb, ends_at timestamptz, reason text, starts_at timestamptz default null,
    end_on_resolve boolean default false
)
returns jsonb
language sql
set search_path = ''
begin atomic
    select noc.silence(matchers, ends_at, reason, starts_at, end_on_resolve, now());
end;

create function public.noc_end_silence(silence_id uuid, reason text default null)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.end_silence(silence_id, reason, now()); end;
