"""Jobs: a new attempt per reprocessing, one live at a time, and the silent ones found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.acting import do, entries, failed_jobs, handled, preview, status_of
from tests.db.conftest import A1, Database, World, ingest, ingest_key
from tests.db.judging import MIN, S

pytestmark = pytest.mark.usefixtures("world")


MS = timedelta(milliseconds=1)


def claim(db: Database, at: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = db.one("select noc.claim_job_runs('act@test', 10, %s)", at)
    return found


def begin(db: Database, lease: dict[str, Any], at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = db.one(
        "select noc.begin_job_run(%s, %s, %s)", lease["item_id"], lease["fence"], at
    )
    return answer


def settle(
    db: Database,
    lease: dict[str, Any],
    outcome: str,
    at: datetime,
    retry_after_s: int | None = None,
) -> bool:
    answer: dict[str, Any] = db.one(
        "select noc.settle_job_run(%s, %s, %s, 'http_503', %s, %s)",
        lease["item_id"],
        lease["fence"],
        outcome,
        retry_after_s,
        at,
    )
    return bool(answer["accepted"])


def report(db: Database, run: dict[str, Any], status: str, at: datetime) -> None:
    """The handler's own word, through ingest."""
    event = {
        "job_id": run["job_id"],
        "job_type": run["job_type"],
        "status": status,
        "started_at": at.isoformat(),
    }
    ingest(db, ingest_key(db, A1), [event], at, "jobs")


def reprocess(db: Database, user: UUID, at: datetime, job: UUID) -> dict[str, Any]:
    return do(db, user, at, "reprocess", {"job_ids": [str(job)]}, company=None)


@pytest.fixture
def job(db: Database, at: datetime) -> UUID:
    """A failed job with a handler."""
    handled(db)
    return failed_jobs(db, at - MIN)[0]


def test_reprocessing_makes_a_new_attempt_and_leaves_the_old_one(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    done = reprocess(db, world.franqueado_a, at, job)
    (lease,) = claim(db, at)
    run = begin(db, lease, at)
    assert (run["run"], run["attempt"], run["retry_of"]) == (True, 2, "j1")
    assert settle(db, lease, "accepted", at)
    report(db, run, "success", at + S)
    db.run("select noc.tend_jobs(%s)", at + 2 * S)
    assert status_of(db, done) == "succeeded"
    assert entries(db, done) == ["action_started", "action_done"]
    with db.acting_as(world.franqueado_a):
        attempts = db.one("select public.noc_job(%s)", job)["data"]["attempts"]
    assert [(a["attempt"], a["status"]) for a in attempts] == [(1, "failed"), (2, "success")]


def test_a_foreign_job_is_read_like_none(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    foreign = db.refused(world.franqueado_b, "select public.noc_job(%s)", job)
    none = db.refused(world.franqueado_b, "select public.noc_job(%s)", uuid4())
    assert (foreign.diag.message_hint, none.diag.message_hint) == ("job_not_found",) * 2
    with db.acting_as(world.cliente_a1):
        read = db.one("select public.noc_job(%s)", job)["data"]
    assert (read["error"], read["can_reprocess"]) == (None, False)


def test_one_job_asked_for_twice_runs_once(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    first = preview(db, world.franqueado_a, at, "reprocess", {"kind": "job"})
    assert first["size"] == 1
    one = reprocess(db, world.franqueado_a, at, job)
    two = reprocess(db, world.admin, at, job)
    (lease,) = claim(db, at)
    run = begin(db, lease, at)
    assert claim(db, at) == [], "one live attempt per company and type"
    settle(db, lease, "accepted", at)
    report(db, run, "success", at + S)
    db.run("select noc.tend_jobs(%s)", at + S)
    (lease,) = claim(db, at + S)
    assert begin(db, lease, at + S)["reason"] == "already_retried"
    assert sorted((status_of(db, one), status_of(db, two))) == ["failed", "succeeded"]


def test_a_call_that_nobody_knows_of_names_the_same_attempt_again(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    reprocess(db, world.franqueado_a, at, job)
    (lost,) = claim(db, at)
    first = begin(db, lost, at)
    assert claim(db, at + MIN - S) == []
    (lease,) = claim(db, at + MIN)
    assert begin(db, lease, at + MIN)["job_id"] == first["job_id"]
    assert not settle(db, lost, "accepted", at + MIN), "the first worker's lease has passed on"
    assert settle(db, lease, "accepted", at + MIN)


def test_a_right_lost_before_the_call_cancels_the_action_on_record(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    done = reprocess(db, world.franqueado_a, at, job)
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["reason"] == "right_lost"
    assert status_of(db, done) == "cancelled"
    assert entries(db, done) == ["action_started", "action_cancelled"]
    assert db.one("select count(*) from public.jobs where retry_of is not null") == 0


def test_a_handler_is_tried_five_times(db: Database, world: World, at: datetime, job: UUID) -> None:
    done = reprocess(db, world.franqueado_a, at, job)
    when = at
    for _ in range(5):
        (lease,) = claim(db, when)
        begin(db, lease, when)
        settle(db, lease, "retry", when)
        when += 2 * MIN
    assert claim(db, when) == []
    assert status_of(db, done) == "failed"


@pytest.mark.parametrize(("asked", "waits"), [(None, 0), (2, 2), (60, 60), (9999, 3600)])
def test_a_handler_is_not_called_before_the_time_that_it_asks_for(
    db: Database, world: World, at: datetime, job: UUID, asked: int | None, waits: int
) -> None:
    reprocess(db, world.franqueado_a, at, job)
    (lease,) = claim(db, at)
    begin(db, lease, at)
    settle(db, lease, "retry", at, asked)
    assert waits == 0 or claim(db, at + waits * S - MS) == []
    assert len(claim(db, at + (waits + 10) * S)) == 1


@pytest.mark.parametrize(("after", "stalled"), [(600 * S, False), (601 * S, True)])
def test_a_job_silent_for_longer_than_its_handler_may_run_is_stalled(
    db: Database, world: World, at: datetime, job: UUID, after: Any, stalled: bool
) -> None:
    done = reprocess(db, world.franqueado_a, at, job)
    (lease,) = claim(db, at)
    run = begin(db, lease, at)
    settle(db, lease, "accepted", at)
    report(db, run, "running", at + MIN)
    db.run("select noc.tend_jobs(%s)", at + MIN + after)
    found = db.one("select stalled_at from public.jobs where external_id = %s", run["job_id"])
    assert (found is not None) is stalled
    assert status_of(db, done) == ("failed" if stalled else "running")


def test_an_action_that_is_aborted_starts_nothing_more(
    db: Database, world: World, at: datetime
) -> None:
    handled(db)
    failed_jobs(db, at - MIN, 3)
    done = do(db, world.franqueado_a, at, "reprocess", {"kind": "job"})
    with db.acting_as(world.franqueado_a):
        stopped = db.one("select public.noc_abort_action(%s)", done["action_id"])
    assert (stopped["status"], stopped["progress"]["skipped"]) == ("cancelled", 3)
    assert claim(db, at) == []


def test_a_handler_lies_on_a_host_that_is_allowed(
    db: Database, world: World, at: datetime, job: UUID
) -> None:
    done = reprocess(db, world.franqueado_a, at, job)
    db.run("delete from noc.job_hosts where host = '127.0.0.1:9'")
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["reason"] == "no_handler"
    assert status_of(db, done) == "failed"
