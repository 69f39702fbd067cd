"""What is told again, and to whom higher up, while nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.db.conftest import Database, World
from tests.db.judging import HOUR, MIN, S, evaluate, traffic
from tests.db.telling import (
    WAIT,
    acknowledge,
    contact,
    judge,
    only_ours,
    outbox,
    plan,
    send_all,
    slow,
    told,
)

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)


def test_a_warning_that_nobody_answers_is_told_again_after_four_hours(
    db: Database, at: datetime
) -> None:
    contact(db)
    begun = at - 5 * HOUR
    slow(db, begun)
    assert len(send_all(db, begun + WAIT)) == 1
    again = begun + WAIT + 4 * HOUR
    plan(db, again - S)
    assert len(outbox(db)) == 1
    plan(db, again)
    assert len(send_all(db, again + WAIT)) == 1
    assert told(db) == [("opened", "email", "sent"), ("reminder", "email", "sent")]


def test_a_critical_alert_is_told_again_an_hour_after_its_last_word(
    db: Database, at: datetime
) -> None:
    contact(db)
    begun = at - 5 * HOUR
    judge(db, "DOWN", begun)
    heard = {}
    for minute in range(0, 241, 5):
        plan(db, begun + minute * MIN)
        for one in send_all(db, begun + minute * MIN):
            heard[minute] = one["event"]
    assert heard == {
        0: "opened",
        30: "escalation",
        60: "escalation",
        120: "reminder",
        180: "reminder",
        240: "reminder",
    }


def test_an_acknowledged_alert_is_neither_repeated_nor_escalated(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1)
    begun = at - timedelta(hours=5)
    alert_id = judge(db, "DOWN", begun)
    send_all(db, begun)
    acknowledge(db, world.admin, alert_id, begun + S, 5760)
    plan(db, begun + 4 * HOUR)
    assert len(outbox(db)) == 1


def test_an_acknowledgement_cancels_the_reminder_that_waits(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    again = at + WAIT + 4 * HOUR
    plan(db, again)
    acknowledge(db, world.admin, alert_id, again)
    assert send_all(db, again + WAIT) == []
    assert outbox(db, event="reminder")[0]["reason"] == "acknowledged"


def test_an_unanswered_critical_alert_climbs_three_times_and_stays(
    db: Database, at: datetime
) -> None:
    for step, name in enumerate(("ana", "chefe", "diretora")):
        contact(db, email=f"{name}@empresa.test", escalation_step=step)
    begun = at - timedelta(hours=4)
    judge(db, "DOWN", begun)
    heard = {0: [one["to"] for one in send_all(db, begun)]}
    for minute in range(1, 121):
        now = begun + minute * MIN
        plan(db, now)
        if sent := [one["to"] for one in send_all(db, now) if one["event"] == "escalation"]:
            heard[minute] = sent
    names = ["ana", "chefe", "diretora"] * 3
    assert heard == {
        minute: [f"{name}@empresa.test"]
        for minute, name in zip(range(0, 90, 10), names, strict=True)
    }


def test_what_is_over_does_not_climb(db: Database, at: datetime) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1)
    begun = at - 2 * HOUR
    judge(db, "DOWN", begun)
    send_all(db, begun)
    judge(db, "UP", begun + 9 * MIN)
    plan(db, begun + 90 * MIN)
    assert [one["event"] for one in outbox(db)] == ["opened", "closed"]


def test_a_warning_does_not_climb(db: Database, at: datetime) -> None:
    contact(db, escalation_step=1)
    slow(db, at)
    plan(db, at + 30 * MIN)
    assert outbox(db) == []


def test_who_acknowledged_is_told_that_it_ran_out_whatever_its_step(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1, user_id=world.franqueado_a)
    contact(db, email="outro@empresa.test", escalation_step=1)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    with db.acting_as(world.franqueado_a, "postgres"):
        db.run("select noc.ack_alert(%s, null, 5, %s)", alert_id, at + MIN)
    db.one("select noc.expire_acks(%s)", at + 6 * MIN)
    plan(db, at + 6 * MIN)
    told_now = {one["to"] for one in send_all(db, at + 6 * MIN)}
    assert told_now == {"ana@empresa.test", "chefe@empresa.test"}


def test_a_severity_that_swings_is_told_until_it_is_known_to_be_unstable(
    db: Database, at: datetime
) -> None:
    contact(db)
    traffic(db, at - 60 * MIN, 1500)
    for minute in (60, 57):
        evaluate(db, at - minute * MIN)
    plan(db, at - 57 * MIN)
    send_all(db, at - 57 * MIN)
    for swing in range(6):
        begun = at - 50 * MIN + swing * 8 * MIN
        for minute, latency in ((0, 2500), (2, 2500), (3, 1500), (7, 1500)):
            db.run("delete from public.metrics_agg")
            traffic(db, begun + minute * MIN, latency)
            evaluate(db, begun + minute * MIN)
            db.run("select noc.settle_flapping(%s)", begun + minute * MIN)
            plan(db, begun + minute * MIN)
            send_all(db, begun + minute * MIN)
    events = [one["event"] for one in outbox(db, state="sent", channel="email")]
    assert events.count("severity_up") <= 3
    assert events.count("flapping") == 1


def test_an_acknowledgement_that_ran_out_is_told_at_once(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    acknowledge(db, world.admin, alert_id, at + MIN, 5)
    db.one("select noc.expire_acks(%s)", at + 6 * MIN)
    plan(db, at + 6 * MIN)
    assert [one["event"] for one in send_all(db, at + 6 * MIN)] == ["escalation"]
