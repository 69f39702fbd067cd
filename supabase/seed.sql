-- Demo data with published passwords: two groups, five companies (two with an
-- alphanumeric CNPJ), one user per role, the fake providers' checks. Refuses any
-- database that the local stack has not marked as a demo.
do $$
begin
    if coalesce(current_setting('noc.demo', true), '') <> 'on' then
        raise exception 'seed.sql holds published passwords and is for the local demo only'
            using hint = 'on a real project run `supabase db push` without --include-seed';
    end if;
end $$;

insert into public.company_groups (group_id, name) values
('a0000000-0000-4000-8000-000000000001', 'Grupo Ipê'),
('b0000000-0000-4000-8000-000000000001', 'Grupo Mandacaru')
on conflict do nothing;

insert into public.companies (company_cnpj, name, group_id) values
('11222333000181', 'Padaria Três Marias', 'a0000000-0000-4000-8000-000000000001'),
('12ABC34501DE35', 'Farmácia Ipê Amarelo', 'a0000000-0000-4000-8000-000000000001'),
('A1B2C3D4000193', 'Transportes Caiçara', 'a0000000-0000-4000-8000-000000000001'),
('00000000000191', 'Ótica Horizonte', 'b0000000-0000-4000-8000-000000000001'),
('AAAAAAAAAAAA45', 'Clínica Vila Serena', 'b0000000-0000-4000-8000-000000000001')
on conflict do nothing;

do $$
declare
    v_user record;
begin
    for v_user in
        select * from (values
            ('d0000000-0000-4000-8000-000000000001'::uuid, 'admin@noc.local', 'noc-demo-2026'),
            ('d0000000-0000-4000-8000-000000000002', 'franqueado@noc.local', 'noc-demo-2026'),
            ('d0000000-0000-4000-8000-000000000003', 'cliente@noc.local', 'noc-demo-2026'),
            ('d0000000-0000-4000-8000-000000000004', 'franqueado.b@noc.local', 'noc-demo-2026'),
            ('d0000000-0000-4000-8000-000000000005', 'cliente.b@noc.local', 'noc-demo-2026'),
            ('d0000000-0000-4000-8000-000000000006', 'probe@noc.local', 'noc-probe-2026')
        ) as u (id, email, password)
    loop
        insert into auth.users (
            instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
            confirmation_token, recovery_token, email_change_token_new, email_change,
            raw_app_meta_data, raw_user_meta_data, created_at, updated_at
        )
        values (
            '00000000-0000-0000-0000-000000000000', v_user.id, 'authenticated', 'authenticated',
            v_user.email, extensions.crypt(v_user.password, extensions.gen_salt('bf', 8)), now(),
            '', '', '', '',
            '{"provider": "email", "providers": ["email"]}', '{}', now(), now()
        )
        on conflict do nothing;

        insert into auth.identities (
            provider_id, user_id, identity_data, provider, created_at, updated_at
        )
        values (
            v_user.id::text, v_user.id, jsonb_build_object(
                'sub', v_user.id, 'email', v_user.email, 'email_verified', true
            ), 'email', now(), now()
        )
        on conflict do nothing;
    end loop;
end $$;

insert into noc.memberships (user_id, role, company_cnpj, group_id) values
('d0000000-0000-4000-8000-000000000001', 'admin', null, null),
(
    'd0000000-0000-4000-8000-000000000002', 'franqueado', null,
    'a0000000-0000-4000-8000-000000000001'
),
('d0000000-0000-4000-8000-000000000003', 'cliente', '11222333000181', null),
(
    'd0000000-0000-4000-8000-000000000004', 'franqueado', null,
    'b0000000-0000-4000-8000-000000000001'
),
('d0000000-0000-4000-8000-000000000005', 'cliente', '00000000000191', null)
on conflict do nothing;

insert into noc.probe_users (user_id) values ('d0000000-0000-4000-8000-000000000006')
on conflict do nothing;

-- Their messages arrive in the fakes: mail at /caixa, WhatsApp at /whatsapp.
insert into noc.contacts (
    contact_id, name, email, phone, role, company_cnpj, group_id, user_id, email_from,
    whatsapp_from, escalation_step, opted_in
)
values
(
    'c0000000-0000-4000-8000-000000000001', 'Alice Nogueira', 'admin@noc.local', '+5511988880001',
    'admin', null, null, 'd0000000-0000-4000-8000-000000000001', 'warning', 'critical', 0, false
),
(
    'c0000000-0000-4000-8000-000000000002', 'Francisco Ipê', 'franqueado@noc.local',
    '+5511988880002', 'franqueado', null, 'a0000000-0000-4000-8000-000000000001',
    'd0000000-0000-4000-8000-000000000002', 'warning', 'critical', 0, false
),
(
    'c0000000-0000-4000-8000-000000000003', 'Gerência Ipê', 'gerencia@noc.local',
    '+5511988880003', 'franqueado', null, 'a0000000-0000-4000-8000-000000000001', null,
    'critical', 'critical', 1, false
),
(
    'c0000000-0000-4000-8000-000000000004', 'Clara Três Marias', 'cliente@noc.local', null,
    'cliente', '11222333000181', null, 'd0000000-0000-4000-8000-000000000003', 'critical', null,
    0, true
),
(
    'c0000000-0000-4000-8000-000000000005', 'Bruno Mandacaru', 'franqueado.b@noc.local', null,
    'franqueado', null, 'b0000000-0000-4000-8000-000000000001',
    'd0000000-0000-4000-8000-000000000004', 'warning', null, 0, false
)
on conflict do nothing;

-- The providers' health pages are played by dev/fakes.
insert into noc.check_targets (service_name, probe, config, interval_s, timeout_s) values
('omie', 'http', '{"url": "http://127.0.0.1:54360/omie/health"}', 15, 5),
('f360', 'http', '{"url": "http://127.0.0.1:54360/f360/health"}', 15, 5),
('llm', 'http', '{"url": "http://127.0.0.1:54360/llm/health"}', 15, 5),
('whatsapp', 'http', '{"url": "http://127.0.0.1:54360/whatsapp/health"}', 15, 5)
on conflict do nothing;

/*
A fresh key for the traffic simulator, labelled as simulated, replacing the one of the
same label. Exists in the demo database only.
*/
create or replace function noc.create_demo_ingest_key(company_cnpj text, label text)
returns text
language sql
set search_path = ''
as $$
    update noc.ingest_keys as k set revoked_at = now()
    where k.company_cnpj = create_demo_ingest_key.company_cnpj
        and k.label = create_demo_ingest_key.label
        and k.revoked_at is null;
    select noc.issue_ingest_key(
        create_demo_ingest_key.company_cnpj, create_demo_ingest_key.label, 'api',
        '{api,omie,f360,whatsapp,llm,banks}', noc.ingest_kinds('company'),
        now() + interval '1 year', true
    ) ->> 'key'
$$;

revoke execute on function noc.create_demo_ingest_key(text, text) from public;
