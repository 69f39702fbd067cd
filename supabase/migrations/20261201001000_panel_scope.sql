-- What every read of the page begins with: who asks, for which companies, for how long.

/*
What a read may use. `everything`: admin without a filter, who reads the rows of all
companies together; otherwise `companies` holds the keys to merge. [starts, ends) is
aligned to `resolution` at its start; the bucket that holds `at` is included.
*/
create type noc.read_scope as (
    everything boolean,
    companies text [],
    service text,
    range text,
    resolution text,
    starts timestamptz,
    ends timestamptz
);

/* Length of a named range, null for an unknown name. */
create function noc.range_length(range text)
returns interval
language sql
immutable
set search_path = ''
as $$
    select case range
        when '15m' then interval '15 minutes'
        when '1h' then interval '1 hour'
        when '6h' then interval '6 hours'
        when '24h' then interval '24 hours'
        when '7d' then interval '7 days'
    end
$$;

/* The bucket that draws a range with 15 to 288 points. */
create function noc.range_resolution(range text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when range in ('15m', '1h') then '1m'
        when range in ('6h', '24h') then '5m'
        else '1h'
    end
$$;

/* Scope of a filtered read for the caller. Raises PT404 scope_not_found, PT400 range | service. */
create function noc.read_scope_of(
    company_cnpj text, group_id uuid, service text, range text, at timestamptz,
    resolution text default null
)
returns noc.read_scope
language plpgsql
stable
set search_path = ''
as $$
declare
    v_range text := coalesce(range, '1h');
    v_scope noc.read_scope;
    v_step interval;
begin
    if noc.range_length(v_range) is null then
        perform noc.fail('PT400', 'range', 'range: must be one of 15m, 1h, 6h, 24h, 7d');
    end if;
    if service is not null and not exists (
        select 1 from noc.services as s where s.service_name = service
    ) then
        perform noc.fail('PT400', 'service', 'service: not a known service');
    end if;

    v_scope.companies := noc.resolve_scope(company_cnpj, group_id);
    v_scope.everything := '*' = any(v_scope.companies);
    v_scope.service := service;
    v_scope.range := v_range;
    v_scope.resolution := coalesce(resolution, noc.range_resolution(v_range));
    v_step := v_scope.resolution::interval;
    v_scope.ends := date_bin(v_step, at, '2000-01-01 00:00+00') + v_step;
    v_scope.starts := v_scope.ends
        - greatest(noc.range_length(v_range), v_step);
    return v_scope;
end;
$$;

/* The same scope for one service. */
create function noc.of_service(s noc.read_scope, service text)
returns noc.read_scope
language sql
immutable
set search_path = ''
as $$
    select (s.everything, s.companies, service, s.range, s.resolution, s.starts, s.ends)::noc.read_scope
$$;

/* The same scope over another span. */
create function noc.of_span(s noc.read_scope, starts timestamptz, ends timestamptz)
returns noc.read_scope
language sql
immutable
set search_path = ''
as $$
    select (s.everything, s.companies, s.service, s.range, s.resolution, starts, ends)::noc.read_scope
$$;

/* Who the caller is and what the page may offer. Lists are empty and topic null for strangers. */
create function noc.me()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    with mine as materialized (
        select
            noc.visible_scopes() as visible, noc.operable_scopes() as operable,
            noc.visible_groups() as groups, noc.is_admin() as admin
    ),

    roles as (
        select array_agg(m.role) as held from noc.memberships as m
        where m.user_id = (select auth.uid()) and m.revoked_at is null
    )

    select jsonb_build_object(
        'user_id', (select auth.uid()),
        'email', (select u.email from auth.users as u where u.id = (select auth.uid())),
        'role', case
            when mine.admin then 'admin'
            when 'franqueado' = any(roles.held) then 'franqueado'
            when 'cliente' = any(roles.held) then 'cliente'
        end,
        'topic', noc.widest_topic(),
        'can_operate', cardinality(mine.operable) > 0,
        'can_administer', mine.admin,
        'groups', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'group_id', g.group_id, 'name', g.name, 'company_count', (
                    select count(*) from public.companies as c
                    where c.group_id = g.group_id and c.company_cnpj = any(mine.visible)
                )
            ) order by g.name), '[]')
            from public.company_groups as g where g.group_id = any(mine.groups)
        ),
        'companies', (
            select coalesce(jsonb_agg(to_jsonb(c) order by c.name), '[]')
            from public.companies as c where c.company_cnpj = any(mine.visible)
        ),
        'services', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'service_name', s.service_name, 'kind', s.kind, 'shared', s.shared
            ) order by s.kind, s.service_name), '[]')
            from noc.services as s
            where cardinality(mine.visible) > 0 and (mine.admin or s.kind <> 'platform')
        )
    )
    from mine cross join roles
$$;

create function public.noc_me()
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.me()); end;
