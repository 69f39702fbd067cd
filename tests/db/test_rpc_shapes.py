"""docs/rpc.md is a contract: real answers have the shapes that it shows."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, Database, World, call, ingest, ingest_key, make_world

DOCUMENT = Path(__file__).parents[2] / "docs/rpc.md"
READS = (
    "noc_me",
    "noc_badge",
    "noc_overview",
    "noc_series",
    "noc_heatmap",
    "noc_matrix",
    "noc_alert_history",
    "noc_list_contacts",
    "noc_list_notifications",
    "noc_list_actions",
    "noc_list_jobs",
    "noc_list_queue",
    "noc_list_messages",
    "noc_list_sessions",
    "noc_list_job_handlers",
    "noc_data_source",
)
ENVELOPE = {"server_time", "tick_at", "versions", "data"}


def documented(name: str) -> dict[str, Any]:
    """The JSON example under the function's heading."""
    found = re.search(rf"^## {name}\(.*?```json\n(.*?)```", DOCUMENT.read_text(), re.M | re.S)
    assert found, f"{name} has no example in docs/rpc.md"
    example: dict[str, Any] = json.loads(found.group(1))
    return example


def misfits(example: Any, answer: Any, path: str = "$") -> list[str]:
    """Where the answer has other keys or kinds of values than the example; null fits anything."""
    if example is None or answer is None:
        return []
    if isinstance(example, dict) and isinstance(answer, dict):
        wrong = [f"{path}: keys differ: {sorted(example.keys() ^ answer.keys())}"]
        nested = [
            fault
            for key in example.keys() & answer.keys()
            for fault in misfits(example[key], answer[key], f"{path}.{key}")
        ]
        return (wrong if example.keys() != answer.keys() else []) + nested
    if isinstance(example, list) and isinstance(answer, list):
        known = [item for item in example if item is not None]
        return [
            fault
            for i, item in enumerate(answer)
            if known
            for fault in misfits(known[0], item, f"{path}[{i}]")
        ]
    numbers = (int, float)
    alike = (
        isinstance(answer, numbers)
        if isinstance(example, numbers)
        else type(example) is type(answer)
    )
    return [] if alike else [f"{path}: {answer!r} where the document has {example!r}"]


@pytest.fixture(scope="module")
def lively() -> Iterator[tuple[psycopg.Connection[dict[str, Any]], World]]:
    """A world with traffic, a queue, jobs, a sample and an open alert, made once."""
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as connection:
        yield connection, make_lively(Database(connection))
        connection.rollback()


@pytest.fixture
def db(lively: tuple[psycopg.Connection[dict[str, Any]], World]) -> Iterator[Database]:
    """The database with that world in it; what a test writes is gone afterwards."""
    connection, _ = lively
    connection.execute("savepoint of_a_test")
    yield Database(connection)
    connection.execute("rollback to savepoint of_a_test")


@pytest.fixture
def world(lively: tuple[psycopg.Connection[dict[str, Any]], World]) -> World:
    """That world's people."""
    return lively[1]


def make_lively(db: Database) -> World:
    """Puts that world into the database."""
    world = make_world(db)
    now = db.one("select now()")
    key = ingest_key(db, A1, "omie", "api")
    events = [
        call(now - timedelta(seconds=i), 2500, 503 if i % 5 == 0 else 200) for i in range(200)
    ]
    ingest(db, key, events, now)
    job = {"job_id": "1", "job_type": "sync", "status": "failed", "started_at": now.isoformat()}
    ingest(db, key, [job], now, "jobs")
    message = {"external_id": "1", "status": "queued", "created_at": now.isoformat()}
    ingest(db, key, [message], now, "queue_whatsapp")
    for seconds in range(0, 300, 60):
        db.run("select noc.tick(%s)", now + timedelta(seconds=seconds - 240))
    db.run("update noc.rule_states set warning_since = %s, critical_since = %s",
           now - timedelta(minutes=9), now - timedelta(minutes=9))  # fmt: skip
    db.run("select noc.tick(%s)", now)
    return world


@pytest.mark.parametrize("who", ["admin", "franqueado_a"])
def test_the_list_of_rules_is_what_the_document_shows(db: Database, world: World, who: str) -> None:
    with db.acting_as(getattr(world, who)):
        answer = db.one("select public.noc_list_rules()")
    assert misfits(documented("noc_list_rules"), answer["data"]) == []
    with db.acting_as(world.admin):
        rule = {"code": "p95_latency", "company_cnpj": A1}
        saved = db.one("select public.noc_save_rule(%s)", Jsonb(rule))
    example = documented("noc_list_rules")["rules"][0]
    for of_the_list in ("in_force", "health"):
        example.pop(of_the_list)
    assert misfits(example, saved) == []
    with db.acting_as(getattr(world, who)):
        replay = db.one("select public.noc_backtest_rule(%s, %s)", Jsonb(rule), A1)["data"]
    assert replay["opened"] > 0
    assert misfits(documented("noc_backtest_rule"), replay) == []


@pytest.mark.parametrize("who", ["admin", "franqueado_a", "cliente_a1", "stranger"])
@pytest.mark.parametrize("name", READS)
def test_a_read_answers_what_the_document_shows(
    db: Database, world: World, name: str, who: str
) -> None:
    with db.acting_as(getattr(world, who)):
        answer = db.one(f"select public.{name}()")
    assert answer.keys() == ENVELOPE
    assert misfits(documented(name), answer["data"]) == []


def test_the_world_of_these_tests_has_something_to_show(db: Database, world: World) -> None:
    with db.acting_as(world.cliente_a1):
        data = db.one("select public.noc_overview()")["data"]
    assert data["alerts"], "no alert opened"
    assert data["kpis"]["latency"]["status"] == "DOWN"
    assert data["kpis"]["queue"]["pending"] == 1
    assert data["kpis"]["jobs"]["failed"] == 1
    assert data["database"] is None


def test_every_read_of_the_document_exists_and_no_other(db: Database) -> None:
    found = db.all(
        "select p.proname from pg_proc as p where p.pronamespace = 'public'::regnamespace"
        " and p.proname like 'noc\\_%%'"
    )
    text = DOCUMENT.read_text()
    missing = [row["proname"] for row in found if f"{row['proname']}(" not in text]
    assert missing == []


@pytest.mark.parametrize("range_name", ["15m", "1h", "6h", "24h", "7d"])
def test_a_series_has_one_point_per_bucket_of_its_range(
    db: Database, world: World, range_name: str
) -> None:
    with db.acting_as(world.admin):
        series = db.one("select public.noc_series(range => %s)", range_name)["data"]
    points = {"15m": 15, "1h": 60, "6h": 72, "24h": 288, "7d": 168}[range_name]
    assert len(series["points"]) == points
    assert [p["open"] for p in series["points"]].count(True) == 1
    assert series["points"][-1]["open"]


def test_an_unknown_range_is_refused_by_name(db: Database, world: World) -> None:
    error = db.refused(world.admin, "select public.noc_series(range => '2d')")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "range")


def test_a_stopped_engine_is_no_data_and_never_green(db: Database, world: World) -> None:
    db.run("update noc.engine_state set tick_at = now() - interval '91 seconds' where one")
    db.run("truncate public.noc_alerts, noc.rule_states cascade")
    with db.acting_as(world.admin):
        assert db.one("select public.noc_badge()")["data"]["status"] == "NO_DATA"


@pytest.mark.parametrize(
    ("change", "figure", "status"),
    [
        ("connections = 80, connections_limit = 100", "connections_ratio", "UP"),
        ("connections = 81, connections_limit = 100", "connections_ratio", "DEGRADED"),
        ("connections = 95, connections_limit = 100", "connections_ratio", "DEGRADED"),
        ("connections = 96, connections_limit = 100", "connections_ratio", "DOWN"),
        ("longest_transaction_s = 300", "longest_transaction_s", "UP"),
        ("longest_transaction_s = 301", "longest_transaction_s", "DEGRADED"),
        ("partitions_ahead = 2", "partitions_ahead", "UP"),
        ("partitions_ahead = 1", "partitions_ahead", "DOWN"),
        ("blocked_sessions = 0", "blocked_sessions", "UP"),
        ("blocked_sessions = 1", "blocked_sessions", "DEGRADED"),
        ("cache_hit_ratio = 0.90", "cache_hit_ratio", "UP"),
        ("cache_hit_ratio = 0.89", "cache_hit_ratio", "DEGRADED"),
        ("cache_hit_ratio = null", "cache_hit_ratio", "NO_DATA"),
        ("ingest_backlog = 1000", "ingest_backlog", "UP"),
        ("ingest_backlog = 1001", "ingest_backlog", "DEGRADED"),
    ],
)
def test_the_database_card_judges_each_figure_by_its_limit(
    db: Database, world: World, change: str, figure: str, status: str
) -> None:
    db.run(f"update noc.database_samples set {change}")
    with db.acting_as(world.admin):
        card = db.one("select public.noc_overview()")["data"]["database"]
    assert card["status"][figure] == status
