"""What waited for more than a day is sent, held or dropped when its queue is resumed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.acting import do, execute, preview
from tests.db.conftest import A1, A2, Database, World
from tests.db.judging import HOUR, MIN, S
from tests.db.queueing import claim, many
from tests.db.test_queue_page import reported
from tests.db.test_queue_pauses import pause

DAY = timedelta(days=1)


def held_back(db: Database, world: World, at: datetime, old: int = 2, fresh: int = 1) -> None:
    """A paused queue with that many stale messages and fresh ones."""
    many(db, at - DAY - S, old, prefix="old")
    many(db, at - DAY, fresh, prefix="new")
    pause(db, at - 2 * DAY, A1, until=4 * DAY, by=world.admin)


def states(db: Database, prefix: str = "old") -> list[tuple[str, str | None]]:
    return [
        (row["state"], row["error_class"])
        for row in db.all(
            "select state, error_class from public.queue_whatsapp where external_id like %s",
            f"{prefix}%",
        )
    ]


def due(db: Database, at: datetime) -> int:
    return len(claim(db, at))


def test_a_preview_counts_what_is_stale_and_nothing_newer(
    db: Database, world: World, at: datetime
) -> None:
    held_back(db, world, at)
    reported(db, at - 2 * DAY, "queued")
    many(db, at - 2 * DAY, 1, company=A2)
    plan = preview(db, world.franqueado_a, at, "resume_queue", {"stale": "drop"})
    assert (plan["counts"]["stale"], plan["counts"]["held"]) == (2, 0)
    assert plan["counts"]["stale_oldest_at"] == (at - DAY - S).isoformat()
    assert {"code": "stale_messages", "count": 2} in plan["warnings"]


def test_without_a_choice_everything_is_sent(db: Database, world: World, at: datetime) -> None:
    held_back(db, world, at)
    action = do(db, world.franqueado_a, at, "resume_queue", {"ramp_s": 0})
    assert (action["payload"]["stale"], action["result"]) == ("send", {"stale": 0})
    assert due(db, at + MIN) == 3


def test_dropped_messages_are_cancelled_each_with_its_item(
    db: Database, world: World, at: datetime
) -> None:
    held_back(db, world, at)
    action = do(db, world.franqueado_a, at, "resume_queue", {"ramp_s": 0, "stale": "drop"})
    assert action["result"] == {"stale": 2}
    assert states(db) == [("cancelled", "dropped")] * 2
    assert states(db, "new") == [("queued", None)]
    assert due(db, at + MIN) == 1
    items = db.all(
        "select kind, state, reason from noc.action_items where action_id = %s",
        action["action_id"],
    )
    assert items == [{"kind": "message", "state": "ok", "reason": "dropped"}] * 2


@pytest.mark.parametrize(("choice", "sent"), [("send", 2), ("drop", 0)])
def test_held_messages_wait_for_a_persons_decision(
    db: Database, world: World, at: datetime, choice: str, sent: int
) -> None:
    held_back(db, world, at, fresh=0)
    do(db, world.franqueado_a, at, "resume_queue", {"ramp_s": 0, "stale": "hold"})
    assert states(db) == [("queued", "held")] * 2
    assert due(db, at + 5 * HOUR) == 0
    plan = preview(db, world.franqueado_a, at + 6 * HOUR, "resume_queue", {"stale": choice})
    assert plan["counts"]["held"] == 2
    assert "not_paused" not in [w["code"] for w in plan["warnings"]]
    action = execute(db, world.franqueado_a, at + 6 * HOUR, plan)
    assert (action["status"], action["result"]) == ("succeeded", {"stale": 2})
    assert due(db, at + 7 * HOUR) == sent


def test_held_messages_still_expire(db: Database, world: World, at: datetime) -> None:
    held_back(db, world, at, fresh=0)
    do(db, world.franqueado_a, at, "resume_queue", {"stale": "hold"})
    db.run("select noc.tend_queue(%s)", at + 2 * DAY)
    assert states(db) == [("cancelled", "expired")] * 2


def test_a_held_message_shows_no_time_and_that_it_is_held(
    db: Database, world: World, at: datetime
) -> None:
    held_back(db, world, at, fresh=0)
    do(db, world.franqueado_a, at, "resume_queue", {"stale": "hold"})
    with db.acting_as(world.cliente_a1):
        found: Any = db.one("select public.noc_list_messages()")["data"]["messages"]
    assert {(m["run_at"], m["error_class"], m["reported"]) for m in found} == {
        (None, "held", False)
    }


def test_nothing_to_resume_and_nothing_held_fails(db: Database, world: World, at: datetime) -> None:
    many(db, at - 2 * DAY, 1)
    action = do(db, world.franqueado_a, at, "resume_queue", {"stale": "send"})
    assert (action["status"], action["result"]["reason"]) == ("failed", "not_paused")


def test_only_what_was_shown_is_dropped(db: Database, world: World, at: datetime) -> None:
    held_back(db, world, at)
    plan = preview(db, world.franqueado_a, at, "resume_queue", {"stale": "drop"})
    many(db, at - 2 * DAY, 1, prefix="late")
    execute(db, world.franqueado_a, at + S, plan)
    assert states(db, "late") == [("queued", None)]


@pytest.mark.parametrize(("count", "confirm"), [(50, None), (51, 51)])
def test_dropping_many_asks_for_their_number(
    db: Database, world: World, at: datetime, count: int, confirm: int | None
) -> None:
    held_back(db, world, at, count, 0)
    plan = preview(db, world.franqueado_a, at, "resume_queue", {"stale": "drop"})
    assert plan["confirm"] == confirm


@pytest.mark.parametrize(("count", "status"), [(500, "succeeded"), (501, "awaiting_approval")])
def test_dropping_very_many_asks_for_a_second_person(
    db: Database, world: World, at: datetime, count: int, status: str
) -> None:
    held_back(db, world, at, count, 0)
    action = do(db, world.franqueado_a, at, "resume_queue", {"stale": "drop"})
    assert action["status"] == status
    assert ("cancelled", "dropped") in states(db) or status == "awaiting_approval"


def test_another_word_is_refused(db: Database, world: World, at: datetime) -> None:
    error = db.refused(
        world.franqueado_a,
        "select public.noc_preview_action('resume_queue', %s, null, '{\"stale\": \"burn\"}')",
        A1,
    )
    assert error.diag.message_hint == "params"


def test_a_cliente_cannot_drop(db: Database, world: World, at: datetime) -> None:
    held_back(db, world, at)
    answer = preview(db, world.cliente_a1, at, "resume_queue", {"stale": "drop"})
    assert answer["hint"] == "scope_not_found"
    assert states(db) == [("queued", None)] * 2
