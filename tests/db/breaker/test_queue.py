"""The WhatsApp queue while its business number is cut off: it waits, and loses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.breaker.calling import calls, is_open
from tests.db.conftest import A1, A2, B1, Database
from tests.db.judging import MIN, S
from tests.db.queueing import (
    NUMBER,
    attempts,
    begin,
    begun,
    claim,
    companies_of,
    enqueue,
    many,
    row,
    settle,
    wanted,
)

pytestmark = pytest.mark.usefixtures("world")
META, OTHER = f"meta:{NUMBER}", "500000000000002"
MS = timedelta(milliseconds=1)


def begun_all(db: Database, at: datetime) -> list[dict[str, Any]]:
    return [lease for lease in claim(db, at) if begin(db, lease, at)["send"]]


def settle_twenty(db: Database, at: datetime, outcome: str, reason: str | None) -> None:
    """Twenty messages of one company, at the pace of the number."""
    many(db, at, 20)
    done = 0
    for half in range(10):
        for lease in begun_all(db, at + half * 500 * MS):
            settle(db, lease, at + half * 500 * MS, outcome, reason)
            done += 1
    assert done >= 20 or outcome.startswith("hold") or is_open(db, provider=META)


@pytest.mark.parametrize(
    ("outcome", "reason", "opened"),
    [
        ("retry", "provider_5xx", True),
        ("retry", "unreachable", True),
        ("retry", "rate_limited", True),
        ("retry", "pair_rate", False),
        ("ambiguous", "no_answer", True),
        ("ambiguous", "sender_bug", False),
        ("ambiguous", "lease_lost", False),
        ("ambiguous", "stopped", False),
        ("hold_number", "auth_invalid", False),
        ("hold_company", "spam_limit", False),
        ("refused", "template", False),
        ("refused", "account_locked", False),
        ("bad_address", "undeliverable", False),
        ("sent", None, False),
    ],
)
def test_what_the_provider_is_to_blame_for_cuts_the_number_off(
    db: Database, at: datetime, outcome: str, reason: str | None, opened: bool
) -> None:
    settle_twenty(db, at, outcome, reason)
    assert is_open(db, provider=META) == opened
    assert is_open(db, A1, META) == opened
    assert not is_open(db, provider="meta"), "what the NOC itself tells goes on"


def test_nothing_is_claimed_while_it_is_cut_off_and_one_each_ten_seconds(
    db: Database, at: datetime
) -> None:
    many(db, at, 5)
    many(db, at, 5, B1)
    calls(db, at, 20, provider=META)
    assert claim(db, at + 10 * S - MS) == []
    (lease,) = claim(db, at + 10 * S)
    assert begin(db, lease, at + 10 * S)["send"]
    assert claim(db, at + 20 * S - MS) == []
    settle(db, lease, at + 11 * S, "retry", "provider_5xx")
    assert is_open(db, provider=META)
    assert len(claim(db, at + 20 * S)) == 1


def test_by_another_number_messages_go_on(db: Database, at: datetime) -> None:
    many(db, at, 5)
    calls(db, at, 20, provider=META)
    assert claim(db, at) == []
    assert len(claim(db, at, number=OTHER)) == 5


def test_what_was_leased_before_waits_and_no_try_is_counted(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted())
    (lease,) = claim(db, at)
    calls(db, at, 20, provider=META)
    assert begin(db, lease, at) == {"send": False, "reason": "cut_off"}
    found = row(db)
    assert (found["state"], found["attempts"], found["failures"]) == ("queued", 0, 0)
    assert (found["lease_until"], found["run_at"]) == (None, at + 10 * S)
    assert attempts(db, lease["message_id"]) == []
    assert db.one("select count(*) from noc.recipient_slots") == 0, "its turn was not taken"


def test_a_probe_that_succeeds_lets_everything_go_once(db: Database, at: datetime) -> None:
    many(db, at, 5)
    calls(db, at, 20, provider=META)
    (probe,) = begun_all(db, at + 10 * S)
    settle(db, probe, at + 11 * S)
    assert not is_open(db, provider=META)
    rest = begun_all(db, at + 11 * S)
    for lease in rest:
        settle(db, lease, at + 11 * S)
    assert len(rest) == 4
    assert db.one("select array_agg(distinct state::text) from public.queue_whatsapp") == ["sent"]
    assert db.one("select count(*) from noc.message_attempts") == 5


def test_a_probe_that_the_provider_refuses_shows_that_it_answers(
    db: Database, at: datetime
) -> None:
    many(db, at, 2)
    calls(db, at, 20, provider=META)
    (probe,) = begun_all(db, at + 10 * S)
    settle(db, probe, at + 11 * S, "bad_address", "undeliverable", 131026)
    assert not is_open(db, provider=META)


def test_a_probe_whose_worker_ends_leaves_the_next_one_its_turn(db: Database, at: datetime) -> None:
    many(db, at, 2)
    calls(db, at, 20, provider=META)
    assert len(begun_all(db, at + 10 * S)) == 1
    db.run("select noc.tend_queue(%s)", at + 40 * S)
    (next_one,) = begun_all(db, at + 40 * S)
    settle(db, next_one, at + 41 * S)
    assert not is_open(db, provider=META)


def test_one_companys_failures_hold_that_company_alone(db: Database, at: datetime) -> None:
    many(db, at, 5, A1)
    many(db, at, 3, A2)
    calls(db, at, 0, 40, provider=META)
    calls(db, at, 20, 0, A1, provider=META)
    assert (is_open(db, A1, META), is_open(db, provider=META)) == (True, False)
    assert companies_of(db, claim(db, at + S)) == [A2] * 3
    assert companies_of(db, claim(db, at + 10 * S)) == [A1], "its probe"


def test_retries_wait_where_they_have_had_their_share_and_the_first_tries_go_on(
    db: Database, at: datetime
) -> None:
    lease = begun(db, at)
    settle(db, lease, at, "retry", "provider_5xx")
    for _ in range(5):
        db.run("select noc.may_call(%s, null, true, %s)", META, at + MIN)
    enqueue(db, at + MIN, wanted("new", to="5511988880002"))
    said = {
        row(db, one["message_id"])["external_id"]: begin(db, one, at + MIN)
        for one in claim(db, at + MIN)
    }
    assert said["pedido-1"] == {"send": False, "reason": "retry_budget"}
    assert said["new"]["send"]
    held = row(db, lease["message_id"])
    assert (held["state"], held["attempts"], held["failures"]) == ("retry", 1, 1)
    assert at + MIN + S <= held["run_at"] <= at + MIN + 5 * S
    (again,) = claim(db, at + 2 * MIN)
    assert begin(db, again, at + 2 * MIN)["send"]


def test_what_was_held_by_the_provider_is_no_retry(db: Database, at: datetime) -> None:
    many(db, at, 10)
    for lease in begun_all(db, at):
        settle(db, lease, at, "hold_number", "auth_invalid", 190)
    assert db.one("select noc.resume_queue(null, null, 0, null, %s)", at + MIN)
    assert len(begun_all(db, at + MIN)) == 10


def test_a_late_word_that_it_was_sent_counts_for_the_provider(db: Database, at: datetime) -> None:
    many(db, at, 2)
    calls(db, at, 20, provider=META)
    (probe,) = begun_all(db, at + 10 * S)
    db.run("select noc.tend_queue(%s)", at + 40 * S)
    assert settle(db, probe, at + 41 * S) == {"accepted": True, "state": "sent"}
    assert not is_open(db, provider=META)
