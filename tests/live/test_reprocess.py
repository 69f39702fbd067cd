"""From an operator's click to a job that ended well: preview, execute, `act`, a handler, ingest."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import pytest

from dev.jobs_example.settings import JOB_TYPE, SECRET
from tests.live.instance import Live
from tests.live.person import Person, Row
from tests.live.sending import at_rest
from tests.live.waiting import wait_until

COMPANY: Final = "11222333000181"
REASON: Final = "o fornecedor voltou a responder"
FAILED: Final = """
    insert into public.jobs (
        company_cnpj, external_id, job_type, status, started_at, finished_at, error
    )
    values (%s, %s, %s, 'failed', now() - interval '2 minutes', now() - interval '1 minute', 'boom')
    returning job_id::text
"""
ATTEMPTS: Final = """
    select status::text, attempt from public.jobs where %s in (job_id::text, retry_of::text)
    order by attempt
"""
# How long a call waits before it is made again is not what is shown here.
DUE: Final = "update noc.action_items set run_at = clock_timestamp() where state = 'waiting'"
TRIES: Final = (
    "select tries from noc.action_items where ref::text = %s order by item_id desc limit 1"
)


@pytest.fixture(scope="module")
def live(senders: Live) -> Live:
    """An instance whose only worker starts jobs again."""
    at_rest(senders, ("act",))
    return senders


@pytest.fixture(scope="module")
def franqueado(live: Live) -> Person:
    return live.person("franqueado")


def reprocess(person: Person, job: str) -> Row:
    """As the page does it."""
    plan = person.rpc("noc_preview_action", action="reprocess", params={"job_ids": [job]})
    assert plan["size"] == 1
    return person.rpc(
        "noc_execute_action",
        plan_id=plan["plan_id"],
        idempotency_key=str(uuid4()),
        reason=REASON,
        confirm=plan["confirm"],
    )


def attempts(person: Person, job: str) -> list[Row]:
    found: list[Row] = person.rpc("noc_job", job_id=job)["data"]["attempts"]
    return found


def ended(person: Person, job: str) -> bool:
    return [one["status"] for one in attempts(person, job)] == ["failed", "success"]


def test_a_failed_job_is_started_again_and_ends_well(live: Live, franqueado: Person) -> None:
    job = live.value(FAILED, COMPANY, "noite-1", JOB_TYPE)
    done = reprocess(franqueado, job)
    assert done["status"] == "running"
    wait_until("the second attempt ended well", lambda: ended(franqueado, job))
    first, second = attempts(franqueado, job)
    assert (first["attempt"], first["error"]) == (1, "boom")
    assert (second["attempt"], second["retry_of"], second["error"]) == (2, job, None)
    assert second["heartbeat_at"] is not None
    live.rows("select noc.tend_jobs(clock_timestamp())")
    assert live.value(
        "select status::text from public.noc_actions where action_id = %s", done["action_id"]
    ) == "succeeded"  # fmt: skip


def test_what_is_under_way_when_the_worker_is_killed_is_started_once(
    live: Live, franqueado: Person
) -> None:
    job = live.value(FAILED, COMPANY, "noite-2", JOB_TYPE)
    live.stop("act")
    reprocess(franqueado, job)
    # A worker begins, the handler is called, and nobody comes back to say so.
    (lease,) = live.value("select noc.claim_job_runs('act@dead', 1)")
    run = live.value("select noc.begin_job_run(%s, %s)", lease["item_id"], lease["fence"])
    live.rows(
        "update noc.action_items set lease_until = clock_timestamp() where item_id = %s",
        lease["item_id"],
    )
    live.repair("act")
    wait_until("it ended well all the same", lambda: ended(franqueado, job))
    assert live.value(TRIES, job) == 2
    assert [one["external_id"] for one in attempts(franqueado, job)] == ["noite-2", run["job_id"]]


def test_a_handler_that_is_down_is_called_again_with_the_same_attempt(
    live: Live, franqueado: Person
) -> None:
    live.stop("jobs")
    job = live.value(FAILED, COMPANY, "noite-3", JOB_TYPE)
    reprocess(franqueado, job)
    wait_until("it was called", lambda: (live.value(TRIES, job) or 0) >= 1)
    live.repair("jobs")
    live.rows(DUE)
    wait_until("it ended well", lambda: ended(franqueado, job))
    assert live.value(TRIES, job) >= 2
    assert live.rows(ATTEMPTS, job) == [("failed", 1), ("success", 2)]


def test_no_secret_is_in_a_log(live: Live) -> None:
    logs = "".join((live.instance.log / f"{name}.log").read_text() for name in ("act", "jobs"))
    assert "a handler was called" in logs
    assert SECRET not in logs
