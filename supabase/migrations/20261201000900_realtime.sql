-- Hints for pages: private topics, one event `changed` that names tables and their
-- versions, never data. A hint may be lost; noc_badge's versions are the truth.

create sequence noc.version_seq;

/* Version of each table per topic: the last number that a change there was given. */
create table noc.versions (
    topic text not null,
    table_name text not null,
    version bigint not null,
    primary key (topic, table_name)
);

alter table noc.versions enable row level security;

/* Users that may join noc:probe: the health worker's own sign-in. */
create table noc.probe_users (
    user_id uuid primary key references auth.users (id) on delete cascade
);

alter table noc.probe_users enable row level security;

/* Versions of a topic's tables, {} before any change. */
create function noc.versions_of(topic text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(v.table_name, v.version), '{}')
    from noc.versions as v
    where v.topic = versions_of.topic
$$;

/*
Bumps the version of each (topic, table) pair, given as parallel arrays, and sends one
`changed` per topic. Gives the number of topics. Definer and owned by postgres:
realtime.send swallows the refusal that any other role would meet.
*/
create function noc.publish(topics text [], table_names text [])
returns integer
language sql
security definer
set search_path = ''
as $$
    with bumped as (
        insert into noc.versions as v (topic, table_name, version)
        select c.topic, c.table_name, nextval('noc.version_seq')
        from (
            select distinct u.topic, u.table_name
            from unnest(topics, table_names) as u (topic, table_name)
            order by u.topic, u.table_name -- one lock order for every caller
        ) as c
        on conflict (topic, table_name) do update set version = excluded.version
        returning v.topic, v.table_name, v.version
    ),

    hints as (
        select
            b.topic,
            jsonb_build_object('v', 1, 'tables', jsonb_object_agg(b.table_name, b.version))
            as payload
        from bumped as b group by b.topic
    ),

    sent as materialized (
        select realtime.send(h.payload, 'changed', h.topic, true) from hints as h
    )

    select count(*)::integer from sent
$$;

/*
At once, in the caller's transaction: one table changed for one company, or for every company
of a group (both null: for no company, told to the global topic alone). `shared`: told to every
topic.
*/
create function noc.announce(
    table_name text, company_cnpj text, shared boolean default false, group_id uuid default null
)
returns void
language sql
set search_path = ''
as $$
    with topics as (
        select 'noc:global' as topic
        union
        select 'noc:company:' || c.company_cnpj from public.companies as c
        where shared or c.company_cnpj = announce.company_cnpj or c.group_id = announce.group_id
        union
        select 'noc:group:' || c.group_id from public.companies as c
        where c.group_id is not null and (
            shared or c.company_cnpj = announce.company_cnpj or c.group_id = announce.group_id
        )
    )

    select noc.publish(array_agg(t.topic), array_agg(announce.table_name)) from topics as t
$$;

/* Tells each topic once what noc.touched has gathered, and empties it. Gives the topics told. */
create function noc.announce_touched()
returns integer
language sql
set search_path = ''
as $$
    with touched as (delete from noc.touched returning table_name, company_cnpj),

    told as (
        select 'noc:global' as topic, t.table_name from touched as t
        union
        select 'noc:company:' || t.company_cnpj, t.table_name from touched as t
        where t.company_cnpj is not null
        union
        select 'noc:group:' || c.group_id, t.table_name
        from touched as t
        inner join public.companies as c on c.company_cnpj = t.company_cnpj
        where c.group_id is not null
    )

    select coalesce(noc.publish(array_agg(t.topic), array_agg(t.table_name)), 0) from told as t
$$;

/* Every topic that the caller may join; empty for strangers. */
create function noc.my_topics()
returns text []
language sql
stable
security definer
set search_path = ''
as $$
    with mine as materialized (select noc.visible_scopes() as scopes)

    select coalesce(array_agg(t.topic), '{}')
    from (
        select 'noc:global' as topic from mine where '*' = any(mine.scopes)
        union all
        select 'noc:company:' || s.scope from mine, unnest(mine.scopes) as s (scope)
        where s.scope <> '*'
        union all
        select 'noc:group:' || g.group_id from public.company_groups as g
        where noc.is_admin() or exists (
            select 1 from noc.memberships as m
            where m.user_id = (select auth.uid())
                and m.revoked_at is null
                and m.role = 'franqueado'
                and m.group_id = g.group_id
        )
        union all
        select 'noc:probe' from noc.probe_users as p where p.user_id = (select auth.uid())
    ) as t
$$;

/*
The one topic that a page joins: admin global, a franqueado's first group, else the first
company. Null without a membership.
*/
create function noc.widest_topic()
returns text
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(
        (select 'noc:global' where noc.is_admin()),
        (
            select 'noc:group:' || min(m.group_id::text)
            from noc.memberships as m
            where m.user_id = (select auth.uid())
                and m.revoked_at is null
                and m.role = 'franqueado'
                and m.group_id is not null
            having count(*) > 0
        ),
        (
            select 'noc:company:' || min(s.scope)
            from unnest(noc.visible_scopes()) as s (scope)
            where s.scope <> '*'
            having count(*) > 0
        )
    )
$$;

/* Sends the nonce back on noc:probe: Auth, join and replication checked in one round. */
create function noc.probe_echo(nonce text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not exists (
        select 1 from noc.probe_users as p where p.user_id = (select auth.uid())
    ) then
        perform noc.fail('PT404', 'scope_not_found', 'not found or not yours');
    end if;
    if nonce is null or length(nonce) > 100 then
        perform noc.fail('PT400', 'nonce', 'nonce: must have 1 to 100 characters');
    end if;
    perform realtime.send(jsonb_build_object('nonce', nonce), 'echo', 'noc:probe', true);
    return jsonb_build_object('sent', true);
end;
$$;

create function public.noc_probe_echo(nonce text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.probe_echo(nonce); end;
