-- Maintenance windows: work that was announced. What fails in one opens nothing and tells
-- nobody; what still fails at its end opens then, with its true beginning.

/*
Once (first_day = last_day) or on certain weekdays, by the clock of `timezone`. Company and
group null: everything, admin's. service null: every service of the scope.
*/
create table noc.maintenance_windows (
    window_id uuid primary key default gen_random_uuid(),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    service text collate "C" references noc.services (service_name),
    title text not null,
    timezone text not null,
    first_day date not null,
    last_day date,              -- null: until it is ended
    weekdays smallint [],       -- ISO, 1 = Monday; null: every day
    starts time not null,
    minutes integer not null,
    created_by uuid,
    cut_at timestamptz,         -- the time that was open then ended there
    ended_at timestamptz,
    constraint maintenance_windows_one_scope check (num_nonnulls(company_cnpj, group_id) <= 1),
    constraint maintenance_windows_days check (first_day <= last_day),
    constraint maintenance_windows_minutes check (minutes between 5 and 1440)
);

create index maintenance_windows_company_cnpj_idx on noc.maintenance_windows (company_cnpj);
create index maintenance_windows_group_id_idx on noc.maintenance_windows (group_id);
create index maintenance_windows_service_idx on noc.maintenance_windows (service);
alter table noc.maintenance_windows enable row level security;

/* The times that a window is open and that touch [first, last]; it may have begun days before. */
create function noc.maintenance_times(
    w noc.maintenance_windows, first timestamptz, last timestamptz
)
returns table (starts_at timestamptz, ends_at timestamptz)
language sql
stable
rows 10
set search_path = ''
as $$
    select t.starts_at, e.ends_at
    from generate_series(
        greatest(w.first_day, (first at time zone w.timezone)::date - 1),
        least(w.last_day, (last at time zone w.timezone)::date),
        interval '1 day'
    ) as d (day)
    cross join lateral (
        select (d.day::date + w.starts) at time zone w.timezone as starts_at
    ) as t
    cross join lateral (
        select least(
            t.starts_at + make_interval(mins => w.minutes), w.ended_at,
            case when t.starts_at <= w.cut_at then w.cut_at end
        ) as ends_at
    ) as e
    where (w.weekdays is null or extract(isodow from d.day)::smallint = any(w.weekdays))
        and t.starts_at <= last
        and e.ends_at > first
        and t.starts_at < coalesce(w.ended_at, 'infinity')
$$;

/* The windows that are open at `at`. */
create function noc.maintenance_at(at timestamptz)
returns table (
    window_id uuid, company_cnpj text, group_id uuid, service text, title text,
    starts_at timestamptz, ends_at timestamptz
)
language sql
stable
rows 2
set search_path = ''
as $$
    select w.window_id, w.company_cnpj, w.group_id, w.service, w.title, t.starts_at, t.ends_at
    from noc.maintenance_windows as w
    cross join lateral noc.maintenance_times(w, at, at) as t
    where coalesce(w.ended_at > at, true) and coalesce(w.last_day >= at::date - 2, true)
$$;

/*
The end of the maintenance that covers this target at `at`, null when none does. What concerns
no company is covered by windows of everything alone.
*/
create function noc.maintenance_until(company_cnpj text, service text, at timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select max(m.ends_at)
    from noc.maintenance_at(at) as m
    left join public.companies as c on c.company_cnpj = maintenance_until.company_cnpj
    where (m.company_cnpj is null or m.company_cnpj = maintenance_until.company_cnpj)
        and (m.group_id is null or m.group_id = c.group_id)
        and (m.service is null or m.service = maintenance_until.service)
$$;

/*
Notes the companies whose windows opened or closed after `since`, up to `at`: by the clock alone,
so nobody has told their pages. Gives how many windows that were.
*/
create function noc.touch_maintenance(since timestamptz, at timestamptz)
returns integer
language sql
set search_path = ''
as $$
    with turned as materialized (
        select distinct w.window_id, w.company_cnpj, w.group_id
        from noc.maintenance_windows as w
        cross join lateral noc.maintenance_times(w, since, at) as t
        where t.starts_at > since or t.ends_at <= at
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'noc_silences', c.company_cnpj
        from turned as w
        left join public.companies as c
            on (w.company_cnpj is null or c.company_cnpj = w.company_cnpj)
            and (w.group_id is null or c.group_id = w.group_id)
    )

    select count(*)::integer from turned
$$;
