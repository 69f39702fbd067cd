"""What a machine's token opens: its named functions, and nothing else of any schema."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.db.conftest import Database

MACHINES = ("noc_worker", "noc_ingest", "noc_webhook")
EXECUTE: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("grants.toml").read_text())[
    "execute"
]
# PostgreSQL's own catalogue is open to every role of every database; everything else is asked.
NOT_THE_CATALOGUE = "nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_t'"
RELATIONS = f"""
select n.nspname as schema, c.relname as name, c.relkind::text as kind
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where {NOT_THE_CATALOGUE} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
order by 1, 2
"""
# Callable by name: the function and its schema are both open to the role.
CALLABLE = f"""
select format('%%s.%%s(%%s)', n.nspname, p.proname, (
    select string_agg(format_type(u.type, null), ', ' order by u.place)
    from unnest(p.proargtypes::oid[]) with ordinality as u (type, place)
)) as signature, p.pronargs as arguments
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where {NOT_THE_CATALOGUE}
    and has_schema_privilege(%s, n.oid, 'usage') and has_function_privilege(%s, p.oid, 'execute')
order by 1
"""


def callable_by(db: Database, role: str) -> list[str]:
    """Every function of every schema that the role reaches, as the catalogue says."""
    db.run("set local search_path = ''")
    return [row["signature"] for row in db.all(CALLABLE, role, role)]


def readable_by(db: Database, role: str) -> list[str]:
    """Every relation that gives the role anything, found by asking each of them for a row.

    A row without columns: one column that is open is enough for it.
    """
    db.run(f"grant {role} to postgres")
    opened = []
    for one in db.all(RELATIONS):
        query = sql.SQL("select from {} limit 1").format(sql.Identifier(one["schema"], one["name"]))
        db.run("savepoint asking")
        db.run(f"set local role {role}")
        try:
            db.run(query.as_string(db.connection))
            opened.append(f"{one['schema']}.{one['name']}")
        except psycopg.errors.InsufficientPrivilege:
            pass
        db.run("rollback to savepoint asking")
    return opened


def answer_to(db: Database, role: str, query: str) -> str | None:
    """The SQLSTATE that the role meets, null when there is none."""
    try:
        with db.acting_as(None, role):
            db.run(query)
    except psycopg.Error as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize("role", MACHINES)
def test_a_machine_calls_exactly_the_functions_of_its_list(db: Database, role: str) -> None:
    wanted = sorted(name for name in EXECUTE[role] if name.startswith("public."))
    assert sorted(callable_by(db, role)) == wanted


@pytest.mark.parametrize("role", MACHINES)
def test_each_function_of_the_list_opens_when_the_machine_calls_it(db: Database, role: str) -> None:
    """Whatever it answers to nothing at all, it is not that the caller may not."""
    for row in db.all(CALLABLE, role, role):
        name = row["signature"].split("(")[0]
        query = f"select {name}({', '.join(['null'] * row['arguments'])})"
        assert answer_to(db, role, query) != "42501", f"{role} is refused {name}"


@pytest.mark.parametrize("role", MACHINES)
def test_a_machine_reads_no_table_view_or_sequence_of_any_schema(db: Database, role: str) -> None:
    assert len(db.all(RELATIONS)) > 100
    assert readable_by(db, role) == []


@pytest.mark.parametrize("role", MACHINES)
def test_a_machine_is_a_member_of_nothing_and_has_no_power_of_its_own(
    db: Database, role: str
) -> None:
    (powers,) = db.all(
        "select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " from pg_catalog.pg_roles where rolname = %s",
        role,
    )
    assert not any(powers.values())
    memberships: list[Any] = db.all(
        "select roleid::regrole::text from pg_catalog.pg_auth_members where member = %s::regrole",
        role,
    )
    assert memberships == []


def test_a_table_that_is_opened_to_a_machine_is_noticed(db: Database) -> None:
    db.run("grant select (company_cnpj) on public.companies to noc_worker")
    db.run("create view public.noc_leak as select 1 as one")
    db.run("grant select on public.noc_leak to noc_worker")
    assert readable_by(db, "noc_worker") == ["public.companies", "public.noc_leak"]


def test_a_function_that_is_everybodys_is_noticed(db: Database) -> None:
    before = callable_by(db, "noc_webhook")
    db.run("create function public.leak() returns text language sql as 'select 1::text'")
    db.run("grant execute on function public.leak() to public")
    assert [one for one in callable_by(db, "noc_webhook") if one not in before] == ["public.leak()"]
