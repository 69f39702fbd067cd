"""What is shown of what was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, B1, GROUP_A, Database, World
from tests.db.telling import contact, judge, only_ours, send_all, waiting

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news", only_ours.__name__)


def listed(db: Database, who: UUID, **asked: object) -> Any:
    names = ", ".join(f"{name} => %s" for name in asked)
    with db.acting_as(who):
        return db.one(f"select public.noc_list_notifications({names})", *asked.values())["data"]


def test_a_message_is_shown_with_its_attempts_and_a_masked_address(
    db: Database, world: World, at: datetime
) -> None:
    waiting(db, at, "whatsapp")
    send_all(db, at, "bad_address")
    send_all(db, at)
    shown = listed(db, world.franqueado_a)
    by_channel = {one["channel"]: one for one in shown["notifications"]}
    refused, instead = by_channel["whatsapp"], by_channel["email"]
    assert (refused["state"], refused["recipient"]) == ("dead", "•••••-0001")
    assert [one["outcome"] for one in refused["attempts"]] == ["bad_address"]
    assert (instead["state"], instead["recipient"]) == ("sent", "a•••@empresa.test")
    assert instead["instead_of"] == refused["notification_id"]
    assert [one["configured"] for one in shown["channels"]] == [None, None]


def test_messages_are_shown_by_company_group_and_alert(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, role="admin", email="admin@noc.test")
    first = judge(db, "DOWN", at, company=A1)
    judge(db, "DOWN", at, company=B1)

    def companies(who: UUID, **asked: object) -> set[str]:
        shown = listed(db, who, **asked)["notifications"]
        return {one["company_cnpj"] for one in shown if one["company_cnpj"]}

    assert companies(world.admin) == {A1, B1}
    assert companies(world.admin, company_cnpj=B1) == {B1}
    assert companies(world.admin, group_id=GROUP_A) == {A1}
    assert companies(world.admin, alert_id=first) == {A1}
    assert companies(world.franqueado_a) == {A1}
    named = listed(db, world.franqueado_a)["notifications"]
    assert {(one["role"], one["name"], one["recipient"]) for one in named} == {
        ("admin", None, None)
    }
    assert listed(db, world.cliente_a1) == {"notifications": [], "channels": None}
    for who, asked in (
        (world.franqueado_b, {"company_cnpj": A1}),
        (world.franqueado_b, {"group_id": GROUP_A}),
        (world.franqueado_b, {"alert_id": first}),
        (world.cliente_a1, {"alert_id": uuid4()}),
    ):
        (name,) = asked
        query = f"select public.noc_list_notifications({name} => %s)"
        assert db.refused(who, query, asked[name]).sqlstate == "PT404"


def test_whether_a_channel_works_is_what_the_notifier_last_said(db: Database, world: World) -> None:
    db.run("select noc.heartbeat('notify', 'one', now(), '{\"channels\": [\"email\"]}', now())")
    shown = {one["channel"]: one["configured"] for one in listed(db, world.admin)["channels"]}
    assert shown == {"email": True, "whatsapp": False}
