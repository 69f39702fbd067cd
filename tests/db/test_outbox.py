"""The outbox that nothing gets lost in: leases, fences, tries, fallbacks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, B1, Database, World
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
    plan,
    send_all,
    settle,
    told,
    waiting,
)

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news", only_ours.__name__)


# Leases and fences


def test_a_message_is_leased_to_one_worker_for_half_a_minute(db: Database, at: datetime) -> None:
    waiting(db, at)
    (first,) = claim(db, at)
    assert claim(db, at + 30 * S - S) == []
    (second,) = claim(db, at + 30 * S)
    assert second["fence"] == first["fence"] + 1
    assert begin(db, first, at + 30 * S) == {"send": False, "reason": "lease_lost"}
    assert begin(db, second, at + 30 * S)["send"]
    assert attempts(db) == [(None, None)]


def test_what_a_claim_answers_names_nobody(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    assert lease.keys() == {"notification_id", "fence"}


def test_a_message_is_begun_once(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["send"]
    assert not begin(db, lease, at)["send"]


def test_a_worker_that_dies_before_the_send_costs_nothing(db: Database, at: datetime) -> None:
    waiting(db, at, "whatsapp")
    claim(db, at)
    (sent,) = send_all(db, at + 30 * S)
    assert sent["to"] == PHONE
    assert attempts(db) == [("sent", None)]


def test_a_mail_whose_worker_died_goes_out_again_as_the_same_mail(
    db: Database, at: datetime
) -> None:
    row = waiting(db, at)
    (lease,) = claim(db, at)
    first = begin(db, lease, at)
    (again,) = send_all(db, at + 30 * S)
    assert again == first
    assert again["notification_id"] == str(row["notification_id"])
    assert attempts(db) == [("lost", None), ("sent", None)]


def test_a_whatsapp_message_whose_worker_died_is_unknown_and_never_sent_again(
    db: Database, at: datetime
) -> None:
    waiting(db, at, "whatsapp")
    (lease,) = claim(db, at)
    begin(db, lease, at)
    assert claim(db, at + 30 * S) == []
    assert told(db) == [("opened", "whatsapp", "unknown")]
    plan(db, at + 31 * S)
    assert len(outbox(db)) == 1


def test_a_worker_that_was_only_slow_may_still_say_that_it_sent(db: Database, at: datetime) -> None:
    waiting(db, at, "whatsapp")
    (lease,) = claim(db, at)
    begin(db, lease, at)
    claim(db, at + 30 * S)
    assert settle(db, lease, at + 40 * S) == {"accepted": True, "state": "sent"}
    assert settle(db, lease, at + 41 * S) == {"accepted": False, "state": "sent"}


def test_a_zombie_settles_nothing_that_another_has(db: Database, at: datetime) -> None:
    waiting(db, at)
    (old,) = claim(db, at)
    begin(db, old, at)
    (new,) = claim(db, at + 30 * S)
    begin(db, new, at + 30 * S)
    assert settle(db, old, at + 31 * S) == {"accepted": False, "state": "sending"}
    assert settle(db, new, at + 31 * S) == {"accepted": True, "state": "sent"}


def test_companies_take_turns(db: Database, at: datetime) -> None:
    for company in (A1, B1):
        contact(db, company_cnpj=company)
    for service in ("omie", "f360", "llm"):
        judge(db, "DOWN", at, service=service, company=A1)
    judge(db, "DOWN", at, company=B1)
    leases = [one["notification_id"] for one in claim(db, at, most=2)]
    owners = {row["company_cnpj"] for row in outbox(db) if str(row["notification_id"]) in leases}
    assert owners == {A1, B1}


@pytest.mark.parametrize(
    ("worker", "most", "channels", "field"),
    [
        ("", 1, ["email"], "worker"),
        ("w" * 81, 1, ["email"], "worker"),
        ("w", 0, ["email"], "max"),
        ("w", 101, ["email"], "max"),
        ("w", 1, ["fax"], "channels"),
        ("w", 1, None, "channels"),
    ],
)
def test_a_claim_that_asks_wrongly_is_refused_by_name(
    db: Database, worker: str, most: int, channels: list[str] | None, field: str
) -> None:
    query = "select public.noc_claim_notifications(%s, %s, %s)"
    error = db.refused(None, query, worker, most, channels, role="noc_worker")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_only_workers_reach_the_outbox(db: Database, world: World) -> None:
    for role, user in (("authenticated", world.admin), ("noc_ingest", None), ("anon", None)):
        error = db.refused(user, "select public.noc_claim_notifications('w', 1, '{}')", role=role)
        assert error.sqlstate == "42501"
    with db.acting_as(None, "noc_worker"):
        assert db.one("select public.noc_claim_notifications('w', 1, '{email}')") == []


# Tries


def test_what_fails_is_tried_six_times_ever_slower_and_then_by_the_other_channel(
    db: Database, at: datetime
) -> None:
    row = waiting(db, at, "whatsapp")
    now, waits = at, []
    for _ in range(6):
        assert len(send_all(db, now, "retry")) == 1
        found = db.all("select state, run_at from noc.notifications where notification_id = %s",
                       row["notification_id"])[0]  # fmt: skip
        if found["state"] == "queued":
            waits.append((found["run_at"] - now).total_seconds())
            assert send_all(db, found["run_at"] - timedelta(milliseconds=1)) == []
            now = found["run_at"]
    for wait, most in zip(waits, (60, 120, 240, 480, 900), strict=True):
        assert 0 <= wait <= most
    assert told(db) == [("opened", "whatsapp", "dead"), ("opened", "email", "queued")]
    assert outbox(db, channel="email")[0]["instead_of"] == row["notification_id"]


def test_the_wait_that_the_provider_asks_for_is_kept(db: Database, at: datetime) -> None:
    waiting(db, at)
    (lease,) = claim(db, at)
    begin(db, lease, at)
    settle(db, lease, at, "retry", retry_after_s=900)
    wait = (outbox(db)[0]["run_at"] - at).total_seconds()
    assert 900 <= wait <= 1080


@pytest.mark.parametrize("outcome", ["refused", "bad_address"])
def test_what_is_refused_for_good_is_told_by_the_other_channel_at_once(
    db: Database, at: datetime, outcome: str
) -> None:
    waiting(db, at)
    send_all(db, at, outcome)
    assert told(db) == [("opened", "email", "dead"), ("opened", "whatsapp", "queued")]
    broken = db.one("select email_broken_reason from noc.contacts")
    assert broken == ("test" if outcome == "bad_address" else None)
    trail = db.one("select count(*) from public.noc_audit where action = 'contact_channel_broken'")
    assert trail == (1 if outcome == "bad_address" else 0)


def test_a_fallback_that_fails_too_ends(db: Database, at: datetime) -> None:
    waiting(db, at)
    send_all(db, at, "refused")
    send_all(db, at, "refused")
    assert send_all(db, at) == []
    assert {one["state"] for one in outbox(db)} == {"dead"}


def test_the_end_follows_the_opening_to_the_channel_that_took_it(
    db: Database, at: datetime
) -> None:
    waiting(db, at, "whatsapp")
    send_all(db, at, "bad_address")
    send_all(db, at)
    judge(db, "UP", at + MIN)
    (end,) = send_all(db, at + MIN)
    assert (end["event"], end["channel"]) == ("closed", "email")


def test_an_end_that_cannot_be_sent_is_tried_again(db: Database, at: datetime) -> None:
    waiting(db, at)
    send_all(db, at)
    judge(db, "UP", at + MIN)
    send_all(db, at + MIN, "retry")
    (end,) = outbox(db, event="closed")
    assert (end["state"], end["attempts"]) == ("queued", 1)
    (sent,) = send_all(db, end["run_at"])
    assert sent["event"] == "closed"


def test_a_mail_that_was_cut_off_is_tried_again_and_counts_as_told(
    db: Database, at: datetime
) -> None:
    waiting(db, at)
    send_all(db, at, "ambiguous")
    assert told(db) == [("opened", "email", "queued")]
    judge(db, "UP", at + S)
    assert told(db) == [("opened", "email", "cancelled"), ("closed", "email", "queued")]


def test_whatsapp_that_was_cut_off_is_unknown(db: Database, at: datetime) -> None:
    waiting(db, at, "whatsapp")
    send_all(db, at, "ambiguous")
    assert told(db) == [("opened", "whatsapp", "unknown")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": "maybe"}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"reason": "No!"}, "reason"),
        ({"outcome": "retry", "reason": None}, "reason"),
        ({"provider_ref": "x" * 201}, "provider_ref"),
        ({"retry_after_s": -1}, "retry_after_s"),
        ({"retry_after_s": 86401}, "retry_after_s"),
    ],
)
def test_a_receipt_that_says_it_wrongly_is_refused_by_name(
    db: Database, changes: dict[str, Any], field: str
) -> None:
    given = {"outcome": "sent", "reason": None, "provider_ref": None, "retry_after_s": None}
    error = db.refused(
        None,
        "select public.noc_settle_notification(%s, 1, %s, %s, %s, %s)",
        uuid4(),
        *(given | changes).values(),
        role="noc_worker",
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_a_receipt_for_no_message_is_refused(db: Database) -> None:
    query = "select public.noc_settle_notification(%s, 1, 'sent')"
    error = db.refused(None, query, uuid4(), role="noc_worker")
    assert (error.sqlstate, error.diag.message_hint) == ("PT404", "notification_not_found")


# Channels that nobody can send by


def test_without_any_channel_messages_wait_and_say_why(db: Database, at: datetime) -> None:
    waiting(db, at)
    assert claim(db, at, ()) == []
    assert [(one["state"], one["reason"]) for one in outbox(db)] == [("queued", "not_configured")]
    assert len(send_all(db, at + MIN)) == 1


def test_a_channel_that_is_not_configured_gives_way_to_the_other(
    db: Database, at: datetime
) -> None:
    waiting(db, at, "whatsapp")
    (sent,) = send_all(db, at, channels=("email",))
    assert sent["channel"] == "email"
    assert outbox(db, channel="whatsapp")[0]["reason"] == "not_configured"


def test_what_waited_for_a_day_is_not_sent_any_more(db: Database, at: datetime) -> None:
    waiting(db, at)
    plan(db, at + 24 * 60 * MIN)
    assert outbox(db, event="opened")[0]["state"] == "queued"
    plan(db, at + 24 * 60 * MIN + S)
    assert outbox(db, event="opened")[0]["reason"] == "expired"


# What the provider says later


def deliver(db: Database, notification_id: UUID, status: str, at: datetime) -> str | None:
    state: str | None = db.one(
        "select noc.apply_delivery(%s, %s, 'undeliverable', true, %s)", notification_id, status, at
    )
    return state


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered"], "delivered"),
        (["sent", "sent"], "sent"),
    ],
)
def test_a_delivery_only_ever_gets_better(
    db: Database, at: datetime, said: list[str], state: str
) -> None:
    row = waiting(db, at, "whatsapp")
    send_all(db, at)
    for status in said:
        deliver(db, row["notification_id"], status, at + S)
    assert outbox(db, channel="whatsapp")[0]["state"] == state


def test_an_unknown_message_that_arrived_is_known_again(db: Database, at: datetime) -> None:
    row = waiting(db, at, "whatsapp")
    send_all(db, at, "ambiguous")
    assert deliver(db, row["notification_id"], "delivered", at + S) == "delivered"
    assert deliver(db, uuid4(), "delivered", at + S) is None


def test_a_delivery_that_failed_is_told_by_the_other_channel(db: Database, at: datetime) -> None:
    row = waiting(db, at, "whatsapp")
    send_all(db, at)
    assert deliver(db, row["notification_id"], "failed", at + S) == "dead"
    assert told(db, channel="email") == [("opened", "email", "queued")]
    assert db.one("select whatsapp_broken_reason from noc.contacts") == "undeliverable"
