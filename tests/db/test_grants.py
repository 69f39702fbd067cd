"""Who may do what: the database's access lists are exactly those of grants.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.db.conftest import Database
from tests.db.policy_folder import policies

MATRIX: dict[str, Any] = tomllib.loads(Path(__file__).with_name("grants.toml").read_text())
ROLES = ("anon", "authenticated", "service_role", "noc_worker", "noc_ingest", "noc_webhook")
WRITES = ("insert", "update", "delete", "truncate", "references", "trigger")

# Ours: what is in noc, and in public what no extension brought.
OURS = """
select c.oid, n.nspname as schema, c.relname as name, c.relkind::text as kind
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'noc') and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by 2, 3
"""
READABLE = """
select array_agg(a.attname::text order by a.attnum) as columns from pg_catalog.pg_attribute as a
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
    and has_column_privilege(%s, a.attrelid, a.attnum, 'select')
"""
# Every entry of every access list that is not the owner's own, PUBLIC included.
ENTRIES = """
select c.oid::regclass::text as object, g.grantee, g.privilege_type, g.is_grantable
from pg_catalog.pg_class as c
cross join lateral aclexplode(c.relacl) as g
where c.relnamespace in ('public'::regnamespace, 'noc'::regnamespace) and g.grantee <> c.relowner
union all
select a.attrelid::regclass || '.' || a.attname, g.grantee, g.privilege_type, g.is_grantable
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on c.oid = a.attrelid
cross join lateral aclexplode(a.attacl) as g
where c.relnamespace in ('public'::regnamespace, 'noc'::regnamespace) and g.grantee <> c.relowner
"""
FUNCTIONS = """
select p.oid, format('%%s.%%s(%%s)', n.nspname, p.proname, (
    select string_agg(format_type(u.type, null), ', ' order by u.place)
    from unnest(p.proargtypes::oid[]) with ordinality as u (type, place)
)) as signature
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = 'noc' or (n.nspname = 'public' and p.proname like 'noc\\_%%')
"""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_selects_exactly_the_columns_of_the_matrix(db: Database, role: str) -> None:
    granted = {
        f"{table['schema']}.{table['name']}": columns
        for table in db.all(OURS)
        if (columns := db.one(READABLE, table["oid"], role))
    }
    wanted = MATRIX["select"] if role == "authenticated" else {}
    assert granted == {f"public.{name}": columns for name, columns in wanted.items()}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_api_writes_any_table(db: Database, role: str) -> None:
    for table in db.all(OURS):
        for verb in WRITES:
            held = db.one("select has_table_privilege(%s, %s::oid, %s)", role, table["oid"], verb)
            assert not held, f"{role} may {verb} {table['name']}"
        for verb in ("insert", "update", "references"):
            held = db.one(
                "select has_any_column_privilege(%s, %s::oid, %s)", role, table["oid"], verb
            )
            assert not held, f"{role} may {verb} columns of {table['name']}"


def test_the_only_entries_of_table_access_lists_are_column_selects(db: Database) -> None:
    reader = db.one("select oid from pg_roles where rolname = 'authenticated'")
    found = {(e["object"], e["privilege_type"], e["is_grantable"]) for e in db.all(ENTRIES)}
    wanted = {
        (f"{table}.{column}", "SELECT", False)
        for table, columns in MATRIX["select"].items()
        for column in columns
    }
    assert found == wanted
    assert {entry["grantee"] for entry in db.all(ENTRIES)} == {reader}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_executes_exactly_the_functions_of_the_matrix(db: Database, role: str) -> None:
    db.run("set local search_path = ''")
    found = {
        one["signature"]
        for one in db.all(FUNCTIONS)
        if db.one("select has_function_privilege(%s, %s::oid, 'execute')", role, one["oid"])
    }
    assert found == set(MATRIX["execute"][role])


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_api_can_name_a_private_object(db: Database, role: str) -> None:
    assert not db.one("select has_schema_privilege(%s, 'noc', 'usage, create')", role)
    assert not db.one("select has_schema_privilege(%s, 'public', 'create')", role)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_api_uses_a_sequence(db: Database, role: str) -> None:
    sequences = db.all(
        "select oid, relname from pg_catalog.pg_class where relkind = 'S'"
        " and relnamespace in ('public'::regnamespace, 'noc'::regnamespace)"
    )
    assert sequences
    for one in sequences:
        assert not db.one(
            "select has_sequence_privilege(%s, %s::oid, 'usage, select, update')", role, one["oid"]
        ), one["relname"]


def test_what_is_created_next_is_nobodys(admin_db: psycopg.Connection[Any]) -> None:
    """A table at once; a function, which PostgreSQL gives to everybody, once policies/ ran."""
    for schema in ("public", "noc"):
        admin_db.execute("set local role postgres")
        for statement in (
            "create table {} (id bigint generated by default as identity)",
            "create function {}() returns text language sql as 'select 1::text'",
        ):
            name = sql.Identifier(schema, "noc_forgotten")
            admin_db.execute(sql.SQL(statement).format(name))
        admin_db.execute("reset role")
    admin_db.execute(policies())
    for schema in ("public", "noc"):
        for role in ROLES:
            held = admin_db.execute(
                "select has_table_privilege(%(role)s, %(table)s, 'select, insert, update, delete'),"
                " has_sequence_privilege(%(role)s, %(table)s || '_id_seq', 'usage, select'),"
                " has_function_privilege(%(role)s, %(table)s || '()', 'execute')",
                {"role": role, "table": f"{schema}.noc_forgotten"},
            ).fetchone()
            assert held == (False, False, False), f"{role} in {schema}"


def test_a_function_that_policies_does_not_name_is_noticed(db: Database) -> None:
    db.run("create function public.noc_forgotten() returns text language sql as 'select 1::text'")
    with pytest.raises(AssertionError, match="noc_forgotten"):
        test_a_role_executes_exactly_the_functions_of_the_matrix(db, "anon")


def test_a_column_outside_the_matrix_is_refused_and_one_inside_is_read(db: Database) -> None:
    """What the access lists say is what happens: each column of each table, asked for alone."""
    columns = db.all(
        "select c.relname as name, a.attname as column_name from pg_catalog.pg_attribute as a"
        " inner join pg_catalog.pg_class as c on c.oid = a.attrelid"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
        " and a.attnum > 0 and not a.attisdropped"
    )
    refused = 0
    for one in columns:
        query = sql.SQL("select {} from {} limit 1").format(
            sql.Identifier(one["column_name"]), sql.Identifier("public", one["name"])
        )
        text = query.as_string(db.connection)
        if one["column_name"] in MATRIX["select"].get(one["name"], []):
            with db.acting_as(None):
                db.run(text)
        else:
            assert isinstance(db.refused(None, text), psycopg.errors.InsufficientPrivilege)
            refused += 1
    assert refused >= 8  # user_id, ip, ua, message, error, details, batch_id


@pytest.mark.parametrize("table", MATRIX["select"])
@pytest.mark.parametrize("role", ROLES)
def test_deleting_is_refused_to_every_role(db: Database, table: str, role: str) -> None:
    error = db.refused(None, f"delete from public.{table} where true", role=role)
    assert isinstance(error, psycopg.errors.InsufficientPrivilege)
