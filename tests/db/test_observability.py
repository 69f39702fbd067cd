"""The NOC watches itself: heartbeats, the database's vital signs, and the shown status."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.db.breaker.calling import calls, tell
from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import S, alerts, evaluate, probed, queued, traffic

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def quiet(db: Database) -> None:
    """No probes, workers, samples or alerts but the test's own."""
    for table in ("noc.rule_states", "noc.alert_events", "public.noc_alerts"):
        db.run(f"delete from {table}")
    db.run("update noc.check_targets set enabled = false")
    db.run("delete from noc.expected_workers")
    db.run("delete from noc.database_samples")
    db.run("update public.noc_rules set enabled = false where metric = 'probe_status'")


def beat(db: Database, at: datetime, worker: str = "health", instance: str = "1") -> dict[str, Any]:
    answer: dict[str, Any] = db.one(
        "select noc.heartbeat(%s, %s, %s, '{}', %s)", worker, instance, at, at
    )
    return answer


def tick(db: Database, at: datetime, worker: str, instance: str, skew_s: float) -> None:
    """A heartbeat with a measured clock."""
    db.run("select noc.heartbeat(%s, %s, %s, '{}', %s, %s)", worker, instance, at, at, skew_s)


def sample(db: Database, at: datetime, **columns: Any) -> None:
    """A stored sample of a calm database with these columns changed."""
    row = {
        "sampled_at": at,
        "connections": 10,
        "connections_limit": 100,
        "longest_transaction_s": 0,
        "blocked_sessions": 0,
        "blocks_hit": 0,
        "blocks_read": 0,
        "deadlocks_total": 0,
        "size_bytes": 1000,
        "oldest_xid_age": 1,
        "partitions_ahead": 3,
        "ingest_backlog": 0,
        **columns,
    }
    db.run(
        f"insert into noc.database_samples ({', '.join(row)})"
        f" values ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def status(
    db: Database, at: datetime, scopes: list[str], service: str, company: str | None = None
) -> dict[str, Any] | None:
    rows = db.all(
        "select * from noc.service_status(%s, %s)"
        " where service_name = %s and company_cnpj is not distinct from %s",
        at,
        scopes,
        service,
        company,
    )
    assert len(rows) <= 1
    return rows[0] if rows else None


# Heartbeats


@pytest.mark.parametrize(("silent_s", "opened"), [(60, 0), (60.1, 1)])
def test_a_worker_is_silent_after_a_minute_and_not_before(
    db: Database, quiet: None, at: datetime, silent_s: float, opened: int
) -> None:
    beat(db, at)
    evaluate(db, at + silent_s * S)
    found = alerts(db, None, "worker_silent")
    assert [(a["severity"], a["target"]) for a in found] == [
        ("critical", "service:worker:health")
    ] * opened


def test_one_living_copy_of_a_worker_is_enough(db: Database, quiet: None, at: datetime) -> None:
    beat(db, at, instance="old")
    beat(db, at + 100 * S, instance="new")
    evaluate(db, at + 120 * S)
    assert alerts(db, None, "worker_silent") == []


def test_each_silent_worker_has_its_own_alert_until_it_speaks(
    db: Database, quiet: None, at: datetime
) -> None:
    beat(db, at, "health")
    beat(db, at, "notify")
    evaluate(db, at + 61 * S)
    assert len(alerts(db, None, "worker_silent")) == 2
    beat(db, at + 70 * S, "notify")
    evaluate(db, at + 71 * S)
    states = {a["target"]: a["state"] for a in alerts(db, None, "worker_silent")}
    assert states == {"service:worker:health": "open", "service:worker:notify": "closed"}


def test_a_worker_that_was_never_heard_of_is_silent_too(
    db: Database, quiet: None, at: datetime
) -> None:
    db.run("insert into noc.expected_workers values ('health', %s)", at)
    evaluate(db, at + 60 * S)
    assert alerts(db, None, "worker_silent") == []
    evaluate(db, at + 61 * S)
    assert len(alerts(db, None, "worker_silent")) == 1


def test_a_heartbeat_answers_with_the_clocks_and_every_workers_age(
    db: Database, quiet: None, at: datetime
) -> None:
    beat(db, at, "notify", "n1")
    answer = beat(db, at + 3 * S, "health", "h1")
    assert datetime.fromisoformat(answer["server_time"]) == at + 3 * S
    assert "tick_at" in answer
    assert answer["workers"] == [
        {"worker": "health", "instance": "h1", "age_s": 0},
        {"worker": "notify", "instance": "n1", "age_s": 3},
    ]


def test_the_skew_of_a_workers_clock_is_kept(db: Database, quiet: None, at: datetime) -> None:
    db.run("select noc.heartbeat('health', '1', %s, null, %s)", at - 5 * S, at)
    assert db.one("select skew_s from noc.worker_heartbeats") == 5
    db.run("select noc.heartbeat('health', '1', %s, null, %s, 0.25)", at - 5 * S, at)
    assert db.one("select skew_s from noc.worker_heartbeats") == 0.25
    assert db.one("select received_at from noc.worker_heartbeats") == at


@pytest.mark.parametrize(("skew_s", "opened"), [(2, 0), (-2, 0), (2.01, 1), (-2.01, 1)])
def test_a_clock_that_is_more_than_two_seconds_off_is_an_alert(
    db: Database, quiet: None, at: datetime, skew_s: float, opened: int
) -> None:
    for moment in (at, at + 30 * S):
        tick(db, moment, "health", "good", 0)
        tick(db, moment, "health", "wrong", skew_s)
        evaluate(db, moment)
    found = alerts(db, None, "worker_clock")
    assert [(a["severity"], a["target"]) for a in found] == [
        ("warning", "service:worker:health")
    ] * opened


def test_a_clock_that_was_set_right_or_went_away_is_no_alert_any_more(
    db: Database, quiet: None, at: datetime
) -> None:
    for moment in (at, at + 30 * S):
        tick(db, moment, "health", "wrong", 9)
        tick(db, moment, "health", "good", 0)
        evaluate(db, moment)
    assert alerts(db, None, "worker_clock")[0]["state"] == "open"
    tick(db, at + 95 * S, "health", "good", 0)
    evaluate(db, at + 95 * S)
    assert alerts(db, None, "worker_clock")[0]["state"] == "closed"


def test_a_silent_copy_among_others_is_seen_and_opens_nothing(
    db: Database, quiet: None, world: World, at: datetime
) -> None:
    now = db.one("select now()")
    beat(db, now - 61 * S, "notify", "dead")
    beat(db, now - 60 * S, "notify", "late")
    beat(db, now, "notify", "alive")
    beat(db, now - 70 * S, "notify", "left")
    db.run("select noc.heartbeat('notify', 'left', %s, '{\"stopped\": true}', %s)", now, now)
    with db.acting_as(world.admin):
        shown = db.one("select public.noc_overview()")["data"]["workers"]
    assert {one["instance"]: one["silent"] for one in shown} == {
        "dead": True,
        "late": False,
        "alive": False,
    }
    with db.acting_as(world.franqueado_a):
        assert db.one("select public.noc_overview()")["data"]["workers"] is None
    evaluate(db, now)
    assert alerts(db, None, "worker_silent") == []


def test_when_the_last_copy_has_left_the_worker_is_silent_all_the_same(
    db: Database, quiet: None, at: datetime
) -> None:
    db.run("select noc.heartbeat('notify', 'left', %s, '{\"stopped\": true}', %s)", at, at)
    evaluate(db, at + 61 * S)
    assert len(alerts(db, None, "worker_silent")) == 1


@pytest.mark.parametrize(
    ("open_s", "severity"), [(60, []), (61, ["warning"]), (600, ["warning"]), (601, ["critical"])]
)
def test_a_provider_that_stays_cut_off_is_an_alert(
    db: Database, quiet: None, at: datetime, open_s: int, severity: list[str]
) -> None:
    calls(db, at, 20, provider="meta")
    evaluate(db, at + open_s * S)
    found = alerts(db, None, "provider_cut_off")
    assert [(one["severity"], one["target"]) for one in found] == [
        (word, "service:provider:meta") for word in severity
    ]


def test_a_provider_that_is_back_ends_its_alert(db: Database, quiet: None, at: datetime) -> None:
    calls(db, at, 20, provider="meta")
    evaluate(db, at + 61 * S)
    tell(db, at + 61 * S, False, at + 62 * S, provider="meta")
    evaluate(db, at + 71 * S)
    assert [one["state"] for one in alerts(db, None, "provider_cut_off")] == ["closed"]


@pytest.mark.parametrize(
    ("worker", "instance", "sent", "body", "hint"),
    [
        ("Bad Name", "1", True, {}, "worker"),
        ("health", "", True, {}, "instance"),
        ("health", "1", False, {}, "at"),
        ("health", "1", True, [], "status"),
        ("health", "1", True, {"x": "y" * 4000}, "status"),
    ],
)
def test_a_heartbeat_that_is_none_is_refused_by_the_name_of_its_field(
    db: Database, at: datetime, worker: str, instance: str, sent: bool, body: object, hint: str
) -> None:
    error = db.refused(
        None,
        "select noc.heartbeat(%s, %s, %s, %s)",
        worker,
        instance,
        at if sent else None,
        Jsonb(body),
        role="postgres",
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", hint)


def test_only_workers_have_a_heart(db: Database, world: World) -> None:
    beat_now = "select public.noc_heartbeat('health', 'h1', now(), '{}')"
    db.run("grant noc_worker to current_user")
    with db.acting_as(None, "noc_worker"):
        assert db.one(beat_now)["workers"]
    assert db.refused(world.admin, beat_now).sqlstate == "42501"
    reading = "table noc.worker_heartbeats"
    assert db.refused(None, reading, role="noc_worker").sqlstate == "42501"


# The database


def test_a_sample_holds_what_the_server_says_of_itself(db: Database, at: datetime) -> None:
    db.run("select noc.sample_database(%s)", at)
    found = db.all("select * from noc.database_samples where sampled_at = %s", at)[0]
    assert found["connections"] >= 1
    assert found["connections_limit"] < db.one("select current_setting('max_connections')::int")
    assert found["size_bytes"] > 0
    assert found["partitions_ahead"] >= 2
    assert db.one("select noc.sample_database(%s)", at) == {}


def test_the_ticks_own_transaction_is_not_long_and_anothers_is(db: Database, at: datetime) -> None:
    db.run("select pg_sleep(0.3)")
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("select 1")
        db.run("select pg_sleep(0.1)")
        db.run("select noc.sample_database(%s)", at)
        held = db.one(
            "select longest_transaction_s from noc.database_samples where sampled_at = %s", at
        )
        own = db.one("select extract(epoch from clock_timestamp() - now())")
    assert held >= 0.1
    others = db.one(
        "select count(*) from pg_stat_activity where backend_type = 'client backend'"
        " and pid <> pg_backend_pid() and xact_start < now()"
    )
    assert held < own or others > 0


def test_the_state_counts_deadlocks_and_growth_of_the_last_day(
    db: Database, quiet: None, at: datetime
) -> None:
    sample(db, at - timedelta(hours=30), deadlocks_total=1, size_bytes=0)
    sample(db, at - timedelta(hours=12), deadlocks_total=3, size_bytes=1000)
    sample(db, at, deadlocks_total=5, size_bytes=1600)
    found = db.one("select noc.database_state(%s)", at)
    assert (found["deadlocks"], found["growth_bytes_per_day"]) == (2, 1200)


def test_growth_is_not_told_from_less_than_an_hour(db: Database, quiet: None, at: datetime) -> None:
    sample(db, at - timedelta(minutes=59))
    sample(db, at)
    assert db.one("select noc.database_state(%s)", at)["growth_bytes_per_day"] is None


def test_there_is_no_state_before_the_first_sample(db: Database, quiet: None, at: datetime) -> None:
    assert db.one("select noc.database_state(%s)", at) is None


@pytest.mark.parametrize(
    ("counts", "ratio"),
    [
        ((90, 10, 0, 0), 0.9),
        ((190, 20, 100, 10), 0.9),
        ((9, 1, 100, 50), 0.9),
        ((5, 5, 5, 5), None),
    ],
)
def test_the_hit_ratio_is_that_of_the_last_minute(
    db: Database, counts: tuple[int, ...], ratio: float | None
) -> None:
    assert db.one("select noc.hit_ratio(%s, %s, %s, %s)", *counts) == ratio


@pytest.mark.parametrize(
    ("columns", "code", "waits_s", "severity"),
    [
        ({"connections": 80}, "db_connections", 180, None),
        ({"connections": 81}, "db_connections", 180, "warning"),
        ({"connections": 95}, "db_connections", 180, "warning"),
        ({"connections": 96}, "db_connections", 120, "critical"),
        ({"longest_transaction_s": 300}, "db_transaction", 0, None),
        ({"longest_transaction_s": 300.1}, "db_transaction", 0, "warning"),
        ({"partitions_ahead": 2}, "db_partitions", 0, None),
        ({"partitions_ahead": 1}, "db_partitions", 0, "critical"),
    ],
)
def test_the_database_is_judged_only_beyond_its_limits(
    db: Database,
    quiet: None,
    at: datetime,
    columns: dict[str, Any],
    code: str,
    waits_s: int,
    severity: str | None,
) -> None:
    sample(db, at, **columns)
    evaluate(db, at)
    evaluate(db, at + waits_s * S)
    assert [a["severity"] for a in alerts(db, None, code)] == ([severity] if severity else [])


def test_an_old_sample_is_no_measurement(db: Database, quiet: None, at: datetime) -> None:
    sample(db, at - 181 * S, partitions_ahead=0)
    evaluate(db, at)
    assert alerts(db, None, "db_partitions") == []


def test_a_tick_judges_and_samples_and_no_family_fails(
    db: Database, quiet: None, at: datetime
) -> None:
    beat(db, at - 61 * S)
    db.run("update noc.engine_state set sampled_at = null")
    stages = db.one("select noc.tick(%s)", at)
    assert stages["evaluate_rules"]["errors"] == {}
    assert stages["evaluate_rules"]["opened"] == 1
    assert db.one("select sampled_at from noc.database_samples") == at


# The shown status


def test_the_shown_status_is_the_worse_of_probe_and_alert(
    db: Database, quiet: None, at: datetime
) -> None:
    probed(db, "omie", "UP", at, A1)
    traffic(db, at, 1500)
    evaluate(db, at)
    before = status(db, at, [A1], "omie", A1)
    assert before is not None
    assert (before["status"], before["reason"]) == ("UP", None)
    evaluate(db, at + 180 * S)
    probed(db, "omie", "UP", at + 180 * S, A1)
    after = status(db, at + 180 * S, [A1], "omie", A1)
    assert after is not None
    assert (after["status"], after["reason"], after["since"]) == ("DEGRADED", "latency", at)


def test_a_down_probe_outweighs_a_warning(db: Database, quiet: None, at: datetime) -> None:
    probed(db, "whatsapp", "DOWN", at + 180 * S, A1)
    queued(db, 101, at)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    found = status(db, at + 180 * S, [A1], "whatsapp", A1)
    assert found is not None
    assert (found["status"], found["reason"]) == ("DOWN", "probe")


@pytest.mark.parametrize(
    ("said", "age_s", "shown", "no_data"),
    [
        ("UP", 180, "UP", False),
        ("UP", 180.1, None, True),
        ("DEGRADED", 180.1, None, True),
        ("DOWN", 180.1, "DOWN", True),
    ],
)
def test_silence_is_never_green_and_a_known_red_stays(
    db: Database,
    quiet: None,
    at: datetime,
    said: str,
    age_s: float,
    shown: str | None,
    no_data: bool,
) -> None:
    probed(db, "omie", said, at, A1)
    found = status(db, at + age_s * S, [A1], "omie", A1)
    assert found is not None
    assert (found["status"], found["no_data"]) == (shown, no_data)


def test_a_service_without_a_probe_is_not_said_to_be_up(
    db: Database, quiet: None, at: datetime
) -> None:
    found = status(db, at, ["*"], "banks")
    assert found is not None
    assert (found["status"], found["probed"]) == (None, False)


def test_members_learn_only_status_and_since_of_shared_services(
    db: Database, quiet: None, at: datetime
) -> None:
    probed(db, "llm", "DOWN", at)
    seen = status(db, at, [A1], "llm")
    assert seen is not None
    assert (seen["status"], seen["since"]) == ("DOWN", at)
    assert (seen["reason"], seen["checked_at"]) == (None, None)
    full = status(db, at, ["*"], "llm")
    assert full is not None
    assert (full["reason"], full["checked_at"]) == ("probe", at)


def test_what_is_not_shared_and_what_is_anothers_is_not_shown(
    db: Database, quiet: None, at: datetime
) -> None:
    probed(db, "omie", "DOWN", at, A1)
    traffic(db, at, 2500, company=A2)
    evaluate(db, at)
    evaluate(db, at + 120 * S)
    assert status(db, at, [B1], "api") is None
    rows = db.all("select company_cnpj from noc.service_status(%s, %s)", at, [B1])
    assert {row["company_cnpj"] for row in rows} == {None}
