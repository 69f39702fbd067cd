"""A person's word on a message that nobody knows of whether it arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import MIN, S, at_that_time
from tests.db.telling import (
    PHONE,
    Json,
    close_alert,
    contact,
    judge,
    only_ours,
    open_alert,
    outbox,
    plan,
    send_all,
    told,
)

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news", only_ours.__name__)

RESOLVE = "select noc.resolve_unknown(%s, %s, %s, %s, %s)"


def unknown(db: Database, at: datetime, company: str | None = A1) -> UUID:
    """A WhatsApp message about the company that was cut off; gives its id."""
    scope = {"company_cnpj": company} if company else {"role": "admin"}
    contact(db, phone=PHONE, email=None, **scope)
    judge(db, "DOWN", at, company=company)
    send_all(db, at, "ambiguous")
    (row,) = outbox(db)
    assert row["state"] == "unknown"
    notification_id: UUID = row["notification_id"]
    return notification_id


def resolve(
    db: Database, who: UUID, message: UUID, outcome: str, at: datetime, kind: str = "notification"
) -> Json:
    answer: Json = at_that_time(db, who, RESOLVE, kind, message, outcome, "liguei e confirmei", at)
    return answer


def test_a_message_that_arrived_counts_as_sent(db: Database, world: World, at: datetime) -> None:
    message = unknown(db, at)
    answer = resolve(db, world.franqueado_a, message, "arrived", at + MIN)
    assert answer == {
        "kind": "notification",
        "id": str(message),
        "outcome": "arrived",
        "state": "sent",
    }
    assert send_all(db, at + MIN) == []
    (row,) = outbox(db)
    assert (row["state"], row["reason"], row["done_at"]) == ("sent", None, at + MIN)


def test_a_message_that_did_not_is_sent_again_when_asked(
    db: Database, world: World, at: datetime
) -> None:
    message = unknown(db, at)
    assert resolve(db, world.admin, message, "resend", at + MIN)["state"] == "queued"
    (sent,) = send_all(db, at + MIN)
    assert (sent["notification_id"], sent["event"]) == (str(message), "opened")
    assert told(db) == [("opened", "whatsapp", "sent")]


def test_what_is_over_is_not_sent_again(db: Database, world: World, at: datetime) -> None:
    message = unknown(db, at)
    judge(db, "UP", at + MIN)
    send_all(db, at + MIN)
    resolve(db, world.admin, message, "resend", at + 2 * MIN)
    assert send_all(db, at + 2 * MIN) == []
    (row,) = outbox(db, notification_id=message)
    assert (row["state"], row["reason"]) == ("cancelled", "closed")


def test_a_message_that_is_dropped_is_dead_and_told_by_no_other_channel(
    db: Database, world: World, at: datetime
) -> None:
    message = unknown(db, at)
    db.run("update noc.contacts set email = 'ana@empresa.test'")
    assert resolve(db, world.admin, message, "drop", at + MIN)["state"] == "dead"
    assert send_all(db, at + MIN) == []
    assert [(one["state"], one["reason"]) for one in outbox(db)] == [("dead", "not_arrived")]


def test_who_was_not_told_after_all_is_not_told_of_the_end(
    db: Database, world: World, at: datetime
) -> None:
    message = unknown(db, at)
    resolve(db, world.admin, message, "drop", at + MIN)
    judge(db, "UP", at + 2 * MIN)
    assert send_all(db, at + 2 * MIN) == []


def test_a_group_is_sent_again_without_what_ended_meanwhile(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, phone=PHONE, email=None, company_cnpj=None, group_id=GROUP_A)
    first = open_alert(db, at, A1, severity="critical")
    open_alert(db, at, A2, severity="critical")
    plan(db, at)
    send_all(db, at, "ambiguous")
    (group,) = outbox(db, event="group")
    close_alert(db, first, at + MIN)
    db.run("delete from noc.unplanned_events")  # nobody is told of the end yet
    resolve(db, world.franqueado_a, group["notification_id"], "resend", at + MIN)
    (sent,) = send_all(db, at + MIN)
    assert (sent["event"], sent["facts"]["company_cnpj"]) == ("opened", A2)


def test_each_word_is_one_entry_of_the_trail(db: Database, world: World, at: datetime) -> None:
    message = unknown(db, at)
    resolve(db, world.franqueado_a, message, "drop", at + MIN)
    (entry,) = db.all(
        "select actor, target, company_cnpj, payload from public.noc_audit"
        " where action = 'resolve_unknown'"
    )
    assert entry == {
        "actor": world.franqueado_a,
        "target": f"notification:{message}",
        "company_cnpj": A1,
        "payload": {"kind": "notification", "outcome": "drop", "reason": "liguei e confirmei"},
    }


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "cliente_b1", "stranger"])
def test_a_foreign_message_is_refused_like_one_that_does_not_exist(
    db: Database, world: World, at: datetime, who: str
) -> None:
    message = unknown(db, at)
    caller = getattr(world, who)
    foreign = resolve(db, caller, message, "arrived", at)
    assert (foreign["code"], foreign["hint"]) == ("PT404", "notification_not_found")
    assert resolve(db, caller, uuid4(), "arrived", at) == foreign
    assert told(db) == [("opened", "whatsapp", "unknown")]
    refused = db.all("select payload from public.noc_audit where action = 'refused'")
    assert [one["payload"]["action"] for one in refused] == ["resolve_unknown"] * 2


@pytest.mark.parametrize(("company", "may"), [(A1, True), (B1, False), (None, False)])
def test_a_franqueado_resolves_what_concerns_its_own_companies(
    db: Database, world: World, at: datetime, company: str | None, may: bool
) -> None:
    message = unknown(db, at, company)
    answer = resolve(db, world.franqueado_a, message, "arrived", at)
    assert ("state" in answer) is may
    if not may:
        assert resolve(db, world.admin, message, "arrived", at)["state"] == "sent"


@pytest.mark.parametrize("state", ["queued", "sent", "dead", "cancelled"])
def test_what_is_known_cannot_be_resolved(
    db: Database, world: World, at: datetime, state: str
) -> None:
    message = unknown(db, at)
    db.run("update noc.notifications set state = %s", state)
    query = "select public.noc_resolve_unknown('notification', %s, 'arrived', 'x')"
    error = db.refused(world.admin, query, message)
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "not_unknown")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "job"}, "kind"),
        ({"kind": None}, "kind"),
        ({"outcome": "lost"}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_a_word_that_says_it_wrongly_is_refused_by_name(
    db: Database, world: World, at: datetime, change: dict[str, Any], field: str
) -> None:
    given = {"kind": "notification", "id": unknown(db, at), "outcome": "drop", "reason": "x"}
    query = "select public.noc_resolve_unknown(%s, %s, %s, %s)"
    error = db.refused(world.admin, query, *(given | change).values())
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_a_late_word_of_the_worker_that_it_did_send_keeps_it_from_going_twice(
    db: Database, world: World, at: datetime
) -> None:
    message = unknown(db, at)
    resolve(db, world.admin, message, "resend", at + MIN)
    answer = db.one(
        "select noc.settle_notification(%s, 1, 'sent', null, 'ref', null, %s)",
        message,
        at + MIN + S,
    )
    assert answer == {"accepted": True, "state": "sent"}
    assert send_all(db, at + 2 * MIN) == []
