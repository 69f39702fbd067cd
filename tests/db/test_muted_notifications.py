"""What is muted or restless is not told, and its end is all the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, Database, World
from tests.db.judging import HOUR, MIN, evaluate, probed, traffic
from tests.db.judging import judge as judge_all
from tests.db.telling import WAIT, contact, judge, only_ours, outbox, plan, send_all, slow

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)


def test_a_muted_alert_is_not_told_and_its_end_is_to_whoever_knew(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    plan(db, at + 2 * HOUR)
    assert len(outbox(db)) == 1
    judge(db, "UP", at + 3 * HOUR)
    (end,) = send_all(db, at + 3 * HOUR)
    assert end["event"] == "closed"


@pytest.mark.parametrize("cause", ["silence", "maintenance", "inhibition"])
def test_the_end_is_told_whatever_mutes_the_alert(
    db: Database, world: World, at: datetime, cause: str
) -> None:
    contact(db)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    if cause == "inhibition":
        probed(db, "omie", "DOWN", at)
    else:
        with db.acting_as(world.franqueado_a, "postgres"):
            db.run(*mute_for_an_hour(cause, at))
    judge_all(db, at)
    muted_by = db.one("select muted_by from public.noc_alerts where alert_id = %s", alert_id)
    assert muted_by.startswith(cause)
    good = at + 20 * MIN
    traffic(db, good, 100)
    for now in (good, good + 3 * MIN):
        judge_all(db, now)
    plan(db, good + 3 * MIN)
    sent = send_all(db, good + 3 * MIN + WAIT)
    assert [m["event"] for m in sent if m["facts"]["code"] == "p95_latency"] == ["closed"]


def mute_for_an_hour(cause: str, at: datetime) -> tuple[Any, ...]:
    """The call by which a person silences Omie, or plans its maintenance, from `at`."""
    if cause == "silence":
        matchers = [{"field": "service", "op": "=", "value": "omie"}]
        query = "select noc.silence(%s, %s, 'deploy', null, false, %s)"
        return query, Jsonb(matchers), at + HOUR, at
    window = {
        "title": "deploy",
        "timezone": "UTC",
        "first_day": at.date().isoformat(),
        "starts": at.strftime("%H:%M"),
        "minutes": 60,
    }
    return "select noc.save_maintenance(%s, %s)", Jsonb(window), at


def test_a_cause_and_its_consequence_of_one_tick_are_told_as_the_cause(
    db: Database, at: datetime
) -> None:
    contact(db)
    traffic(db, at - 3 * MIN, 1500)
    judge_all(db, at - 3 * MIN)
    probed(db, "omie", "DOWN", at, A1)
    judge_all(db, at)
    plan(db, at)
    assert [one["payload"]["code"] for one in outbox(db)] == ["service_down"]


def test_what_outlasts_its_mute_is_told_with_its_true_beginning(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    db.run("update public.noc_alerts set muted_by = 'maintenance' where company_cnpj = %s", A1)
    plan(db, at)
    assert outbox(db) == []
    unmute(db, at + HOUR)
    (one,) = send_all(db, at + HOUR)
    assert (one["event"], datetime.fromisoformat(one["facts"]["since"])) == ("opened", at)


def unmute(db: Database, at: datetime) -> None:
    db.run("update public.noc_alerts set muted_by = null where company_cnpj = %s", A1)
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity) select alert_id, %s,"
        " 'unmuted', severity from public.noc_alerts where company_cnpj = %s",
        at,
        A1,
    )
    plan(db, at)


def test_who_knew_before_the_mute_is_not_told_again_after_it(db: Database, at: datetime) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    unmute(db, at + 30 * MIN)
    assert len(outbox(db)) == 1


def test_a_mute_that_comes_before_the_send_holds_it_back_until_it_ends(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    assert send_all(db, at) == []
    unmute(db, at + 5 * MIN)
    assert len(send_all(db, at + 5 * MIN)) == 1


def test_a_restless_alert_is_told_once_until_it_is_steady(db: Database, at: datetime) -> None:
    contact(db)
    heard: dict[int, list[str]] = {}
    statuses = ["DOWN", "UP"] * 4
    for minute in [*range(8), 30, 50, 66, 67]:
        now = at + minute * MIN
        probed(db, "omie", statuses[minute] if minute < 8 else "UP", now, A1)
        evaluate(db, now)
        db.one("select noc.settle_flapping(%s)", now)
        plan(db, now)
        if sent := [one["event"] for one in send_all(db, now)]:
            heard[minute] = sent
    assert heard == {
        0: ["opened"],
        1: ["closed"],
        2: ["reopened"],
        3: ["closed"],
        4: ["flapping"],
        67: ["closed"],
    }
