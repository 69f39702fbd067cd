/*
The hosted platform's roles, schemas and extensions, for a private development cluster.

Run once as supabase_admin, the superuser that initdb makes (`initdb -U supabase_admin`), in the
database `postgres`, before any migration. The passwords are well known: loopback only.

What hosted enforces and this cannot, because supautils and safeupdate are not in Debian:
  - hosted `postgres` cannot grant itself a reserved role; here CREATEROLE would let it.
  - hosted refuses UPDATE and DELETE without WHERE in any session of authenticator, functions too.
  - policies on realtime.messages are created through supautils. Here the stack runs, as
    supabase_admin, `grant supabase_realtime_admin to postgres` before `supabase db push`
    and `revoke supabase_realtime_admin from postgres` after it; there is no standing membership.
*/
\set ON_ERROR_STOP on
begin;

-- The developer's role: migrations run as it. Not a superuser, so a missing right shows here.
create role postgres login createdb createrole replication bypassrls password 'postgres';

-- The roles of the API. PostgREST logs in as authenticator and becomes one of the others.
create role anon nologin inherit;
create role authenticated nologin inherit;
create role service_role nologin inherit bypassrls;
create role authenticator login noinherit password 'authenticator';

-- The platform's own services.
create role supabase_auth_admin login noinherit password 'supabase_auth_admin';
create role supabase_realtime_admin nologin noinherit;
create role supabase_storage_admin login noinherit password 'supabase_storage_admin';
create role supabase_replication_admin nologin replication;
create role supabase_read_only_user nologin bypassrls;
create role dashboard_user nologin createdb createrole replication;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
grant anon, authenticated, service_role to supabase_realtime_admin;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
grant pg_read_all_data to supabase_read_only_user;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = 60000;

alter database postgres owner to postgres;
grant all on database postgres to postgres, dashboard_user;
grant create on database postgres to supabase_auth_admin;

create schema extensions;
create schema graphql_public;
create schema storage;
create schema vault;

-- No default privileges in public for the API roles: since October 2026 a new object there is
-- reachable only by an explicit grant. PUBLIC keeps PostgreSQL's EXECUTE on new functions.
grant usage on schema public to anon, authenticated, service_role;
grant all on schema public to postgres;
grant usage on schema extensions, graphql_public to anon, authenticated, service_role;
grant usage on schema extensions to supabase_auth_admin, supabase_realtime_admin;
grant all on schema extensions to postgres, dashboard_user;

create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;
create extension plpgsql_check with schema extensions;
create extension pgtap with schema extensions;
create extension pg_cron with schema pg_catalog;

grant all on all tables in schema extensions to postgres, dashboard_user;
grant all on all functions in schema extensions to postgres, dashboard_user;

-- postgres schedules through cron.schedule; the job table itself is read-only to it.
grant usage on schema cron to postgres with grant option;
grant all on all functions in schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
revoke all on table cron.job from postgres;
grant select on table cron.job to postgres with grant option;
revoke trigger on table cron.job_run_details from postgres;

-- Whether a change in this schema can matter to PostgREST: not temporary, not the platform's own.
create function extensions.pgrst_watches(schema_name text)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select coalesce(pgrst_watches.schema_name, '') not in (
        'pg_temp', 'auth', 'realtime', '_realtime', 'storage'
    )
$$;

-- Tells PostgREST to reload its schema cache after DDL; it does so within about a second.
create function extensions.pgrst_ddl_watch()
returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select from pg_catalog.pg_event_trigger_ddl_commands() as c
        where
            extensions.pgrst_watches(c.schema_name)
            and c.object_identity not like '%pg\_temp.%'
    ) then
        notify pgrst, 'reload schema';
    end if;
end;
$$;

create function extensions.pgrst_drop_watch()
returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select from pg_catalog.pg_event_trigger_dropped_objects() as o
        where
            not o.is_temporary
            and extensions.pgrst_watches(o.schema_name)
            and o.object_type in (
                'schema', 'table', 'foreign table', 'view', 'materialized view',
                'function', 'type', 'rule', 'trigger'
            )
    ) then
        notify pgrst, 'reload schema';
    end if;
end;
$$;

-- The tags are hosted's: a GRANT or a CREATE INDEX alone reloads nothing there either.
create event trigger pgrst_ddl_watch on ddl_command_end
when tag in (
    'CREATE SCHEMA', 'ALTER SCHEMA',
    'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
    'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE',
    'CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW',
    'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TYPE', 'ALTER TYPE',
    'CREATE RULE', 'CREATE TRIGGER', 'COMMENT'
)
execute function extensions.pgrst_ddl_watch();

create event trigger pgrst_drop_watch on sql_drop
execute function extensions.pgrst_drop_watch();

commit;
