"""Messages one by one: pages, states, who may do what with one, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import HOUR, MIN, S
from tests.db.queueing import begin, claim, many, sent, settle, status, told
from tests.db.test_queue_page import reported

Json = dict[str, Any]


def page(db: Database, user: UUID, **arguments: object) -> Json:
    """The answer of noc_list_messages."""
    given = ", ".join(f"{name} => %s" for name in arguments)
    with db.acting_as(user):
        answer: Json = db.one(f"select public.noc_list_messages({given})", *arguments.values())[
            "data"
        ]
    return answer


def story(db: Database, user: UUID, message_id: object) -> Json:
    with db.acting_as(user):
        answer: Json = db.one("select public.noc_message(%s)", message_id)["data"]
    return answer


def happened(db: Database, user: UUID, lease: Json) -> list[str]:
    return [event["what"] for event in story(db, user, lease["message_id"])["events"]]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    db: Database, world: World, at: datetime
) -> None:
    for minute in range(7):
        reported(db, at - minute * MIN, "queued", (A1, A2)[minute % 2], count=3)
    seen: list[Json] = []
    cursor = None
    while True:
        found = page(db, world.franqueado_a, cursor=cursor, max=4)
        seen += found["messages"]
        cursor = found["next"]
        if cursor is None:
            break
        assert len(found["messages"]) == 4
    assert len({m["message_id"] for m in seen}) == 21
    assert [m["created_at"] for m in seen] == sorted((m["created_at"] for m in seen), reverse=True)


@pytest.mark.parametrize(
    ("wanted", "states"),
    [
        (None, {"queued", "retry", "leased", "sending", "sent", "delivered", "read", "failed",
                "dead", "unknown", "cancelled"}),
        ("pending", {"queued", "retry"}),
        ("sending", {"leased", "sending"}),
        ("failed", {"failed", "dead", "unknown", "cancelled"}),
        ("dead", {"dead"}),
        ("unknown", {"unknown"}),
        ("sent", {"sent", "delivered", "read"}),
    ],
)  # fmt: skip
def test_a_state_is_asked_for_by_its_name(
    db: Database, world: World, at: datetime, wanted: str | None, states: set[str]
) -> None:
    for state in db.all("select unnest(enum_range(null::public.queue_state))::text as name"):
        reported(db, at, state["name"])
    found = page(db, world.cliente_a1, state=wanted)["messages"]
    assert {m["state"] for m in found} == states


def test_the_number_is_masked_and_what_is_said_is_never_shown(
    db: Database, world: World, at: datetime
) -> None:
    lease = sent(db, at, "refused", reason="template", code=132001)
    for user in (world.admin, world.franqueado_a, world.cliente_a1):
        (one,) = page(db, user)["messages"]
        assert (one["recipient"], one["template"]) == ("•••••-0001", "cobranca")
        assert "Ana" not in str(one) + str(story(db, user, lease["message_id"]))
        assert (one["error_class"], one["error_code"]) == ("template", 132001)


@pytest.mark.parametrize(("who", "may"), [("admin", True), ("franqueado_a", True),
                                          ("cliente_a1", False)])  # fmt: skip
def test_what_may_be_done_with_a_message_is_said_to_who_operates(
    db: Database, world: World, at: datetime, who: str, may: bool
) -> None:
    many(db, at, 2)
    dead, unknown = claim(db, at)
    for lease, outcome in ((dead, "refused"), (unknown, "ambiguous")):
        assert begin(db, lease, at)["send"]
        settle(db, lease, at, outcome)
    reported(db, at, "dead")
    reported(db, at, "unknown")
    found = {m["message_id"]: m for m in page(db, getattr(world, who))["messages"]}
    assert [i for i, m in found.items() if m["can_retry"]] == [dead["message_id"]] * may
    assert [i for i, m in found.items() if m["can_resolve"]] == [unknown["message_id"]] * may
    db.run("delete from noc.message_contents")
    assert not story(db, world.admin, dead["message_id"])["can_retry"]


def test_a_story_tells_each_try_and_how_it_ended(db: Database, world: World, at: datetime) -> None:
    many(db, at, 1)
    (lease,) = claim(db, at)
    assert happened(db, world.cliente_a1, lease) == ["queued", "leased"]
    begin(db, lease, at + S)
    settle(db, lease, at + 2 * S, "retry", "provider_5xx")
    (lease,) = claim(db, at + HOUR)
    begin(db, lease, at + HOUR)
    settle(db, lease, at + HOUR + S)
    told(db, at + HOUR + 5 * S, status(lease, "read"))
    events = story(db, world.cliente_a1, lease["message_id"])["events"]
    assert [(e["what"], e["attempt"], e["code"]) for e in events] == [
        ("queued", None, None),
        ("begun", 1, None),
        ("retry", 1, "provider_5xx"),
        ("begun", 2, None),
        ("sent", 2, None),
        ("read", None, None),
    ]


def test_a_persons_word_stands_in_the_story(db: Database, world: World, at: datetime) -> None:
    now = db.one("select now()")
    lease = sent(db, now - MIN, "ambiguous")
    with db.acting_as(world.franqueado_a):
        db.run(
            "select public.noc_resolve_unknown('message', %s, 'drop', 'ligou e disse que não')",
            lease["message_id"],
        )
    assert happened(db, world.cliente_a1, lease) == ["queued", "begun", "unknown", "resolved"]


def test_what_the_provider_took_back_later_is_the_end_of_the_story(
    db: Database, world: World, at: datetime
) -> None:
    lease = sent(db, at)
    told(db, at + MIN, status(lease, "failed", 131026))
    assert happened(db, world.admin, lease) == ["queued", "begun", "sent", "dead"]


def test_a_message_that_expired_was_cancelled(db: Database, world: World, at: datetime) -> None:
    many(db, at, 1, expires_at=(at + MIN).isoformat())
    db.run("select noc.expire_messages(%s)", at + MIN)
    (one,) = page(db, world.admin)["messages"]
    events = story(db, world.admin, one["message_id"])["events"]
    assert [(e["what"], e["code"]) for e in events] == [("queued", None), ("cancelled", "expired")]


def test_a_foreign_message_is_as_none(db: Database, world: World, at: datetime) -> None:
    lease = sent(db, at)
    for user, message in (
        (world.franqueado_b, lease["message_id"]),
        (world.cliente_b1, lease["message_id"]),
        (world.stranger, lease["message_id"]),
        (world.admin, uuid4()),
    ):
        error = db.refused(user, "select public.noc_message(%s)", message)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "message_not_found")
    assert page(db, world.franqueado_b)["messages"] == []
    assert db.refused(None, "select public.noc_message(%s)", uuid4(), role="anon")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [({"state": "retry"}, "state"), ({"max": 0}, "max"), ({"max": 201}, "max"),
     ({"cursor": "x"}, "cursor"), ({"company_cnpj": B1}, "scope_not_found")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(
    db: Database, world: World, arguments: dict[str, object], hint: str
) -> None:
    given = ", ".join(f"{name} => %s" for name in arguments)
    error = db.refused(
        world.franqueado_a, f"select public.noc_list_messages({given})", *arguments.values()
    )
    assert error.diag.message_hint == hint
