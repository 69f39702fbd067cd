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
    select t.starts_at, least(t.ends_at, w.ended_at)
    from generate_series(
        greatest(w.first_day, (first at time zone w.timezone)::date - 1),
        least(w.last_day, (last at time zone w.timezone)::date),
        interval '1 day'
    ) as d (day)
    cross join lateral (
        select
            (d.day::date + w.starts) at time zone w.timezone as starts_at,
            (d.day::date + w.starts) at time zone w.timezone + make_interval(mins => w.minutes)
            as ends_at
    ) as t
    where (w.weekdays is null or extract(isodow from d.day)::smallint = any(w.weekdays))
        and t.starts_at <= last
        and least(t.ends_at, w.ended_at) > first
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
