-- What a reader takes along: the rows that a filter leaves, as a file that a spreadsheet opens.

/*
One cell of RFC 4180. What a spreadsheet would run as a formula gets a ' in front, so that it
stays the text that it was. Null is an empty cell. Called for each cell of a file, hence plpgsql,
which plans once.
*/
create function noc.csv_cell(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_safe text := case when value ~ '^[=+@\t\r-]' then '''' || value else value end;
begin
    return case
        when v_safe ~ '[",\r\n]' then '"' || replace(v_safe, '"', '""') || '"'
        else coalesce(v_safe, '')
    end;
end;
$$;

/* An instant as ISO 8601 in UTC; null is an empty cell. */
create function noc.csv_time(value timestamptz)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
    return coalesce(to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '');
end;
$$;

/*
The alerts of a filter as lines, each with its end, latest first; null: none. `owner` for the
operators of its company alone.
*/
create function noc.alert_lines(filter noc.alert_filter, operable text [])
returns text
language sql
stable
set search_path = ''
as $$
    select string_agg(
        concat_ws(
            ',', a.alert_id, noc.csv_cell(a.code), noc.csv_cell(a.service),
            noc.csv_cell(a.target), noc.csv_cell(a.company_cnpj), noc.csv_cell(c.name),
            a.severity, a.severity_max, a.state, noc.csv_time(a.started_at),
            noc.csv_time(a.opened_at), noc.csv_time(a.closed_at), coalesce(a.close_reason, ''),
            coalesce(round(k.after_s)::text, ''),
            coalesce(round(extract(epoch from a.closed_at - a.opened_at))::text, ''),
            a.reopen_count, a.value, a.last_value, a.threshold, a.unit,
            noc.csv_cell(case when coalesce(a.company_cnpj, '*') = any(operable) then u.email end)
        ) || E'\r\n',
        '' order by a.opened_at desc, a.alert_id desc
    )
    from noc.filtered_alerts(filter) as a
    left join public.companies as c on c.company_cnpj = a.company_cnpj
    left join auth.users as u on u.id = a.assignee
    left join lateral (
        select extract(epoch from min(e.at) - a.opened_at) as after_s
        from noc.alert_events as e
        where e.alert_id = a.alert_id and e.kind = 'acknowledged'
    ) as k on true
$$;

/*
The rows of `kind` ('alerts') that the filter leaves, latest first, as CSV with a header line.
Raises PT400 kind, PT400 rows beyond 50,000, PT404 scope_not_found, and as
noc.alert_filter_of. Who took what is in the trail.
*/
create function noc.export_csv(
    kind text, company_cnpj text, group_id uuid, service text, severity text, state text,
    code text, opened_from timestamptz, opened_to timestamptz
)
returns text
language plpgsql
security definer
set search_path = ''
set jit = off
as $$
declare
    v_header constant text := 'alert_id,code,service,target,company_cnpj,company_name,severity,'
        'severity_max,state,started_at,opened_at,closed_at,close_reason,seconds_to_ack,'
        'seconds_to_close,reopen_count,value,last_value,threshold,unit,owner';
    v_end constant text := E'\r\n';
    v_filter noc.alert_filter;
    v_rows bigint;
    v_lines text;
begin
    if kind is distinct from 'alerts' then
        perform noc.fail('PT400', 'kind', 'kind: must be alerts');
    end if;
    v_filter := noc.alert_filter_of(
        noc.resolve_scope(company_cnpj, group_id), service, severity, state, code, opened_from, opened_to
    );
    select count(*) into v_rows from noc.filtered_alerts(v_filter);
    if v_rows > 50000 then
        perform noc.fail('PT400', 'rows', format(
            'rows: the filter leaves %s alerts, a file holds at most 50000', v_rows
        ));
    end if;

    v_lines := noc.alert_lines(v_filter, noc.operable_scopes());
    perform noc.record_audit(
        'export_csv', kind, noc.cnpj_canonical(company_cnpj), jsonb_strip_nulls(jsonb_build_object(
            'rows', v_rows, 'group_id', group_id, 'service', service, 'severity', severity,
            'state', state, 'code', code, 'from', opened_from, 'to', opened_to
        ))
    );
    return v_header || v_end || coalesce(v_lines, '');
end;
$$;

create function public.noc_export_csv(
    kind text, company_cnpj text default null, group_id uuid default null,
    service text default null, severity text default null, state text default null,
    code text default null, "from" timestamptz default null, "to" timestamptz default null
)
returns text
language sql
set search_path = ''
begin atomic
    select noc.export_csv(
        kind, company_cnpj, group_id, service, severity, state, code, "from", "to"
    );
end;
