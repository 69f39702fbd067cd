"""Rules that every object of ours keeps, asked of the catalogue and of the sources."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.conftest import Database
from tests.db.policy_folder import policies
from tests.db.sql_text import unbounded_writes

ROOT = Path(__file__).resolve().parents[2]
DEFINERS: dict[str, str] = tomllib.loads(Path(__file__).with_name("definers.toml").read_text())
OURS = "('public'::regnamespace, 'noc'::regnamespace)"

# Functions of ours with their whole text: a `begin atomic` body is in no column as written.
FUNCTIONS = """
select p.oid, format('%%s.%%s', p.pronamespace::regnamespace, p.proname) as name,
    p.prosecdef as definer, p.proconfig as config, p.provolatile = 'i' as immutable,
    p.prokind = 'f' as plain, l.lanname as language,
    coalesce(p.proargnames, '{}') as arguments, pg_get_userbyid(p.proowner) as owner,
    case when p.prokind = 'f' then pg_get_functiondef(p.oid) else '' end as text
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_language as l on l.oid = p.prolang
where p.pronamespace = 'noc'::regnamespace
    or (p.pronamespace = 'public'::regnamespace and p.proname like 'noc\\_%%')
"""
API_ROLES = ("anon", "authenticated", "service_role", "noc_worker", "noc_ingest", "noc_webhook")
# Arguments that name nobody's data, so that nothing has to be checked against the caller.
HARMLESS = {"at", "data", "nonce", "include_ended"}
CHECKS = re.compile(
    r"\bnoc\.(require_\w+|refuse|refuse_action|resolve_scope|read_scope_of|silence_target|operable_target|operable_scopes)\("
)


def functions(db: Database) -> list[dict[str, Any]]:
    found = db.all(FUNCTIONS)
    assert len(found) > 50
    return found


def inlined() -> set[str]:
    """The advisors' allow-list: functions that have no search_path so that they can be inlined."""
    lines = (ROOT / "tests/advisor_allowlist.txt").read_text().splitlines()
    return {
        line.split("|", 1)[1].split("#", 1)[0].strip()
        for line in lines
        if line.startswith("function_search_path_mutable|")
    }


def test_buckets_are_counted_from_one_instant_in_every_time_zone(db: Database) -> None:
    """An origin without a zone would move with the session that first plans the query."""
    for one in functions(db):
        origins = re.findall(r"'2000-01-01[^']*'", one["text"])
        assert set(origins) <= {"'2000-01-01 00:00+00'"}, one["name"]


def test_every_function_has_an_empty_search_path(db: Database) -> None:
    for one in functions(db):
        if one["name"] in inlined():
            fit = not one["definer"] and one["immutable"] and one["language"] in ("sql", "internal")
            assert fit, f"{one['name']} may not be inlined"
        else:
            assert 'search_path=""' in (one["config"] or []), one["name"]


def test_every_table_has_row_level_security_partitions_too(db: Database) -> None:
    open_tables = db.all(
        f"select oid::regclass::text as name from pg_catalog.pg_class"
        f" where relnamespace in {OURS} and relkind in ('r', 'p') and not relrowsecurity"
    )
    assert open_tables == []


def test_a_public_table_has_one_permissive_select_policy_and_a_private_one_none(
    db: Database,
) -> None:
    found = db.all(
        "select schemaname, tablename, permissive, roles::text[] as roles, cmd, qual, with_check"
        " from pg_catalog.pg_policies where schemaname in ('public', 'noc')"
    )
    tables = db.all(
        "select relname from pg_catalog.pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p')"
    )
    assert sorted(one["tablename"] for one in found) == sorted(one["relname"] for one in tables)
    for one in found:
        shape = (one["schemaname"], one["permissive"], one["roles"], one["cmd"], one["with_check"])
        assert shape == ("public", "PERMISSIVE", ["authenticated"], "SELECT", None), one


def test_a_policy_asks_for_the_callers_scopes_once_per_query(db: Database) -> None:
    """Wrapped in a select it is an initplan; bare it would run for every row."""
    for one in db.all("select * from pg_catalog.pg_policies where schemaname = 'public'"):
        assert re.search(r"= ANY \(\(+ SELECT noc\.\w+\(\)", one["qual"]), one["tablename"]
        assert " OR " not in one["qual"], one["tablename"]


def test_realtime_lets_members_listen_and_nobody_send(db: Database) -> None:
    found = db.all(
        "select cmd, roles::text[] as roles from pg_catalog.pg_policies"
        " where schemaname = 'realtime' and tablename = 'messages'"
    )
    assert found == [{"cmd": "SELECT", "roles": ["authenticated"]}]


def test_no_view_reads_past_its_reader(db: Database) -> None:
    views = db.all(
        f"select relname, relkind::text as kind, reloptions from pg_catalog.pg_class"
        f" where relnamespace in {OURS} and relkind in ('v', 'm')"
        " and not exists (select 1 from pg_catalog.pg_depend as d where d.objid = pg_class.oid"
        " and d.classid = 'pg_class'::regclass and d.deptype = 'e')"
    )
    for one in views:
        assert one["kind"] == "v", f"{one['relname']}: a materialized view has no RLS"
        assert "security_invoker=true" in (one["reloptions"] or []), one["relname"]


def test_every_foreign_key_has_an_index(db: Database) -> None:
    bare = db.all(
        f"""
        select c.conrelid::regclass || '.' || c.conname as name
        from pg_catalog.pg_constraint as c
        where c.contype = 'f' and c.connamespace in {OURS} and not exists (
            select 1 from pg_catalog.pg_index as i
            where i.indrelid = c.conrelid and i.indkey[0] = any(c.conkey)
        )
        """
    )
    assert bare == []


def test_definer_functions_are_those_of_the_list(db: Database) -> None:
    found = {one["name"] for one in functions(db) if one["definer"]}
    assert found == set(DEFINERS)


def test_a_public_function_is_never_definer_and_everything_is_postgres_own(db: Database) -> None:
    for one in functions(db):
        assert not (one["definer"] and one["name"].startswith("public.")), one["name"]
        assert one["owner"] == "postgres", one["name"]


def test_a_definer_function_that_is_told_whose_data_checks_the_caller(db: Database) -> None:
    checked = 0
    for one in functions(db):
        reachable = db.one(
            "select has_function_privilege('authenticated', %s::oid, 'execute')", one["oid"]
        )
        if one["definer"] and reachable and not set(one["arguments"]) <= HARMLESS:
            assert CHECKS.search(one["text"]), f"{one['name']}({', '.join(one['arguments'])})"
            checked += 1
    assert checked >= 10


def test_what_an_api_role_reaches_never_writes_a_whole_table(db: Database) -> None:
    """Hosted sessions of authenticator refuse UPDATE and DELETE without WHERE, in functions too."""
    texts = {one["name"]: one["text"] for one in functions(db)}
    reached = {
        one["name"]
        for one in functions(db)
        for role in API_ROLES
        if db.one("select has_function_privilege(%s, %s::oid, 'execute')", role, one["oid"])
    }
    waiting = list(reached)
    while waiting:
        for name in set(re.findall(r"\bnoc\.\w+", texts[waiting.pop()])) & set(texts) - reached:
            reached.add(name)
            waiting.append(name)
    assert len(reached) > 40
    for name in sorted(reached):
        assert list(unbounded_writes(texts[name])) == [], name


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("update noc.x set a = 1 where b = 2;", 0),
        ("update noc.x set a = (select 1 where true);", 1),
        ("with d as (delete from noc.x returning *) select 1 from d where true;", 1),
        ("with d as (delete from noc.x where a returning *) select 1;", 0),
        ("insert into noc.x select 1 on conflict do update set a = 1;", 0),
        ("select 1 from noc.x for update skip locked;", 0),
    ],
)
def test_an_unbounded_write_is_recognised(text: str, count: int) -> None:
    assert len(list(unbounded_writes(text))) == count


STATE = """
select 'policy', schemaname || '.' || tablename || '/' || policyname,
    concat_ws('|', permissive, roles, cmd, qual, with_check)
from pg_catalog.pg_policies
union all
select 'table', c.oid::regclass::text, array_to_string(
    array(select unnest(c.relacl)::text order by 1), ' ') || c.relrowsecurity
from pg_catalog.pg_class as c where c.relnamespace in ('public'::regnamespace, 'noc'::regnamespace)
union all
select 'column', a.attrelid::regclass || '.' || a.attname, array_to_string(
    array(select unnest(a.attacl)::text order by 1), ' ')
from pg_catalog.pg_attribute as a inner join pg_catalog.pg_class as c on c.oid = a.attrelid
where c.relnamespace in ('public'::regnamespace, 'noc'::regnamespace) and a.attacl is not null
union all
select 'function', p.oid::regprocedure::text, array_to_string(
    array(select unnest(p.proacl)::text order by 1), ' ')
from pg_catalog.pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'noc'::regnamespace)
union all
select 'schema', n.nspname, array_to_string(array(select unnest(n.nspacl)::text order by 1), ' ')
from pg_catalog.pg_namespace as n where n.nspname in ('public', 'noc')
"""


def test_applying_the_policies_again_changes_nothing() -> None:
    """What the folder says is what the database has: nobody granted anything beside it."""
    with psycopg.connect(os.environ["NOC_TEST_DB_URL"], row_factory=dict_row) as connection:

        def state() -> list[str]:
            return sorted(map(str, connection.execute(STATE).fetchall()))

        before = state()
        connection.execute(policies())
        after = state()
        connection.rollback()
    assert set(before) ^ set(after) == set()
    assert before == after


@pytest.mark.parametrize("folder", ["workers", "supabase/functions", "web"])
def test_no_running_part_knows_a_key_that_passes_rls(folder: str) -> None:
    secret = re.compile(r"service_role|sb_secret|SERVICE_ROLE|SUPABASE_SECRET_KEY")
    made = {"node_modules", ".next", "out", "__pycache__", "coverage"}
    sources = [
        path
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and not made & set(path.relative_to(ROOT).parts)
        and path.suffix
        in {".py", ".ts", ".tsx", ".js", ".mjs", ".json", ".toml", ".env", ".sh", ""}
    ]
    assert sources
    told = [
        str(path.relative_to(ROOT))
        for path in sources
        if secret.search(path.read_text(errors="ignore"))
    ]
    assert told == []
