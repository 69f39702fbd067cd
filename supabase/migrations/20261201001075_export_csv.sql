-- What a reader takes along: the rows that a filter leaves, as a file that a spreadsheet opens.

/*
One cell of RFC 4180. What a spreadsheet would run as a formula gets a ' in front, so that it
stays the text that it was. Null is an empty cell.
*/
create function noc.csv_cell(value text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when s.safe ~ '[",\r\n]' then '"' || replace(s.safe, '"', '""') || '"'
        else coalesce(s.safe, '')
    end
    from (
        select case when value ~ '^[=+@\t\r-]' then '''' || value else value end as safe
    ) as s
$$;

/* An instant as ISO 8601 in UTC. */
create function noc.csv_time(value timestamptz)
returns text
language sql
immutable
set search_path = ''
as $$
    select to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

/* One alert as a line without its end; `owner` for the operators of its company alone. */
create function noc.alert_csv(a public.noc_alerts, operable text [])
returns text
language sql
stable
set search_path = ''
as $$
    select concat_ws(
        ',', a.alert_id, noc.csv_cell(a.code), noc.csv_cell(a.service), noc.csv_cell(a.target),
        noc.csv_cell(a.company_cnpj), noc.csv_cell(c.name), a.severity, a.severity_max, a.state,
        noc.csv_time(a.started_at), noc.csv_time(a.opened_at),
        coalesce(noc.csv_time(a.closed_at), ''), coalesce(a.close_reason, ''),
        coalesce(round(noc.seconds_to_ack(a))::text, ''),
        coalesce(round(extract(epoch from a.closed_at - a.opened_at))::text, ''),
        a.reopen_count, a.value, a.last_value, a.threshold, a.unit,
        noc.csv_cell(case when coalesce(a.company_cnpj, '*') = any(operable) then u.email end)
    )
    from (values (1)) as one (row)
    left join public.companies as c on c.company_cnpj = a.company_cnpj
    left join auth.users as u on u.id = a.assignee
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
    v_operable text [] := noc.operable_scopes();
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

    select string_agg(
        noc.alert_csv(a, v_operable) || v_end, '' order by a.opened_at desc, a.alert_id desc
    )
    into v_lines
    from noc.filtered_alerts(v_filter) as a;
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
