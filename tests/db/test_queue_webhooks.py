"""What the provider says later: in any order and as often as it likes, with one end."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, Database
from tests.db.judging import MIN, S
from tests.db.queueing import (
    NUMBER,
    Json,
    begin,
    begun,
    claim,
    enqueue,
    row,
    sent,
    settle,
    status,
    told,
    wanted,
)
from tests.db.telling import PHONE, contact, judge, only_ours, outbox, send_all

pytestmark = pytest.mark.usefixtures("world")

ENDS = [
    (("sent",), "sent"),
    (("sent", "delivered"), "delivered"),
    (("read",), "read"),
    (("sent", "delivered", "read"), "read"),
    (("sent", "failed"), "dead"),
    (("failed", "delivered"), "delivered"),
    (("sent", "delivered", "failed", "read"), "read"),
    (("delivered", "played"), "read"),
]


def code_of(name: str) -> int | None:
    return 131026 if name == "failed" else None


@pytest.mark.parametrize(("statuses", "end"), ENDS)
@pytest.mark.parametrize("before", ["sending", "sent", "unknown"])
def test_the_end_is_the_same_in_every_order(
    db: Database, at: datetime, statuses: tuple[str, ...], end: str, before: str
) -> None:
    for number, order in enumerate(permutations(statuses)):
        enqueue(db, at, wanted(str(number), to=f"55119{number:08}"))
        (lease,) = claim(db, at + number * MIN)
        assert begin(db, lease, at + number * MIN)["send"]
        if before != "sending":
            settle(db, lease, at, "sent" if before == "sent" else "ambiguous")
        for name in (*order, order[0]):
            told(db, at, status(lease, name, code_of(name)))
        assert row(db, lease["message_id"])["state"] == end, order


def test_what_is_known_already_changes_nothing(db: Database, at: datetime) -> None:
    lease = sent(db, at)
    assert told(db, at, status(lease, "delivered")) == {"applied": 1, "same": 0, "foreign": 0}
    before = row(db)
    answer = told(db, at + S, status(lease, "delivered"), status(lease, "sent"))
    assert answer == {"applied": 0, "same": 2, "foreign": 0}
    assert row(db) == before


def test_a_status_without_our_own_id_is_found_by_the_providers(db: Database, at: datetime) -> None:
    lease = sent(db, at)
    told(db, at, status(lease, "delivered", callback=None))
    assert row(db)["state"] == "delivered"


def test_what_was_not_sent_from_here_is_nobodys(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted())
    waiting = {"message_id": str(row(db)["message_id"])}
    never = [
        status(waiting, "delivered"),
        status({"message_id": str(uuid4())}, "read"),
        status({"message_id": "pedido-1"}, "sent"),
        {"status": "sent"},
    ]
    assert told(db, at, *never) == {"applied": 0, "same": 0, "foreign": 4}
    assert row(db)["state"] == "queued"


def test_a_webhook_resolves_what_is_unknown(db: Database, at: datetime) -> None:
    lease = sent(db, at, "ambiguous")
    told(db, at + S, status(lease, "sent"))
    found = row(db)
    assert (found["state"], found["error_class"]) == ("sent", None)
    assert found["provider_ref"] == f"wamid.{lease['message_id']}"


def test_what_arrived_after_all_is_not_sent_again(db: Database, at: datetime) -> None:
    lease = sent(db, at, "ambiguous")
    db.run("select noc.requeue_message(%s, %s)", lease["message_id"], at)
    (again,) = claim(db, at + MIN)
    told(db, at + MIN, status(lease, "delivered"))
    assert begin(db, again, at + MIN) == {"send": False, "reason": "lease_lost"}
    assert claim(db, at + 10 * MIN) == []
    assert row(db)["state"] == "delivered"


def test_the_failure_of_a_send_before_does_not_end_the_next(db: Database, at: datetime) -> None:
    lease = sent(db, at, "ambiguous")
    db.run("select noc.requeue_message(%s, %s)", lease["message_id"], at)
    assert told(db, at, status(lease, "failed", 131026))["same"] == 1
    assert row(db)["state"] == "retry"
    (again,) = claim(db, at + MIN)
    begin(db, again, at + MIN)
    settle(db, again, at + MIN, ref="wamid.second")
    told(db, at + MIN, status(lease, "failed", 131026, ref="wamid.first"))
    assert row(db)["state"] == "sent"
    told(db, at + MIN, status(lease, "failed", 131026, ref="wamid.second"))
    assert row(db)["state"] == "dead"


def test_the_workers_word_after_the_webhook_takes_nothing_back(db: Database, at: datetime) -> None:
    lease = begun(db, at)
    told(db, at, status(lease, "delivered"))
    assert settle(db, lease, at + S) == {"accepted": False, "state": "delivered"}
    db.run("select noc.tend_queue(%s)", at + MIN)
    assert row(db)["state"] == "delivered"
    assert db.one("select outcome from noc.message_attempts") == "sent"


def test_a_failure_says_why(db: Database, at: datetime) -> None:
    lease = sent(db, at)
    told(db, at, status(lease, "failed", 131049))
    found = row(db)
    assert (found["error_class"], found["error_code"]) == ("not_delivered_by_meta", 131049)
    lease = begun(db, at, external_id="2", to="5511900000001")
    told(db, at, status(lease, "failed", 999999))
    assert row(db, lease["message_id"])["error_class"] == "provider_refused"


@pytest.mark.parametrize(
    ("code", "company", "number"),
    [(131048, A1, None), (131042, None, NUMBER), (205, None, NUMBER), (131026, None, None)],
)
def test_a_failure_that_is_not_the_messages_alone_holds_the_queue(
    db: Database, at: datetime, code: int, company: str | None, number: str | None
) -> None:
    lease = sent(db, at)
    told(db, at, status(lease, "failed", code))
    assert row(db)["state"] == "dead"
    held = db.all("select company_cnpj, phone_number_id from noc.queue_pauses")
    expected = [] if company is number is None else [
        {"company_cnpj": company, "phone_number_id": number}
    ]  # fmt: skip
    assert held == expected


@pytest.mark.parametrize("bad", [{}, "x", None, [{}] * 1001])
def test_other_shapes_are_refused(db: Database, bad: object) -> None:
    error = db.refused(None, "select noc.apply_webhook(%s)", Jsonb(bad), role="postgres")
    assert error.diag.message_hint == "statuses"


def test_the_webhook_may_do_nothing_else(db: Database, at: datetime) -> None:
    lease = sent(db, at)
    with db.acting_as(None, "noc_webhook"):
        answer = db.one("select public.noc_apply_webhook(%s)", Jsonb([status(lease, "delivered")]))
    assert answer["applied"] == 1
    for query in (
        "select public.noc_claim_messages('w', 1, 'n')",
        "select * from public.queue_whatsapp",
    ):
        assert db.refused(None, query, role="noc_webhook").sqlstate == "42501"


@pytest.mark.usefixtures("silence_is_no_news", only_ours.__name__)
def test_what_becomes_of_notifications_comes_the_same_way(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email=None)
    judge(db, "DOWN", at)
    send_all(db, at)
    (message,) = outbox(db)
    about: Json = {"message_id": str(message["notification_id"])}
    assert told(db, at, status(about, "read"))["applied"] == 1
    assert told(db, at, status(about, "delivered"))["same"] == 1
    (message,) = outbox(db)
    assert message["state"] == "read"
