-- Who uses the dashboards, as numbers: no person is named.

/*
Sessions that were there at some time from `starts` on: each from its beginning until five minutes
after it was last seen, or until its person signed out everywhere. `everything`: those of no
company too.
*/
create function noc.session_spans(
    companies text [], everything boolean, starts timestamptz, at timestamptz
)
returns table (
    company_cnpj text, user_id uuid, from_at timestamptz, until_at timestamptz,
    last_seen_at timestamptz, active boolean
)
language sql
stable
rows 100
set search_path = ''
as $$
    with found as materialized (
        select s.* from unnest(companies) as c (company_cnpj)
        cross join lateral (
            select n.* from public.sessions as n
            where n.company_cnpj = c.company_cnpj
                and n.last_seen_at > starts - interval '5 minutes'
        ) as s
        union all
        select n.* from public.sessions as n
        where everything
            and n.company_cnpj is null
            and n.last_seen_at > starts - interval '5 minutes'
    )

    select
        f.company_cnpj, f.user_id, f.started_at, f.last_seen_at + interval '5 minutes',
        f.last_seen_at, f.last_seen_at > at - interval '5 minutes' and exists (
            select from auth.sessions as a where a.user_id = f.user_id
        )
    from found as f
    where f.started_at <= at
$$;

/*
Sessions of what the caller sees: how many are active, of how many people, per company (most active
first) also the most at the same time within `range` and when, and for all together the most in
each sixtieth of it. See docs/rpc.md. Raises PT404 scope_not_found, PT400 range.
*/
create function noc.list_sessions(
    company_cnpj text, group_id uuid, range text, at timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_companies constant text []
    := noc.resolve_scope(list_sessions.company_cnpj, list_sessions.group_id);
    v_length constant interval := noc.range_length(coalesce(range, '1h'));
    v_starts constant timestamptz := at - v_length;
begin
    if v_length is null then
        perform noc.fail('PT400', 'range', 'range: must be one of 15m, 1h, 6h, 24h, 7d');
    end if;
    return (
        with spans as materialized (
            select s.* from noc.session_spans(
                v_companies, '*' = any(v_companies), v_starts, at
            ) as s
        ),

        -- What begins and ends, an end before a beginning of the same instant.
        steps as (
            select s.company_cnpj, greatest(s.from_at, v_starts) as at, 1 as step from spans as s
            union all
            select s.company_cnpj, s.until_at, -1 from spans as s where s.until_at <= at
        ),

        levels as (
            select
                s.company_cnpj, s.at, s.step,
                sum(s.step) over (
                    partition by s.company_cnpj order by s.at, s.step rows unbounded preceding
                ) as level
            from steps as s
        ),

        peaks as (
            select distinct on (l.company_cnpj) l.company_cnpj, l.level, l.at
            from levels as l
            where l.step = 1
            order by l.company_cnpj, l.level desc, l.at desc
        ),

        companies as (
            select
                s.company_cnpj, c.name, count(*) filter (where s.active) as active,
                count(distinct s.user_id) filter (where s.active) as people,
                max(s.last_seen_at) as last_seen_at
            from spans as s
            inner join public.companies as c on c.company_cnpj = s.company_cnpj
            group by s.company_cnpj, c.name
        ),

        -- Together: the level at each slice's beginning, and the highest within it.
        sums as (
            select s.at, sum(s.step) over w as level, row_number() over w as place
            from steps as s
            window w as (order by s.at, s.step rows unbounded preceding)
        ),

        slices as (
            select
                g.slice, v_starts + v_length * g.slice / 60 as starts,
                v_starts + v_length * (g.slice + 1) / 60 as ends
            from generate_series(0, 59) as g (slice)
        ),

        highest as (
            select
                least(59, floor(
                    extract(epoch from s.at - v_starts) * 60 / extract(epoch from v_length)
                ))::integer as slice,
                max(s.level) as level,
                (array_agg(s.level order by s.place desc))[1] as last_level
            from sums as s group by 1
        ),

        spark as (
            select g.slice, greatest(h.level, coalesce((
                select p.last_level from highest as p
                where p.slice < g.slice order by p.slice desc limit 1
            ), 0)) as level
            from slices as g left join highest as h on h.slice = g.slice
        )

        select jsonb_build_object(
            'active', (select count(*) from spans as s where s.active),
            'people', (select count(distinct s.user_id) from spans as s where s.active),
            'companies', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'company_cnpj', c.company_cnpj, 'company_name', c.name, 'active', c.active,
                    'people', c.people, 'concurrent_max', p.level, 'concurrent_max_at', p.at,
                    'last_seen_at', c.last_seen_at
                ) order by c.active desc, c.last_seen_at desc, c.name, c.company_cnpj), '[]')
                from companies as c inner join peaks as p on p.company_cnpj = c.company_cnpj
            ),
            'spark', (select jsonb_agg(s.level order by s.slice) from spark as s),
            'at', at
        )
    );
end;
$$;

create function public.noc_list_sessions(
    company_cnpj text default null, group_id uuid default null, range text default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_sessions(company_cnpj, group_id, range, now()));
end;
