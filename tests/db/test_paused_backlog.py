"""A queue that grows because a person paused it pages nobody, and is never green."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tests.db.acting import do, revert
from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World
from tests.db.judging import HOUR, MIN, S, alert_of, alerts, at_that_time, judge, queued
from tests.db.queueing import sent
from tests.db.telling import WAIT, contact, only_ours, outbox, plan, send_all
from tests.db.test_queue_pauses import pause, resume

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__, "judged")


@pytest.fixture
def judged(db: Database, only_ours: None) -> None:
    """Rules of the queue judge."""
    db.run("update public.noc_rules set enabled = true where code like 'whatsapp%%'")


def grown(db: Database, at: datetime, count: int = 501, company: str = A1) -> UUID:
    """An alert of a queue that is too long, open at `at`; gives its id."""
    queued(db, count, at - 3 * MIN, company)
    for now in (at - 3 * MIN, at):
        judge(db, now)
    (alert,) = alerts(db, company, "whatsapp_queue_pending")
    alert_id: UUID = alert["alert_id"]
    return alert_id


def cause(db: Database, alert_id: UUID) -> Any:
    return alert_of(db, alert_id)["muted_by"]


def test_a_backlog_behind_an_action_is_held_back_and_says_so(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    do(db, world.franqueado_a, at - 4 * MIN, "pause_queue", {"minutes": 60})
    alert_id = grown(db, at)
    plan(db, at)
    assert outbox(db, event="opened") == []
    shown = at_that_time(
        db, world.cliente_a1, "select noc.overview(%s, null, null, '1h', %s)", A1, at
    )
    (one,) = (a for a in shown["alerts"] if a["alert_id"] == str(alert_id))
    assert one["muted_by"] == {
        "kind": "inhibition",
        "until": (at + 56 * MIN).isoformat(),
        "id": None,
        "reason": None,
        "code": "queue_paused",
        "service": "whatsapp",
    }
    assert shown["kpis"]["queue"]["status"] == "DOWN"


@pytest.mark.parametrize("ending", ["resumed", "reverted", "over"])
def test_it_is_told_when_the_pause_ends(
    db: Database, world: World, at: datetime, ending: str
) -> None:
    contact(db)
    minutes = 10 if ending == "over" else 30
    action = do(db, world.franqueado_a, at - 4 * MIN, "pause_queue", {"minutes": minutes})
    alert_id = grown(db, at)
    later = at + 6 * MIN
    plan(db, later - S)
    judge(db, later - S)
    assert cause(db, alert_id) is not None
    if ending == "resumed":
        do(db, world.franqueado_a, later, "resume_queue")
    elif ending == "reverted":
        revert(db, world.franqueado_a, later, action)
    judge(db, later)
    assert cause(db, alert_id) is None
    plan(db, later)
    assert [m["event"] for m in send_all(db, later + WAIT)] == ["opened"]


def test_it_is_not_told_as_worse_while_the_pause_lasts(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    alert_id = grown(db, at, 101)
    plan(db, at)
    send_all(db, at + WAIT)
    do(db, world.franqueado_a, at + 5 * MIN, "pause_queue", {"minutes": 60})
    queued(db, 900, at + 6 * MIN)
    for now in (at + 6 * MIN, at + 9 * MIN):
        judge(db, now)
        plan(db, now)
    assert alert_of(db, alert_id)["severity"] == "critical"
    assert outbox(db, event="severity_up") == []


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ((A1, None), True),
        ((None, GROUP_A), True),
        ((None, None), True),
        ((A2, None), False),
        ((None, GROUP_B), False),
    ],
)
def test_a_pause_holds_back_what_it_reaches(
    db: Database, world: World, at: datetime, scope: tuple[Any, Any], held: bool
) -> None:
    pause(db, at - HOUR, *scope, until=2 * HOUR, by=world.admin)
    assert (cause(db, grown(db, at)) is not None) == held


def test_a_resumed_queue_that_still_grows_is_told_in_its_ramp(
    db: Database, world: World, at: datetime
) -> None:
    pause(db, at - HOUR, A1, until=2 * HOUR, by=world.admin)
    resume(db, at - 4 * MIN, A1, ramp_s=3600)
    assert cause(db, grown(db, at)) is None


def test_what_the_provider_holds_is_told(db: Database, world: World, at: datetime) -> None:
    sent(db, at - HOUR, "hold_company", reason="spam_limit")
    assert cause(db, grown(db, at)) is None


def test_dead_messages_of_a_paused_queue_are_told(db: Database, world: World, at: datetime) -> None:
    lease = sent(db, at - MIN, "refused", reason="template")
    assert lease
    pause(db, at - MIN, A1, until=HOUR, by=world.admin)
    judge(db, at)
    (alert,) = alerts(db, A1, "whatsapp_queue_dead")
    assert alert["muted_by"] is None


def test_another_companys_backlog_is_told(db: Database, world: World, at: datetime) -> None:
    pause(db, at - HOUR, A1, until=2 * HOUR, by=world.admin)
    assert cause(db, grown(db, at, company=B1)) is None
