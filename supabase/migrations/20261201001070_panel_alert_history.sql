-- Alerts of any time: page by page, and as a file to keep.

/*
What a caller asks of all alerts that it sees; null asks for nothing. `scopes` are the caller's,
narrowed. An alert belongs to the period in which it opened: [starts, ends).
*/
create type noc.alert_filter as (
    scopes text [],
    service text,
    severity public.alert_severity,     -- the worst that the alert ever was
    state public.alert_state,
    code text,
    starts timestamptz,
    ends timestamptz
);

/* The filter of a caller's words. Raises PT400 service | severity | state | code | from. */
create function noc.alert_filter_of(
    scopes text [], service text, severity text, state text, code text, opened_from timestamptz,
    opened_to timestamptz
)
returns noc.alert_filter
language plpgsql
stable
set search_path = ''
as $$
begin
    if service is not null and not exists (
        select 1 from noc.services as s where s.service_name = alert_filter_of.service
    ) then
        perform noc.fail('PT400', 'service', 'service: not a known service');
    end if;
    if severity not in ('info', 'warning', 'critical') then
        perform noc.fail(
            'PT400', 'severity', 'severity: must be one of info, warning, critical'
        );
    end if;
    if state not in ('open', 'ack', 'closed') then
        perform noc.fail('PT400', 'state', 'state: must be one of open, ack, closed');
    end if;
    if code !~ '^[a-z][a-z0-9_]{1,39}$' then
        perform noc.fail(
            'PT400', 'code', 'code: must be 2 to 40 of a-z, 0-9 and _, a letter first'
        );
    end if;
    if opened_from >= opened_to then
        perform noc.fail('PT400', 'from', 'from: must be before to');
    end if;
    return (scopes, service, severity, state, code, opened_from, opened_to)::noc.alert_filter;
end;
$$;

/* The alerts that the filter leaves, in no order. */
create function noc.filtered_alerts(f noc.alert_filter)
returns setof public.noc_alerts
language sql
stable
rows 1000
set search_path = ''
as $$
    select a.* from public.noc_alerts as a
    where coalesce(a.company_cnpj, '*') = any(f.scopes)
        and (f.service is null or a.service = f.service)
        and (f.severity is null or a.severity_max = f.severity)
        and (f.state is null or a.state = f.state)
        and (f.code is null or a.code = f.code)
        and (f.starts is null or a.opened_at >= f.starts)
        and (f.ends is null or a.opened_at < f.ends)
$$;

/* Seconds until the alert was first acknowledged, null when it never was. */
create function noc.seconds_to_ack(a public.noc_alerts)
returns double precision
language sql
stable
set search_path = ''
as $$
    select extract(epoch from min(e.at) - a.opened_at)
    from noc.alert_events as e
    where e.alert_id = a.alert_id and e.kind = 'acknowledged'
$$;

/* Where a page ended, as text: microseconds since 1970 and the last alert. */
create function noc.alert_cursor(a public.noc_alerts)
returns text
language sql
stable
set search_path = ''
as $$
    select trunc(extract(epoch from a.opened_at) * 1000000)::text || '_' || a.alert_id
$$;

/*
Latest opened first, `max` (1 to 200, null: 50) after the `cursor` of the page before; see
docs/rpc.md. `total` counts what the filter leaves, all pages together; `codes` are the rules
that ever opened an alert in the scope. Raises as noc.alert_filter_of, PT404
scope_not_found, PT400 max | cursor.
*/
create function noc.alert_history(
    company_cnpj text, group_id uuid, service text, severity text, state text, code text,
    opened_from timestamptz, opened_to timestamptz, cursor text, max integer
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
    v_filter noc.alert_filter := noc.alert_filter_of(
        noc.resolve_scope(company_cnpj, group_id), service, severity, state, code, opened_from, opened_to
    );
    v_operable text [] := noc.operable_scopes();
    v_max integer := coalesce(alert_history.max, 50);
    v_after_at timestamptz := timestamptz 'infinity';
    v_after_id uuid := uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    v_page public.noc_alerts [];
begin
    if v_max not between 1 and 200 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 200');
    end if;
    if cursor is not null then
        if cursor !~ '^[0-9]{1,16}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
            perform noc.fail('PT400', 'cursor', 'cursor: not one that this function gave');
        end if;
        v_after_at := timestamptz 'epoch'
            + split_part(cursor, '_', 1)::bigint * interval '1 microsecond';
        v_after_id := split_part(cursor, '_', 2)::uuid;
    end if;

    v_page := array(
        select a from noc.filtered_alerts(v_filter) as a
        where (a.opened_at, a.alert_id) < (v_after_at, v_after_id)
        order by a.opened_at desc, a.alert_id desc
        limit v_max + 1
    );
    return jsonb_build_object(
        'scope', jsonb_build_object(
            'company_cnpj', noc.cnpj_canonical(company_cnpj), 'group_id', group_id,
            'service', service, 'severity', severity, 'state', state, 'code', code,
            'from', opened_from, 'to', opened_to
        ),
        'total', (select count(*) from noc.filtered_alerts(v_filter)),
        'codes', (
            select coalesce(jsonb_agg(distinct a.code), '[]') from public.noc_alerts as a
            where coalesce(a.company_cnpj, '*') = any(v_filter.scopes)
        ),
        'alerts', (
            select coalesce(jsonb_agg(
                noc.alert_json(a, v_operable) || jsonb_build_object(
                    'severity_max', a.severity_max, 'closed_at', a.closed_at,
                    'close_reason', a.close_reason, 'seconds_to_ack', noc.seconds_to_ack(a)
                ) order by a.opened_at desc, a.alert_id desc
            ), '[]')
            from unnest(v_page[:v_max]) as a
        ),
        'next', case when cardinality(v_page) > v_max then noc.alert_cursor(v_page[v_max]) end
    );
end;
$$;

create function public.noc_alert_history(
    company_cnpj text default null, group_id uuid default null, service text default null,
    severity text default null, state text default null, code text default null,
    "from" timestamptz default null, "to" timestamptz default null, cursor text default null,
    max integer default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.alert_history(
        company_cnpj, group_id, service, severity, state, code, "from", "to", cursor, max
    ));
end;
