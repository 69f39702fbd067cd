-- Ground that every later migration stands on: the refusal to overwrite a host's
-- objects, the private schema, machine roles, shared enums, the error convention.

/*
In a shared project a name of ours may belong to the host. Nothing is dropped or
revoked then: the migration stops and names the object.
*/
do $$
declare
    v_taken text;
begin
    select format('table %I.%I', n.nspname, c.relname) into v_taken
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'public'
        and c.relname in (
            'api_usage', 'app_logs', 'service_health', 'queue_whatsapp', 'jobs', 'noc_alerts',
            'noc_actions', 'sessions', 'metrics_agg', 'company_groups', 'companies', 'noc_rules',
            'noc_silences', 'noc_audit', 'llm_models', 'llm_usage', 'erp_sync', 'api_catalog',
            'data_sources'
        )
    limit 1;

    if v_taken is null and exists (select 1 from pg_catalog.pg_namespace where nspname = 'noc') then
        v_taken := 'schema noc';
    end if;

    if v_taken is not null then
        raise exception 'the NOC cannot be installed here: % already exists and is not ours', v_taken
            using hint = 'give the NOC a Supabase project of its own, or rename that object first';
    end if;
end $$;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;

create schema noc;

-- No default privilege is altered: in a shared project those are the host's too. What of
-- ours may be read or executed is revoked and granted by name in policies/.

-- Roles belong to the cluster, not to the database: a second database finds them made.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['noc_worker', 'noc_ingest', 'noc_webhook'] loop
        if not exists (select 1 from pg_catalog.pg_roles where rolname = v_role) then
            execute format('create role %I nologin noinherit', v_role);
        end if;
        execute format('grant %I to authenticator', v_role);
        execute format('grant usage on schema public to %I', v_role);
    end loop;
end $$;

alter role noc_worker set statement_timeout = '15s';
alter role noc_ingest set statement_timeout = '5s';
alter role noc_webhook set statement_timeout = '5s';

-- Ordered so that max() is the worst.
create type public.health_status as enum ('UP', 'DEGRADED', 'DOWN');
create type public.alert_severity as enum ('info', 'warning', 'critical');

create type public.alert_state as enum (
    'open',   -- firing, nobody has taken it
    'ack',    -- open -> ack: somebody has
    'closed'  -- open | ack -> closed
);

create type public.queue_status as enum (
    'queued', -- waiting or being sent
    'sent',   -- queued -> sent
    'failed'  -- queued -> failed
);

-- What became of a message within its status.
create type public.queue_state as enum (
    'queued',       -- status queued: waits for its first try
    'retry',        -- waits for the next one
    'leased',       -- a sender has it, nothing is on its way
    'sending',      -- committed before the first byte leaves
    'sent',         -- status sent: the provider took it
    'delivered',
    'read',
    'failed',       -- status failed: whether it is tried again was not said
    'unknown',      -- perhaps sent; nobody sends it again by itself
    'dead',         -- refused for good, or its tries are used up
    'cancelled'     -- a person dropped it
);

create type public.job_status as enum (
    'running',
    'success', -- running -> success
    'failed'   -- running -> failed
);

/*
Raises our one kind of error. PTxyz becomes HTTP xyz in PostgREST; the hint is the
stable code that catalogues translate; the message is for developers.
*/
create function noc.fail(errcode text, hint text, message text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    raise exception using errcode = errcode, hint = hint, message = message;
end;
$$;
