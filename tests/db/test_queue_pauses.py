"""Pauses of the WhatsApp queue: how they compose, how they end, and what is counted meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World
from tests.db.judging import HOUR, MIN, S

pytestmark = pytest.mark.usefixtures("world")


def pause(
    db: Database,
    at: datetime,
    company: str | None = None,
    group: UUID | None = None,
    until: timedelta | None = HOUR,
    **more: object,
) -> UUID:
    pause_id: UUID = db.one(
        "select noc.pause_queue(%s, %s, %s, %s, %s, %s, %s)",
        company,
        group,
        None if until is None else at + until,
        more.get("reason", "número em revisão"),
        more.get("by"),
        more.get("action_id"),
        at,
    )
    return pause_id


def resume(
    db: Database,
    at: datetime,
    company: str | None = None,
    group: UUID | None = None,
    ramp_s: int | None = 0,
    by: UUID | None = None,
) -> bool:
    ended: bool = db.one(
        "select noc.resume_queue(%s, %s, %s, %s, %s)", company, group, ramp_s, by, at
    )
    return ended


def share(db: Database, company: str | None, at: datetime) -> Decimal:
    found: Decimal = db.one("select noc.queue_share(%s, %s)", company, at)
    return found


def shares(db: Database, at: datetime) -> list[int]:
    return [int(share(db, company, at)) for company in (A1, A2, B1)]


def test_nothing_is_paused_before_somebody_pauses(db: Database, at: datetime) -> None:
    assert shares(db, at) == [1, 1, 1]


@pytest.mark.parametrize(
    ("company", "group", "expected"),
    [
        (A1, None, [0, 1, 1]),
        (None, GROUP_A, [0, 0, 1]),
        (None, None, [0, 0, 0]),
    ],
)
def test_a_pause_reaches_its_scope_and_nobody_else(
    db: Database, at: datetime, company: str | None, group: UUID | None, expected: list[int]
) -> None:
    pause(db, at, company, group)
    assert shares(db, at) == expected


def test_a_company_is_free_when_every_pause_that_reaches_it_has_ended(
    db: Database, at: datetime
) -> None:
    pause(db, at, A1)
    pause(db, at, group=GROUP_A)
    pause(db, at)
    seen = []
    for scope in ({}, {"group": GROUP_A}, {"company": A1}):
        assert resume(db, at + MIN, **scope)
        seen.append(shares(db, at + MIN))
    assert seen == [[0, 0, 1], [0, 1, 1], [1, 1, 1]]


def test_a_company_that_leaves_the_group_leaves_its_pause(db: Database, at: datetime) -> None:
    pause(db, at, group=GROUP_A)
    db.run("update public.companies set group_id = %s where company_cnpj = %s", GROUP_B, A1)
    assert shares(db, at) == [1, 0, 1]


def test_a_pause_ends_by_itself_at_its_time_and_ramps(db: Database, at: datetime) -> None:
    pause(db, at, A1, until=HOUR)
    after = [timedelta(microseconds=-1), 0 * S, 30 * S, 60 * S]
    assert [share(db, A1, at + HOUR + since) for since in after] == [
        0,
        Decimal("0.1"),
        Decimal("0.5"),
        1,
    ]


def test_a_pause_without_an_end_lasts_until_somebody_resumes(db: Database, at: datetime) -> None:
    pause(db, at, A1, until=None)
    assert share(db, A1, at + timedelta(days=400)) == 0
    assert resume(db, at + timedelta(days=400), A1)
    assert share(db, A1, at + timedelta(days=400)) == 1


def test_what_is_resumed_gets_its_pace_back_little_by_little(
    db: Database, world: World, at: datetime
) -> None:
    pause(db, at, A1)
    assert resume(db, at + MIN, A1, ramp_s=100, by=world.admin)
    since = [0, 9, 10, 25, 99, 100]
    assert [share(db, A1, at + MIN + second * S) for second in since] == [
        Decimal(text) for text in ("0.1", "0.1", "0.1", "0.25", "0.99", "1")
    ]
    assert db.one("select ended_by from noc.queue_pauses") == world.admin


def test_the_least_of_several_ramps_counts(db: Database, at: datetime) -> None:
    pause(db, at, A1)
    pause(db, at, group=GROUP_A)
    resume(db, at + MIN, A1, ramp_s=100)
    resume(db, at + MIN, group=GROUP_A, ramp_s=200)
    at += MIN + 100 * S
    assert (share(db, A1, at), share(db, A2, at)) == (Decimal("0.5"), Decimal("0.5"))


def test_what_is_not_paused_cannot_be_resumed(db: Database, at: datetime) -> None:
    assert not resume(db, at, A1)
    pause(db, at, group=GROUP_A)
    assert not resume(db, at, A1)
    assert not resume(db, at)
    pause(db, at, A1, until=MIN)
    assert not resume(db, at + MIN, A1)
    assert resume(db, at + MIN, group=GROUP_A)
    assert not resume(db, at + MIN, group=GROUP_A)


@pytest.mark.parametrize(("later", "lasts"), [(2 * HOUR, 2 * HOUR), (MIN, HOUR), (None, None)])
def test_a_pause_of_a_paused_scope_extends_it_and_never_shortens_it(
    db: Database, at: datetime, later: timedelta | None, lasts: timedelta | None
) -> None:
    first = pause(db, at, A1, until=HOUR)
    assert pause(db, at + MIN, A1, until=later and later - MIN, reason="de novo") == first
    (row,) = db.all("select paused_until = 'infinity' as endless, reason from noc.queue_pauses")
    assert row["reason"] == "de novo"
    assert share(db, A1, at + (lasts or 400 * HOUR) - S) == 0
    assert row["endless"] is (lasts is None)


def test_a_pause_after_one_that_ran_out_is_another(db: Database, at: datetime) -> None:
    first = pause(db, at, A1, until=MIN)
    assert pause(db, at + MIN, A1) != first
    assert shares(db, at + MIN) == [0, 1, 1]


def test_a_pause_knows_who_made_it_and_by_which_action(
    db: Database, world: World, at: datetime
) -> None:
    action = uuid4()
    pause_id = pause(db, at, A1, by=world.admin, action_id=action)
    assert pause(db, at, A1, reason="spam_limit") == pause_id
    (row,) = db.all("select paused_by, action_id, reason from noc.queue_pauses")
    assert row == {"paused_by": world.admin, "action_id": action, "reason": "spam_limit"}


def test_a_pause_is_told_to_the_pages_that_see_it(db: Database, at: datetime) -> None:
    def told() -> set[str]:
        return {
            row["topic"]
            for row in db.all("select topic from noc.versions where table_name = 'queue_whatsapp'")
        }

    db.run("delete from noc.versions")
    pause(db, at, A1)
    assert told() == {"noc:global", f"noc:company:{A1}", f"noc:group:{GROUP_A}"}
    pause(db, at)
    assert {f"noc:company:{B1}", f"noc:group:{GROUP_B}"} <= told()


def message(db: Database, at: datetime, state: str, company: str = A1, **more: object) -> UUID:
    """One row of the queue as a service reports it."""
    message_id: UUID = db.one(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, state, created_at,"
        " updated_at) values (%s, %s, noc.queue_status_of(%s), %s, %s, %s) returning message_id",
        company,
        str(uuid4()),
        state,
        state,
        more.get("created_at", at),
        at,
    )
    return message_id


def numbers(db: Database, at: datetime, *companies: str) -> dict[str, Any]:
    found: dict[str, Any] = db.one("select noc.queue_numbers(%s, %s)", list(companies), at)
    return found


def test_the_queue_is_counted_by_state_and_company(db: Database, at: datetime) -> None:
    states = ("queued", "retry", "leased", "sending", "dead", "unknown", "failed", "cancelled")
    for state in states:
        message(db, at, state)
    message(db, at - 11 * MIN, "sent")
    message(db, at - 9 * MIN, "delivered")
    message(db, at, "queued", B1, created_at=at - HOUR)
    assert numbers(db, at, A1, A2) == {
        "pending": 2,
        "leased": 1,
        "sending": 1,
        "dead": 1,
        "unknown": 1,
        "failed": 1,
        "oldest_at": at.isoformat(),
        "sent_last_10min": 1,
    }
    assert numbers(db, at, A1, B1)["pending"] == 3
    assert numbers(db, at, A1, B1)["oldest_at"] == (at - HOUR).isoformat()
    assert numbers(db, at, A2)["oldest_at"] is None


def test_what_is_not_a_dead_message_of_ours_is_not_sent_again(db: Database, at: datetime) -> None:
    def retry(message_id: UUID) -> str:
        answer: str = db.one("select noc.retry_dead_message(%s, %s)", message_id, at)
        return answer

    assert retry(uuid4()) == "not_found"
    reported = message(db, at, "dead")
    assert retry(reported) == "reported"
    db.run("update public.queue_whatsapp set run_at = created_at, expires_at = created_at")
    assert retry(reported) == "content_gone"
    db.run("update public.queue_whatsapp set status = 'queued', state = 'queued'")
    assert retry(reported) == "not_dead"
