-- What is not in policies/ does not exist: every policy on and grant to our own objects
-- is taken back here and given again below, in one transaction. The host's are not touched.
do $$
declare
    v_name text;
    v_policy record;
begin
    for v_name in
        select c.oid::regclass::text
        from pg_catalog.pg_class as c
        where c.relkind in ('r', 'p')
            and (
                c.relnamespace = 'noc'::regnamespace
                or c.relnamespace = 'public'::regnamespace and c.relname = any(array[
                    'api_usage', 'app_logs', 'service_health', 'queue_whatsapp', 'jobs',
                    'noc_alerts', 'noc_actions', 'sessions', 'metrics_agg', 'company_groups',
                    'companies', 'noc_rules', 'noc_silences', 'noc_audit', 'llm_models',
                    'llm_usage', 'erp_sync', 'api_catalog', 'data_sources'
                ])
            )
    loop
        execute format('alter table %s enable row level security', v_name);
        execute format(
            'revoke all on %s from public, anon, authenticated, service_role, '
            'noc_worker, noc_ingest, noc_webhook', v_name
        );
        for v_policy in
            select p.polname from pg_catalog.pg_policy as p where p.polrelid = v_name::regclass
        loop
            execute format('drop policy %I on %s', v_policy.polname, v_name);
        end loop;
    end loop;

    for v_name in
        select p.oid::regprocedure::text
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'noc'::regnamespace
            or p.pronamespace = 'public'::regnamespace and p.proname like 'noc\_%'
    loop
        execute format(
            'revoke all on routine %s from public, anon, authenticated, service_role, '
            'noc_worker, noc_ingest, noc_webhook', v_name
        );
    end loop;

    for v_policy in
        select p.polname from pg_catalog.pg_policy as p
        where p.polrelid = 'realtime.messages'::regclass and p.polname like 'noc: %'
    loop
        execute format('drop policy %I on realtime.messages', v_policy.polname);
    end loop;
end $$;

revoke all on schema noc from public, anon, authenticated, service_role;
revoke all on all sequences in schema noc
from public, anon, authenticated, service_role, noc_worker, noc_ingest, noc_webhook;
