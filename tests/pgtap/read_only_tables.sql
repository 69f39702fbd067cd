-- Every exposed table is behind row level security and one sentence, and nobody writes it.
begin;

create temporary table exposed on commit drop as
select
    c.oid,
    c.relname::name as table_name
from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p');

create temporary table api_roles (role_name) on commit drop as
values
('anon'::name),
('authenticated'),
('service_role'),
('noc_worker'),
('noc_ingest'),
('noc_webhook');

select plan((
    1 + (select count(*) * 2 from exposed)
    + (select count(*) from exposed cross join api_roles)
)::integer);

select cmp_ok((select count(*)::integer from exposed), '>=', 12, 'the tables are there');

select
    ok(
        (
            select c.relrowsecurity from pg_catalog.pg_class as c
            where c.oid = e.oid
        ),
        e.table_name || ' has row level security'
    )
from exposed as e;

select
    is(
        (
            select array_agg(p.cmd || ' ' || array_to_string(p.roles, ','))
            from pg_catalog.pg_policies as p
            where p.schemaname = 'public' and p.tablename = e.table_name
        ),
        array['SELECT authenticated'],
        e.table_name || ' has one policy, to read'
    )
from exposed as e;

select
    is(
        (
            select array_agg(v.verb)
            from
                unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
                    as v (verb)
            where has_table_privilege(r.role_name, e.oid, v.verb)
        ),
        null,
        r.role_name || ' does not write ' || e.table_name
    )
from exposed as e cross join api_roles as r;

select * from finish();
rollback;
