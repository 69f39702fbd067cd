"""The development platform is as strict as the hosted one: each right as a cannot and a can."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.contract.auth.support import required

API_ROLES = ["anon", "authenticated", "service_role"]
USER_ID = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def db() -> Iterator[psycopg.Connection]:
    """Connect as postgres, the role of migrations; nothing is kept."""
    with psycopg.connect(required("DATABASE_URL")) as connection:
        yield connection
        connection.rollback()


def _value(db: psycopg.Connection, query: str, *values: object) -> object:
    row = db.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def test_migrations_do_not_run_as_a_superuser_but_see_through_rls(db: psycopg.Connection) -> None:
    query = "select (rolsuper, rolbypassrls, rolcreaterole)::text from pg_roles where rolname = %s"
    assert _value(db, query, "postgres") == "(f,t,t)"
    assert _value(db, "select current_user") == "postgres"


@pytest.mark.parametrize("role", API_ROLES)
def test_a_new_table_is_reached_only_after_a_grant(db: psycopg.Connection, role: str) -> None:
    db.execute(b"create table public.platform_probe (id integer)")
    query = "select has_table_privilege(%s, 'public.platform_probe', 'select')"
    assert _value(db, query, role) is False
    db.execute(f"grant select on public.platform_probe to {role}".encode())
    assert _value(db, query, role) is True


@pytest.mark.parametrize("role", API_ROLES)
def test_a_new_function_is_everybodys_until_it_is_revoked(
    db: psycopg.Connection, role: str
) -> None:
    db.execute(
        b"create function public.platform_probe() returns integer language sql as 'select 1'"
    )
    query = "select has_function_privilege(%s, 'public.platform_probe()', 'execute')"
    assert _value(db, query, role) is True
    db.execute(b"revoke execute on function public.platform_probe() from public")
    assert _value(db, query, role) is False


def test_a_role_made_by_a_migration_may_be_given_to_the_api(db: psycopg.Connection) -> None:
    db.execute(b"create role platform_probe nologin")
    query = "select pg_has_role('authenticator', 'platform_probe', 'member')"
    assert _value(db, query) is False
    db.execute(b"grant platform_probe to authenticator")
    assert _value(db, query) is True


def test_migrations_are_no_member_of_the_realtime_role(db: psycopg.Connection) -> None:
    query = "select pg_has_role('postgres', %s, 'member')"
    assert _value(db, query, "supabase_realtime_admin") is False
    assert _value(db, query, "authenticated") is True


@pytest.mark.parametrize("schema", ["auth", "cron", "pg_catalog"])
def test_migrations_create_nothing_in_the_platforms_schemas(
    db: psycopg.Connection, schema: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        db.execute(f"create table {schema}.platform_probe (id integer)".encode())


def test_migrations_may_watch_auth_users_but_not_alter_them(db: psycopg.Connection) -> None:
    db.execute(
        b"create trigger platform_probe before update on auth.users"
        b" for each row execute function suppress_redundant_updates_trigger()"
    )
    with pytest.raises(errors.InsufficientPrivilege):
        db.execute(b"alter table auth.users add column platform_probe integer")


def test_jobs_are_scheduled_by_function_and_never_by_insert(db: psycopg.Connection) -> None:
    db.execute(b"select cron.schedule('platform_probe', '0 0 1 1 *', 'select 1')")
    query = "select username from cron.job where jobname = 'platform_probe'"
    assert _value(db, query) == "postgres"
    with pytest.raises(errors.InsufficientPrivilege):
        db.execute(b"insert into cron.job (schedule, command) values ('0 0 1 1 *', 'select 1')")


@pytest.mark.parametrize(
    "extension", ["pg_cron", "pgcrypto", "pg_stat_statements", "plpgsql_check", "pgtap"]
)
def test_a_migration_may_name_an_extension_that_is_there(
    db: psycopg.Connection, extension: str
) -> None:
    db.execute(f"create extension if not exists {extension}".encode())
    query = "select extnamespace::regnamespace::text from pg_extension where extname = %s"
    home = "pg_catalog" if extension == "pg_cron" else "extensions"
    assert _value(db, query, extension) == home


@pytest.mark.parametrize(("role", "limit"), [("anon", "3s"), ("authenticated", "8s")])
def test_the_api_roles_have_hosteds_statement_timeouts(
    db: psycopg.Connection, role: str, limit: str
) -> None:
    query = "select %s = any (rolconfig) from pg_roles where rolname = %s"
    assert _value(db, query, f"statement_timeout={limit}", role) is True


def test_the_caller_is_read_from_either_form_of_the_claims(db: psycopg.Connection) -> None:
    query = "select auth.uid()::text"
    assert _value(db, query) is None
    claims = json.dumps({"sub": USER_ID, "role": "authenticated", "email": "a@noc.local"})
    db.execute(b"select set_config('request.jwt.claims', %s, true)", (claims,))
    assert _value(db, query) == USER_ID
    assert _value(db, "select auth.role()") == "authenticated"
    assert _value(db, "select auth.email()") == "a@noc.local"
    assert _value(db, "select auth.jwt()") == json.loads(claims)
    other = USER_ID[:-1] + "2"
    db.execute(b"select set_config('request.jwt.claim.sub', %s, true)", (other,))
    assert _value(db, query) == other


def test_the_api_roles_may_ask_who_calls_but_never_read_accounts(db: psycopg.Connection) -> None:
    db.execute(b"set local role authenticated")
    assert _value(db, "select auth.uid()") is None
    with pytest.raises(errors.InsufficientPrivilege):
        db.execute(b"select from auth.users")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("create table public.platform_probe (id integer)", True),
        ("comment on schema public is 'probe'", True),
        ("create temporary table platform_probe (id integer)", False),
    ],
)
def test_postgrest_is_told_of_a_change_to_the_schema(change: str, told: bool) -> None:
    url = required("DATABASE_URL")
    with psycopg.connect(url, autocommit=True) as listener, psycopg.connect(url) as db:
        listener.execute(b"listen pgrst")
        comment = _value(db, "select obj_description('public'::regnamespace)")
        db.execute(change.encode())
        if change.startswith("create table"):
            db.execute(b"drop table public.platform_probe")
        if change.startswith("comment"):
            db.execute(psycopg.sql.SQL("comment on schema public is {}").format(comment))
        db.commit()
        notes = listener.notifies(timeout=0.5)
        heard = {note.payload for note in notes if note.pid == db.info.backend_pid}
    assert heard == ({"reload schema"} if told else set())
