"""Messages while their provider is cut off: they wait or take the other way, and none is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.breaker.calling import calls, is_open
from tests.db.conftest import A1, B1, Database
from tests.db.judging import MIN, S
from tests.db.telling import (
    PHONE,
    attempts,
    begin,
    claim,
    contact,
    judge,
    only_ours,
    outbox,
    send_all,
    settle,
    slow,
    told,
)

__all__ = ["only_ours"]
pytestmark = pytest.mark.usefixtures("world", "only_ours", "silence_is_no_news")
BOTH = ("email", "whatsapp")


def people(db: Database, count: int, **given: Any) -> None:
    for number in range(count):
        contact(db, **({"email": f"p{number}@empresa.test"} | given))


@pytest.mark.parametrize(
    ("outcome", "reason", "opened"),
    [
        ("retry", "provider_5xx", True),
        ("retry", "rate_limited", True),
        ("retry", "pair_rate", False),
        ("ambiguous", "no_answer", True),
        ("retry", "rcpt_450", False),
        ("ambiguous", "sender_bug", False),
        ("ambiguous", "lease_lost", False),
        ("ambiguous", "stopped", False),
        ("refused", "auth_invalid", True),
        ("refused", "template", False),
        ("bad_address", "smtp_550", False),
        ("sent", None, False),
    ],
)
def test_what_the_provider_is_to_blame_for_cuts_it_off(
    db: Database, at: datetime, outcome: str, reason: str | None, opened: bool
) -> None:
    people(db, 20)
    judge(db, "DOWN", at)
    for lease in claim(db, at):
        begin(db, lease, at)
        settle(db, lease, at, outcome, reason)
    assert is_open(db, provider="smtp") == opened
    assert is_open(db, A1, "smtp") == opened
    assert not is_open(db, provider="meta")


def test_nothing_is_claimed_of_a_provider_that_is_cut_off_and_one_is_begun_each_ten_seconds(
    db: Database, at: datetime
) -> None:
    people(db, 3)
    judge(db, "DOWN", at)
    calls(db, at, 20, provider="smtp")
    assert claim(db, at + 9 * S) == []
    leases = claim(db, at + 10 * S)
    assert len(leases) == 3
    said = [begin(db, lease, at + 10 * S) for lease in leases]
    assert [one["send"] for one in said] == [True, False, False]
    assert {one["reason"] for one in said[1:]} == {"cut_off"}
    held = outbox(db, reason="cut_off")
    assert {(one["state"], one["attempts"], one["lease_until"]) for one in held} == {
        ("queued", 0, None)
    }
    assert {one["run_at"] for one in held} == {at + 20 * S}
    assert claim(db, at + 19 * S) == []


def test_when_it_is_back_everything_goes_once(db: Database, at: datetime) -> None:
    people(db, 3)
    judge(db, "DOWN", at)
    calls(db, at, 20, provider="smtp")
    leases = claim(db, at + 10 * S)
    assert [begin(db, lease, at + 10 * S)["send"] for lease in leases] == [True, False, False]
    settle(db, leases[0], at + 11 * S)
    assert not is_open(db, provider="smtp")
    assert len(send_all(db, at + 20 * S)) == 2
    assert {one["state"] for one in outbox(db)} == {"sent"}
    assert [outcome for outcome, _ in attempts(db)] == ["sent"] * 3


def test_another_companys_messages_go_on(db: Database, at: datetime) -> None:
    contact(db)
    contact(db, company_cnpj=B1, email="b@empresa.test")
    calls(db, at, 0, 40, provider="smtp")
    calls(db, at, 20, 0, A1, provider="smtp")
    assert not is_open(db, provider="smtp")
    judge(db, "DOWN", at)
    judge(db, "DOWN", at, company=B1)
    assert [one["to"] for one in send_all(db, at)] == ["b@empresa.test"]


# The other channel


def cut_off(db: Database, at: datetime, *providers: str) -> None:
    for provider in providers:
        calls(db, at, 20, provider=provider)
        db.run("update noc.breakers set probe_at = %s", at + 60 * MIN)


@pytest.mark.parametrize(("waited", "took"), [(MIN - S, []), (MIN, ["email"])])
def test_what_is_critical_takes_the_other_channel_after_a_minute(
    db: Database, at: datetime, waited: timedelta, took: list[str]
) -> None:
    contact(db, phone=PHONE, email_from=None, whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta")
    assert [one["channel"] for one in send_all(db, at + waited)] == took
    assert ("opened", "whatsapp", "cancelled" if took else "queued") in told(db)


def test_a_warning_waits(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, whatsapp_from=None)
    slow(db, at)
    cut_off(db, at, "smtp")
    assert send_all(db, at + 10 * MIN) == []
    assert told(db) == [("opened", "email", "queued")]


def test_where_both_are_cut_off_it_waits(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email_from=None, whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta", "smtp")
    assert send_all(db, at + 10 * MIN) == []
    assert told(db) == [("opened", "whatsapp", "queued")]


def test_who_is_told_by_both_is_told_once_by_each(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email_from="critical", whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta")
    assert [one["channel"] for one in send_all(db, at + 2 * MIN)] == ["email"]
    assert told(db, channel="whatsapp") == [("opened", "whatsapp", "queued")]


def test_what_stands_in_for_another_does_not_go_back(db: Database, at: datetime) -> None:
    """Else the two would cancel each other."""
    contact(db, phone=PHONE, email_from=None, whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta")
    claim(db, at + MIN)
    db.run("update noc.notifications set state = 'queued', lease_until = null"
           " where channel = 'email'")  # fmt: skip
    cut_off(db, at + MIN, "smtp")
    db.run("update noc.breakers set opened_at = null, probe_at = null where provider = 'meta'")
    assert send_all(db, at + 10 * MIN) == []
    assert told(db, channel="email") == [("opened", "email", "queued")]


def test_who_has_no_other_address_waits(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email=None, email_from=None, whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta")
    assert send_all(db, at + 2 * MIN) == []
    assert told(db) == [("opened", "whatsapp", "queued")]


def test_a_worker_without_the_other_channel_takes_nothing_there(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email_from=None, whatsapp_from="critical")
    judge(db, "DOWN", at)
    cut_off(db, at, "meta")
    assert send_all(db, at + 2 * MIN, channels=("whatsapp",)) == []
    assert told(db) == [("opened", "whatsapp", "queued")]


def test_a_retry_beyond_the_budget_waits_and_costs_no_try(db: Database, at: datetime) -> None:
    people(db, 7)
    judge(db, "DOWN", at)
    send_all(db, at, "retry")
    assert not is_open(db, provider="smtp")
    later = at + 20 * MIN
    said = [begin(db, lease, later) for lease in claim(db, later)]
    assert [one["send"] for one in said] == [True] * 5 + [False] * 2
    held = outbox(db, reason="retry_budget")
    assert {(one["state"], one["attempts"]) for one in held} == {("queued", 1)}
    assert all(later + S <= one["run_at"] <= later + 5 * S for one in held)
