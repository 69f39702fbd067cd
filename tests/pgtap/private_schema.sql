-- What is private stays unnamed, and a reader sees the rows of its own scopes alone.
begin;
select plan(12);

select schema_privs_are('noc', r.name, array[]::text [], r.name || ' cannot name the schema noc')
from (
    values
    ('anon'::name), ('authenticated'), ('service_role'), ('noc_worker'), ('noc_ingest'),
    ('noc_webhook')
) as r (name);

insert into public.company_groups values
('a0000000-0000-4000-8000-0000000000aa', 'Grupo A');
insert into public.companies values
('ZZZZZZZZZZZZ62', 'A1', 'a0000000-0000-4000-8000-0000000000aa'),
('12ABC345000188', 'B1', null);
insert into auth.users (id, email, aud, role, created_at, updated_at) values
(
    'e0000000-0000-4000-8000-000000000001', 'pgtap@noc.test', 'authenticated', 'authenticated',
    now(), now()
);
insert into noc.memberships (user_id, role, group_id) values
(
    'e0000000-0000-4000-8000-000000000001', 'franqueado', 'a0000000-0000-4000-8000-0000000000aa'
);
select set_config(
    'request.jwt.claims', '{"sub": "e0000000-0000-4000-8000-000000000001"}', true
);

set local role authenticated;
select is(
    (select string_agg(c.company_cnpj, ',') from public.companies as c), 'ZZZZZZZZZZZZ62',
    'it sees the company of its group'
);
select throws_ok(
    'insert into public.companies values (''11111111111180'', ''C'')', '42501', null,
    'it cannot add one'
);
select throws_ok('select ip from public.sessions', '42501', null, 'it cannot read addresses');
select throws_ok('select 1 from noc.memberships', '42501', null, 'it cannot read memberships');
select throws_ok(
    'select public.noc_overview(''12ABC345000188'')',
    'PT404',
    null,
    'a foreign company is not found'
);
reset role;

update noc.memberships set revoked_at = now()
where user_id = 'e0000000-0000-4000-8000-000000000001';
set local role authenticated;
select is_empty(
    'select 1 from public.companies', 'revoked, it sees nothing from the next query on'
);
reset role;

select * from finish();
rollback;
