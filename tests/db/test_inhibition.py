"""Inhibition: a known cause holds back the telling of its consequences, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import (
    MIN,
    S,
    alert_of,
    alerts,
    at_that_time,
    judge,
    probed,
    queued,
    recover,
    traffic,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("world")


def slow(db: Database, at: datetime, company: str = A1, service: str = "omie") -> dict[str, Any]:
    """An alert of latency that opens at `at`; gives its row."""
    traffic(db, at - 3 * MIN, 1500, company=company, service=service)
    judge(db, at - 3 * MIN)
    judge(db, at)
    (alert,) = alerts(db, company, "p95_latency")
    return alert


def down(db: Database, at: datetime, company: str | None = None, service: str = "omie") -> Any:
    """A probe of the service is down; gives the id of its alert."""
    probed(db, service, "DOWN", at, company)
    judge(db, at)
    return alerts(db, company, "%_down")[-1]["alert_id"]


def cause(db: Database, alert: dict[str, Any]) -> str | None:
    found: str | None = alert_of(db, alert["alert_id"])["muted_by"]
    return found


def test_a_slow_service_is_not_told_while_it_is_known_to_be_down(
    db: Database, at: datetime
) -> None:
    source = down(db, at)
    assert cause(db, slow(db, at + 3 * MIN)) == f"inhibition:{source}"


def test_it_stays_listed_and_says_by_what(db: Database, world: World, at: datetime) -> None:
    down(db, at)
    alert = slow(db, at + 3 * MIN)
    with db.acting_as(world.cliente_a1):
        shown = db.one("select public.noc_timeline(%s)", alert["alert_id"])["data"]["alert"]
    assert shown["state"] == "open"
    assert {key: shown["muted_by"][key] for key in ("kind", "code", "service")} == {
        "kind": "inhibition",
        "code": "service_down",
        "service": "omie",
    }


def test_a_cause_that_is_seen_later_than_its_consequence_inhibits_it_from_then(
    db: Database, at: datetime
) -> None:
    alert = slow(db, at)
    assert cause(db, alert) is None
    source = down(db, at + MIN)
    assert cause(db, alert) == f"inhibition:{source}"


def test_another_service_is_told(db: Database, at: datetime) -> None:
    down(db, at, service="f360")
    assert cause(db, slow(db, at + 3 * MIN)) is None


def test_one_companys_outage_does_not_hold_back_anothers_alert(db: Database, at: datetime) -> None:
    down(db, at, A2)
    assert cause(db, slow(db, at + 3 * MIN)) is None
    source = down(db, at + 4 * MIN, A1)
    assert cause(db, alerts(db, A1, "p95_latency")[0]) == f"inhibition:{source}"


def test_a_degraded_source_inhibits_nothing(db: Database, at: datetime) -> None:
    probed(db, "omie", "DEGRADED", at)
    judge(db, at)
    assert cause(db, slow(db, at + 3 * MIN)) is None


@pytest.mark.parametrize(("after", "held"), [(329 * S, True), (331 * S, False)])
def test_a_consequence_is_held_back_until_its_window_holds_nothing_of_the_outage(
    db: Database, at: datetime, after: Any, held: bool
) -> None:
    source = down(db, at)
    alert = slow(db, at + 3 * MIN)
    recover(db, at + 4 * MIN, company=None)
    judge(db, at + 4 * MIN)
    traffic(db, at + 4 * MIN + after, 1500)
    judge(db, at + 4 * MIN + after)
    assert (cause(db, alert) == f"inhibition:{source}") is held


def test_a_consequence_that_recovers_after_its_cause_is_never_told(
    db: Database, at: datetime
) -> None:
    source = down(db, at)
    found = [slow(db, at + 3 * MIN, company) for company in (A1, A2, B1)]
    (whole,) = [one for one in alerts(db, None, "p95_latency") if one["incident"]]
    recover(db, at + 4 * MIN, company=None)
    for minute in (8, 9, 10):
        for company in (A1, A2, B1):
            traffic(db, at + minute * MIN, 100, company=company)
        judge(db, at + minute * MIN)
    judge(db, at + 11 * MIN - S)
    assert {cause(db, one) for one in (whole, *found)} == {f"inhibition:{source}"}
    judge(db, at + 11 * MIN)
    assert {alert_of(db, one["alert_id"])["state"] for one in (whole, *found)} == {"closed"}


@pytest.mark.parametrize(("after", "held"), [(899 * S, True), (901 * S, False)])
def test_a_backlog_has_a_quarter_of_an_hour_to_drain(
    db: Database, at: datetime, after: Any, held: bool
) -> None:
    down(db, at, service="whatsapp")
    queued(db, 600, at)
    judge(db, at)
    judge(db, at + 2 * MIN)
    (alert,) = alerts(db, A1, "whatsapp_queue_pending")
    assert cause(db, alert) is not None
    recover(db, at + 3 * MIN, "whatsapp", None)
    judge(db, at + 3 * MIN + after)
    assert (cause(db, alert) is not None) is held


def test_a_consequence_that_recovers_under_its_cause_is_closed(db: Database, at: datetime) -> None:
    down(db, at)
    alert = slow(db, at + 3 * MIN)
    db.run("delete from public.metrics_agg")
    for minute in range(9, 14):
        traffic(db, at + minute * MIN, 100)
        judge(db, at + minute * MIN)
    assert alert_of(db, alert["alert_id"])["close_reason"] == "recovered"


def test_the_database_being_down_holds_back_all_that_hangs_on_it(
    db: Database, at: datetime
) -> None:
    source = down(db, at, service="supabase:postgres")
    down(db, at, service="supabase:rest")
    alert = next(a for a in alerts(db, None, "service_down") if a["service"] == "supabase:rest")
    assert cause(db, alert) == f"inhibition:{source}"
    assert alert_of(db, source)["muted_by"] is None


def test_two_that_could_each_be_the_cause_do_not_hold_back_each_other(
    db: Database, at: datetime
) -> None:
    everybodys = down(db, at, service="supabase:postgres")
    ones = down(db, at, A1, "supabase:postgres")
    judge(db, at + S)
    assert [alert_of(db, one)["muted_by"] for one in (everybodys, ones)] == [None, None]


def test_one_companys_outage_does_not_hold_back_what_concerns_no_company(
    db: Database, at: datetime
) -> None:
    traffic(db, at, 1500, company=None, service="supabase:rest")
    judge(db, at)
    down(db, at + MIN, A1, "supabase:rest")
    judge(db, at + 3 * MIN)
    (alert,) = alerts(db, None, "p95_latency")
    assert cause(db, alert) is None


def test_a_cause_that_is_itself_held_back_holds_back_all_the_same(
    db: Database, world: World, at: datetime
) -> None:
    source = down(db, at, A1)
    named = [{"field": "alert_id", "op": "=", "value": str(source)}]
    query = "select noc.silence(%s, %s, 'deploy', null, false, %s)"
    at_that_time(db, world.admin, query, Jsonb(named), at + 60 * MIN, at)
    assert str(alert_of(db, source)["muted_by"]).startswith("silence:")
    assert cause(db, slow(db, at + 3 * MIN)) == f"inhibition:{source}"


def test_what_nobody_looked_at_is_not_told_while_the_one_who_looks_is_silent(
    db: Database, at: datetime
) -> None:
    db.run("select noc.heartbeat('health', 'one', %s, '{}', %s)", at, at)
    probed(db, "omie", "UP", at, A1)
    judge(db, at + 10 * MIN)
    (alert,) = alerts(db, A1, "no_data")
    source = next(
        a for a in alerts(db, None, "worker_silent") if a["target"] == "service:worker:health"
    )
    assert str(cause(db, alert)).startswith("inhibition:")
    assert source["muted_by"] is None


@pytest.mark.parametrize(("silent", "held"), [("health", True), ("notify", False)])
def test_only_the_worker_that_probes_holds_back_the_silence_of_probes(
    db: Database, at: datetime, silent: str, held: bool
) -> None:
    for worker in ("health", "notify"):
        heard = at if worker == silent else at + 10 * MIN
        db.run("select noc.heartbeat(%s, 'one', %s, '{}', %s)", worker, heard, heard)
    probed(db, "omie", "UP", at, A1)
    judge(db, at + 10 * MIN)
    (alert,) = alerts(db, A1, "no_data")
    assert (cause(db, alert) is not None) is held


def test_workers_are_not_told_to_be_silent_while_the_way_they_report_by_is_down(
    db: Database, at: datetime
) -> None:
    """It is known when they are back: what they saw they settle then, and only then."""
    for worker in ("health", "notify"):
        db.run("select noc.heartbeat(%s, 'one', %s, '{}', %s)", worker, at, at)
    probed(db, "omie", "UP", at, A1)
    judge(db, at + 10 * MIN)
    silent = [*alerts(db, None, "worker_silent"), *alerts(db, A1, "no_data")]
    assert {alert["code"] for alert in silent} == {"worker_silent", "no_data"}
    source = down(db, at + 10 * MIN + S, service="supabase:rest")
    for alert in silent:
        assert cause(db, alert) is not None
    of_notify = next(a for a in silent if a["target"] == "service:worker:notify")
    assert cause(db, of_notify) == f"inhibition:{source}"


def test_an_inhibited_alert_still_colours_its_service(
    db: Database, world: World, at: datetime
) -> None:
    down(db, at)
    slow(db, at + 3 * MIN)
    recover(db, at + 4 * MIN, company=None)
    judge(db, at + 4 * MIN)
    db.run("update noc.engine_state set tick_at = %s", at + 4 * MIN)
    badge = at_that_time(db, world.cliente_a1, "select noc.badge(%s)", at + 4 * MIN)
    assert badge["status"] == "DEGRADED"


def test_a_cause_that_was_closed_by_hand_holds_nothing_back(
    db: Database, world: World, at: datetime
) -> None:
    source = down(db, at)
    alert = slow(db, at + 3 * MIN)
    at_that_time(
        db, world.admin, "select noc.close_alert(%s, 'falso alarme', %s)", source, at + 4 * MIN
    )
    judge(db, at + 4 * MIN + S)
    assert cause(db, alert) is None
