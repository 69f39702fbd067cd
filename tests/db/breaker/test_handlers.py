"""Jobs while the host of their handler is cut off: they wait and no try is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.db.acting import do, failed_jobs, handled
from tests.db.breaker.calling import calls, is_open
from tests.db.conftest import A1, A2, Database, World
from tests.db.judging import MIN, S

pytestmark = pytest.mark.usefixtures("world")
HOST = "handler:127.0.0.1:9"
ITEM = "select state, tries, reason, run_at, lease_until from noc.action_items where item_id = %s"


def claim(db: Database, at: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = db.one("select noc.claim_job_runs('act@test', 100, %s)", at)
    return found


def begin(db: Database, lease: dict[str, Any], at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = db.one(
        "select noc.begin_job_run(%s, %s, %s)", lease["item_id"], lease["fence"], at
    )
    return answer


def settle(db: Database, lease: dict[str, Any], at: datetime, outcome: str, reason: str) -> None:
    assert db.one(
        "select noc.settle_job_run(%s, %s, %s, %s, null, %s) -> 'accepted'",
        lease["item_id"], lease["fence"], outcome, reason, at,
    )  # fmt: skip


def asked(db: Database, world: World, at: datetime, count: int, company: str = A1) -> None:
    """Jobs of as many types, all of one host, to be started again."""
    jobs = []
    for number in range(count):
        kind = f"tipo_{number}"
        if not db.one("select exists (select from noc.job_handlers where job_type = %s)", kind):
            handled(db, kind)
        jobs += failed_jobs(db, at - MIN, 1, company, kind, named=f"{kind}-")
    do(db, world.admin, at, "reprocess", {"job_ids": [str(job) for job in jobs]}, company=None)


@pytest.mark.parametrize(
    ("outcome", "reason", "opened"),
    [
        ("retry", "http_503", True),
        ("retry", "http_429", True),
        ("retry", "unreachable", True),
        ("retry", "timeout", True),
        ("retry", "http_408", False),
        ("retry", "http_425", False),
        ("retry", "sender_bug", False),
        ("retry", "lease_lost", False),
        ("retry", "stopped", False),
        ("refused", "http_422", False),
        ("refused", "no_secret", False),
        ("accepted", "", False),
    ],
)
def test_what_the_handlers_host_is_to_blame_for_cuts_it_off(
    db: Database, world: World, at: datetime, outcome: str, reason: str, opened: bool
) -> None:
    asked(db, world, at, 20)
    for lease in claim(db, at):
        assert begin(db, lease, at)["run"]
        settle(db, lease, at, outcome, reason)
    assert is_open(db, provider=HOST) == opened
    assert is_open(db, A1, HOST) == opened


def test_nothing_is_claimed_of_a_host_that_is_cut_off_and_its_probe_brings_it_back(
    db: Database, world: World, at: datetime
) -> None:
    asked(db, world, at, 2)
    calls(db, at, 20, provider=HOST)
    assert claim(db, at + 9 * S) == []
    first, second = claim(db, at + 10 * S)
    assert begin(db, first, at + 10 * S)["run"]
    assert begin(db, second, at + 10 * S) == {"run": False, "reason": "cut_off"}
    waits = db.all(ITEM, second["item_id"])[0]
    assert (waits["state"], waits["tries"], waits["lease_until"]) == ("waiting", 0, None)
    assert waits["run_at"] == at + 20 * S
    assert db.one("select count(*) from public.jobs where retry_of is not null") == 1, (
        "an attempt that nobody is asked for does not exist"
    )
    settle(db, first, at + 11 * S, "accepted", "")
    assert not is_open(db, provider=HOST)
    (again,) = claim(db, at + 20 * S)
    assert begin(db, again, at + 20 * S)["run"]


def test_another_host_and_another_company_go_on(db: Database, world: World, at: datetime) -> None:
    asked(db, world, at, 1)
    asked(db, world, at, 1, A2)
    calls(db, at, 0, 40, provider=HOST)
    calls(db, at, 20, 0, A1, provider=HOST)
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["company_cnpj"] == A2
    db.run("insert into noc.job_hosts values ('other.test')")
    db.run("update noc.job_handlers set url = 'https://other.test/jobs'")
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["company_cnpj"] == A1


def test_calls_that_are_made_again_have_their_share(
    db: Database, world: World, at: datetime
) -> None:
    asked(db, world, at, 1)
    (lease,) = claim(db, at)
    begin(db, lease, at)
    settle(db, lease, at, "retry", "http_503")
    for _ in range(5):
        db.run("select noc.may_call(%s, null, true, %s)", HOST, at + MIN)
    (lease,) = claim(db, at + MIN)
    assert begin(db, lease, at + MIN) == {"run": False, "reason": "retry_budget"}
    assert db.all(ITEM, lease["item_id"])[0]["tries"] == 1
    (lease,) = claim(db, at + 2 * MIN)
    assert begin(db, lease, at + 2 * MIN)["run"]
