-- Where the host dashboard reads a company's figures from: its own database, or for a while
-- demonstration data. The dashboard asks noc_data_source and shows the banner.

/*
One row per company that was ever switched; without one it is `supabase`. A switch to `mock`
ends by itself at `until`, whether anything runs or not.
*/
create table public.data_sources (
    company_cnpj text collate "C" primary key references public.companies (company_cnpj),
    source text not null check (source in ('supabase', 'mock')),
    version bigint not null default 1,      -- rises with each change: readers pin it per request
    since timestamptz not null,
    until timestamptz,
    action_id uuid,                         -- in noc_actions
    constraint data_sources_mock_ends check ((source = 'mock') = (until is not null))
);

/*
The company's source at `at`: {"company_cnpj", "source", "version", "since", "until", "banner":
whether every page of it must say that these are demonstration data, "exports_locked",
"writes_locked"}.
*/
create function noc.source_at(company_cnpj text, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'company_cnpj', source_at.company_cnpj,
        'source', case when m.mocked then 'mock' else 'supabase' end,
        -- Over but not tidied up yet: the version that noc.end_source will give.
        'version', coalesce(d.version, 0) + case when d.source = 'mock' and not m.mocked then 1 else 0 end,
        'since', case when d.source = 'mock' and not m.mocked then d.until else d.since end,
        'until', case when m.mocked then d.until end,
        'banner', m.mocked, 'exports_locked', m.mocked, 'writes_locked', m.mocked
    )
    from (values (1)) as one
    left join public.data_sources as d on d.company_cnpj = source_at.company_cnpj
    cross join lateral (
        select coalesce(d.source = 'mock' and d.until > source_at.at, false) as mocked
    ) as m
$$;

/* Switches these companies to demonstration data until `until`. */
create function noc.mock_source(
    companies text [], until timestamptz, action_id uuid, at timestamptz
)
returns void
language sql
set search_path = ''
as $$
    insert into public.data_sources as d (company_cnpj, source, since, until, action_id)
    select c.company, 'mock', at, mock_source.until, mock_source.action_id
    from unnest(companies) as c (company)
    order by c.company
    on conflict (company_cnpj) do update
    set
        source = 'mock', version = d.version + 1, until = excluded.until,
        since = case when d.source = 'mock' and d.until > at then d.since else at end,
        action_id = excluded.action_id
$$;

/*
Back to the company's own data. `action_id`: only what this action switched, null: whatever it
was. Gives how many were switched back.
*/
create function noc.end_source(companies text [], action_id uuid, at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with ended as (
        update public.data_sources as d
        set
            source = 'supabase', version = d.version + 1, since = least(d.until, at),
            until = null, action_id = null
        where d.company_cnpj = any(companies)
            and d.source = 'mock'
            and coalesce(d.action_id = end_source.action_id, end_source.action_id is null)
        returning 1
    )

    select count(*) from ended
$$;

/*
noc.source_at of one company, or of all that the caller sees (null), as a list by company.
Raises PT404 scope_not_found.
*/
create function noc.data_source(company_cnpj text, at timestamptz)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(jsonb_agg(
        noc.source_at(c.company_cnpj, at) || jsonb_build_object('company_name', c.name)
        order by c.name, c.company_cnpj
    ), '[]')
    from public.companies as c
    where c.company_cnpj = any((
        select noc.resolve_scope(data_source.company_cnpj, null)
    )::text [])
$$;
