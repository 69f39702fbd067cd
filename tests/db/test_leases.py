"""Leases that are held longer, or given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db import queueing
from tests.db.acting import do, failed_jobs, handled
from tests.db.conftest import Database, World
from tests.db.judging import MIN, S
from tests.db.telling import attempts, begin, claim, only_ours, outbox, settle, waiting

__all__ = ["only_ours"]
pytestmark = pytest.mark.usefixtures("world", "only_ours", "silence_is_no_news")


def leases(*rows: dict[str, Any]) -> Jsonb:
    names = ("notification_id", "check_id", "message_id", "item_id")
    return Jsonb([{"id": next(r[n] for n in names if n in r), "fence": r["fence"]} for r in rows])


def renew(db: Database, kind: str, at: datetime, *rows: dict[str, Any]) -> list[str]:
    held: list[str] = db.one("select noc.renew_leases(%s, %s, %s)", kind, leases(*rows), at)
    return held


def release(db: Database, kind: str, at: datetime, *rows: dict[str, Any]) -> int:
    count: int = db.one("select noc.release_leases(%s, %s, %s)", kind, leases(*rows), at)
    return count


def check(db: Database, at: datetime) -> dict[str, Any]:
    """The only check, claimed: its lease is 15 s."""
    db.run("update noc.check_targets set enabled = false")
    db.run(
        "update noc.check_targets set enabled = true, next_at = %s, lease_until = null,"
        " timeout_s = 5 where service_name = 'supabase:rest'",
        at,
    )
    (claimed,) = checks(db, at)
    return claimed


def checks(db: Database, at: datetime) -> list[dict[str, Any]]:
    claimed: list[dict[str, Any]] = db.one("select noc.claim_checks('tester', 100, %s)", at)
    return claimed


@pytest.mark.parametrize("begun", [False, True])
def test_a_message_is_held_for_thirty_seconds_more(db: Database, at: datetime, begun: bool) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    if begun:
        begin(db, lease, at)
    assert renew(db, "notification", at + 29 * S, lease) == [lease["notification_id"]]
    assert claim(db, at + 58 * S) == []
    assert len(claim(db, at + 59 * S)) == 1


def test_a_lease_that_is_over_or_anothers_is_not_held(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    assert renew(db, "notification", at + 30 * S, lease) == []
    (new,) = claim(db, at + 30 * S)
    assert renew(db, "notification", at + 31 * S, lease) == []
    assert renew(db, "notification", at + 31 * S, new) == [new["notification_id"]]
    begin(db, new, at + 32 * S)
    settle(db, new, at + 33 * S)
    assert renew(db, "notification", at + 34 * S, new) == []


def test_a_message_that_was_not_begun_is_due_again_and_no_try_is_counted(
    db: Database, at: datetime
) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    assert release(db, "notification", at + S, lease) == 1
    assert (outbox(db)[0]["state"], outbox(db)[0]["attempts"]) == ("queued", 0)
    (again,) = claim(db, at + S)
    assert begin(db, lease, at + S)["reason"] == "lease_lost"
    assert begin(db, again, at + S)["send"]
    assert attempts(db) == [(None, None)]


def test_a_message_on_its_way_is_not_given_back(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    begin(db, lease, at)
    assert release(db, "notification", at + S, lease) == 0
    assert outbox(db)[0]["state"] == "sending"


def test_an_old_fence_gives_nothing_back(db: Database, at: datetime) -> None:
    waiting(db, at)
    (old,) = claim(db, at)
    claim(db, at + 30 * S)
    assert release(db, "notification", at + 31 * S, old) == 0
    assert outbox(db)[0]["state"] == "leased"


def test_a_check_is_held_and_given_back_like_a_message(db: Database, at: datetime) -> None:
    lease = check(db, at)
    assert renew(db, "check", at + 14 * S, lease) == [lease["check_id"]]
    assert checks(db, at + 28 * S) == []
    assert release(db, "check", at + 28 * S, lease) == 1
    (again,) = checks(db, at + 28 * S)
    assert again["fence"] == lease["fence"] + 1
    assert renew(db, "check", at + 29 * S, lease) == []
    assert release(db, "check", at + 29 * S, lease) == 0


def test_a_message_of_the_queue_is_held_and_given_back_and_no_try_is_counted(
    db: Database, at: datetime
) -> None:
    queueing.enqueue(db, at, queueing.wanted())
    (lease,) = queueing.claim(db, at)
    assert renew(db, "message", at + 29 * S, lease) == [lease["message_id"]]
    assert queueing.claim(db, at + 58 * S) == []
    assert release(db, "message", at + 58 * S, lease) == 1
    found = queueing.row(db)
    assert (found["state"], found["attempts"], found["lease_until"]) == ("queued", 0, None)
    (again,) = queueing.claim(db, at + 58 * S)
    assert renew(db, "message", at + 59 * S, lease) == []
    assert queueing.begin(db, again, at + 59 * S)["send"]
    assert renew(db, "message", at + 60 * S, again) == [again["message_id"]]
    assert release(db, "message", at + 60 * S, again) == 0, "it is on its way"
    assert queueing.row(db)["state"] == "sending"
    queueing.settle(db, again, at + 61 * S)
    assert renew(db, "message", at + 62 * S, again) == []


def test_a_job_to_start_is_held_for_a_minute_and_given_back(
    db: Database, world: World, at: datetime
) -> None:
    handled(db)
    (job,) = failed_jobs(db, at - MIN)
    do(db, world.admin, at, "reprocess", {"job_ids": [str(job)]}, company=None)
    (lease,) = jobs(db, at)
    assert renew(db, "job", at + 59 * S, lease) == [str(lease["item_id"])]
    assert jobs(db, at + 118 * S) == []
    assert release(db, "job", at + 118 * S, lease) == 1
    assert db.one("select tries from noc.action_items where kind = 'job'") == 0
    (again,) = jobs(db, at + 118 * S)
    assert renew(db, "job", at + 119 * S, lease) == []
    begin_job = "select noc.begin_job_run(%s, %s, %s) -> 'run'"
    assert db.one(begin_job, again["item_id"], again["fence"], at + 119 * S)
    assert release(db, "job", at + 120 * S, again) == 0, "its handler is being called"
    assert renew(db, "job", at + 120 * S, again) == [str(again["item_id"])]


def jobs(db: Database, at: datetime) -> list[dict[str, Any]]:
    claimed: list[dict[str, Any]] = db.one("select noc.claim_job_runs('tester', 10, %s)", at)
    return claimed


def test_of_several_those_that_are_held_are_named(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    foreign = {"notification_id": str(uuid4()), "fence": 1}
    assert renew(db, "notification", at, foreign, lease) == [lease["notification_id"]]
    assert renew(db, "check", at, lease) == []


@pytest.mark.parametrize("call", ["noc_renew_leases", "noc_release_leases"])
@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("mail", [], "kind"),
        (None, [], "kind"),
        ("check", None, "leases"),
        ("check", {}, "leases"),
        ("check", [{}] * 101, "leases"),
        ("check", [{"id": "no", "fence": 1}], "leases"),
        ("check", [1], "leases"),
        ("message", [{"id": 1, "fence": 1}], "leases"),
        ("job", [{"id": str(uuid4()), "fence": 1}], "leases"),
        ("job", [{"id": 10**30, "fence": 1}], "leases"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(
    db: Database, call: str, kind: str | None, given: Any, field: str
) -> None:
    query = f"select public.{call}(%s, %s)"
    error = db.refused(None, query, kind, Jsonb(given), role="noc_worker")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


@pytest.mark.parametrize("call", ["noc_renew_leases", "noc_release_leases"])
def test_only_workers_hold_leases(db: Database, world: World, call: str) -> None:
    query = f"select public.{call}('check', '[]')"
    for role, user in (("authenticated", world.admin), ("noc_ingest", None), ("anon", None)):
        assert db.refused(user, query, role=role).sqlstate == "42501"
    with db.acting_as(None, "noc_worker"):
        db.run(query)
