"""What nobody may do: machine roles, row level security, grants."""

from datetime import datetime
from typing import Final

from dev.deploy_check.finding import Database, Finding, names, none_of
from dev.stack.paths import ROOT

MACHINES: Final = ["noc_worker", "noc_ingest", "noc_webhook"]
API_ROLES: Final = ["anon", "authenticated", "service_role", *MACHINES]
# One file per public table; these are about something else.
NOT_TABLES: Final = {"00_reset", "functions", "realtime_messages"}


def machine_roles(db: Database, _: datetime) -> Finding:
    """They exist, are plain, and only PostgREST may become one."""
    found = names(
        db,
        """
        select wanted.name || ' ' || case
            when r.oid is null then 'is missing'
            when r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolcanlogin
                then 'has more than a role needs'
            when m.roleid is not null then 'is a member of ' || m.roleid::regrole
            else 'is not granted to authenticator'
        end
        from unnest(%s::text[]) as wanted (name)
        left join pg_catalog.pg_roles as r on r.rolname = wanted.name
        left join pg_catalog.pg_auth_members as m on m.member = r.oid
        where r.oid is null
            or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolcanlogin
            or m.roleid is not null
            or not pg_has_role('authenticator', r.oid, 'member')
        """,
        MACHINES,
    )
    return none_of("machine roles", found, ", ".join(MACHINES), "wrong")


def machine_reads(db: Database, _: datetime) -> Finding:
    """They execute named functions and reach no table, in whatever schema they may enter."""
    found = names(
        db,
        """
        select r.rolname || ' → ' || c.oid::regclass
        from pg_catalog.pg_roles as r
        cross join pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where r.rolname = any(%s)
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname !~ '^(pg_|information_schema$)'
            and has_schema_privilege(r.oid, n.oid, 'usage')
            and (
                has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')
                or has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
            )
        order by 1
        """,
        MACHINES,
    )
    return none_of("machine reads", found, "no table is open to them", "open to machines")


def row_security(db: Database, _: datetime) -> Finding:
    """On for every table of ours, partitions too."""
    found = names(
        db,
        """
        select c.oid::regclass::text from pg_catalog.pg_class as c
        where c.relkind in ('r', 'p') and not c.relrowsecurity
            and (
                c.relnamespace = 'noc'::regnamespace
                or c.relnamespace = 'public'::regnamespace and c.relname = any(%s)
            )
        order by 1
        """,
        _tables(),
    )
    return none_of("row level security", found, "on for every table", "off for")


def writes(db: Database, _: datetime) -> Finding:
    """No API role writes a table: every write is an RPC that checks and audits."""
    found = names(
        db,
        """
        select r.rolname || ' → ' || c.oid::regclass
        from pg_catalog.pg_roles as r
        cross join pg_catalog.pg_class as c
        where r.rolname = any(%s) and c.relkind in ('r', 'p')
            and (
                c.relnamespace = 'noc'::regnamespace
                or c.relnamespace = 'public'::regnamespace and c.relname = any(%s)
            )
            and (
                has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')
                or has_any_column_privilege(r.oid, c.oid, 'insert, update')
            )
        order by 1
        """,
        API_ROLES,
        _tables(),
    )
    return none_of("writes", found, "no API role writes a table", "may write")


def strangers(db: Database, _: datetime) -> Finding:
    """Without a sign-in only noc_ping answers, and nobody enters the private schema."""
    found = names(
        db,
        """
        select 'anon → ' || p.oid::regprocedure
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'public'::regnamespace
            and p.proname like 'noc\\_%%' and p.proname <> 'noc_ping'
            and has_function_privilege('anon', p.oid, 'execute')
        union all
        select r.rolname || ' → schema noc' from pg_catalog.pg_roles as r
        where r.rolname = any(%s) and has_schema_privilege(r.oid, 'noc'::regnamespace, 'usage')
        """,
        API_ROLES,
    )
    return none_of("strangers", found, "may call noc_ping alone", "open")


def default_grants(db: Database, _: datetime) -> Finding:
    """What a later migration makes in public belongs to nobody until it is granted."""
    found = names(
        db,
        """
        select distinct format('%%s on %%s to %%s', lower(a.privilege_type), case d.defaclobjtype
            when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
            else d.defaclobjtype::text end, a.grantee::regrole)
        from pg_catalog.pg_default_acl as d
        cross join lateral aclexplode(d.defaclacl) as a
        where d.defaclrole = current_user::regrole
            and (d.defaclnamespace = 0 or d.defaclnamespace = 'public'::regnamespace)
            and a.grantee in (select r.oid from pg_catalog.pg_roles as r where r.rolname = any(%s))
        order by 1
        """,
        API_ROLES,
    )
    return none_of(
        "default grants",
        found,
        "none to API roles",
        "revoke them (alter default privileges in schema public revoke …)",
    )


def _tables() -> list[str]:
    return sorted({path.stem for path in (ROOT / "policies").glob("*.sql")} - NOT_TABLES)
