"""Who is told of openings and ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.db.conftest import A1, A2, Database, World
from tests.db.judging import MIN, S, evaluate, probed, traffic
from tests.db.telling import (
    PHONE,
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


def test_an_opening_is_told_once_by_the_channels_of_its_severity(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    alert_id = judge(db, "DOWN", at)
    plan(db, at + 10 * S)
    assert told(db, alert_id=alert_id) == [
        ("opened", "email", "queued"),
        ("opened", "whatsapp", "queued"),
    ]
    sent = send_all(db, at + 11 * S)
    assert {one["to"] for one in sent} == {"ana@empresa.test", PHONE}
    assert {one["facts"]["service"] for one in sent} == {"omie"}


def test_what_becomes_of_messages_is_announced_and_quiet_is_not(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    judge(db, "DOWN", at)

    def announced(moment: datetime) -> list[str]:
        db.run("delete from noc.touched")
        plan(db, moment)
        companies: list[str] = db.one(
            "select coalesce(array_agg(company_cnpj::text), '{}') from noc.touched"
            " where table_name = 'noc_notifications'"
        )
        return companies

    # Planned at `at`, and told once more for what had not been committed then.
    assert announced(at + 10 * S) == [A1]
    assert announced(at + 20 * S) == []
    send_all(db, at + 21 * S)
    assert announced(at + 30 * S) == [A1]
    assert announced(at + 40 * S) == [A1]
    assert announced(at + 50 * S) == []


def test_a_warning_is_mailed_and_does_not_ring_a_telephone(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    assert told(db, alert_id=slow(db, at)) == [("opened", "email", "queued")]


def test_what_comes_late_is_told_all_the_same(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    late = db.one("select min(event_id) from noc.unplanned_events")
    db.run("delete from noc.unplanned_events where event_id = %s", late)
    judge(db, "DOWN", at, company=A2)
    assert outbox(db) == []
    db.run("insert into noc.unplanned_events values (%s)", late)
    plan(db, at + 10 * S)
    assert [one["company_cnpj"] for one in outbox(db)] == [A1]


def test_whoever_was_told_of_the_opening_is_told_of_the_end_and_nobody_else(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    contact(db, email="late@empresa.test")
    judge(db, "UP", at + 5 * MIN)
    assert told(db, alert_id=alert_id) == [
        ("opened", "email", "sent"),
        ("closed", "email", "queued"),
    ]
    (sent,) = send_all(db, at + 5 * MIN)
    assert sent["to"] == "ana@empresa.test"
    assert datetime.fromisoformat(sent["facts"]["closed_at"]) == at + 5 * MIN


def test_what_is_over_before_it_was_told_is_never_told(db: Database, at: datetime) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    judge(db, "UP", at + MIN)
    assert told(db, alert_id=alert_id) == [("opened", "email", "cancelled")]
    assert send_all(db, at + MIN) == []


def test_what_opened_and_closed_between_two_turns_is_never_told(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    judge(db, "UP", at + S)
    assert outbox(db) == []


def test_an_end_that_is_not_true_any_more_is_not_told_and_the_return_is(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    judge(db, "UP", at + MIN)
    judge(db, "DOWN", at + 2 * MIN)
    (back,) = send_all(db, at + 2 * MIN)
    assert (back["event"], back["facts"]["reopen_count"]) == ("reopened", 1)
    judge(db, "UP", at + 3 * MIN)
    (end,) = send_all(db, at + 3 * MIN)
    assert end["event"] == "closed"
    assert [one["state"] for one in outbox(db, alert_id=alert_id)] == [
        "sent",
        "cancelled",
        "sent",
        "sent",
    ]


def test_getting_worse_is_told_through_an_acknowledgement(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, phone=PHONE)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    acknowledge(db, world.admin, alert_id, at + WAIT)
    for second in (2, 122):
        traffic(db, at + second * S, 9000)
        evaluate(db, at + second * S)
    plan(db, at + 122 * S)
    sent = send_all(db, at + 122 * S)
    assert {(one["event"], one["channel"]) for one in sent} == {
        ("severity_up", "email"),
        ("severity_up", "whatsapp"),
    }


def test_who_closed_by_hand_is_named_to_operators_and_not_to_clientes(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="cliente@empresa.test", role="cliente", opted_in=True)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at + 5 * MIN)
    with db.acting_as(world.franqueado_a, "postgres"):
        db.run("select noc.close_alert(%s, 'combinado', %s)", alert_id, at + 6 * MIN)
    plan(db, at + 6 * MIN)
    facts = {one["to"]: one["facts"] for one in send_all(db, at + 6 * MIN)}
    who = db.one("select email from auth.users where id = %s", world.franqueado_a)
    named, unnamed = facts["ana@empresa.test"], facts["cliente@empresa.test"]
    assert (named["by"], unnamed["by"]) == (who, None)
