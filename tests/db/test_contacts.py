"""Who keeps contacts, what a contact may be, and what is shown of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World, user
from tests.db.judging import S
from tests.db.telling import PHONE, contact, judge, only_ours, outbox, send_all

pytestmark = pytest.mark.usefixtures(only_ours.__name__)

Json = dict[str, Any]
GIVEN: Json = {
    "contact_id": None,
    "name": "Ana Lima",
    "email": "Ana@Empresa.test",
    "phone": "+55 (11) 98888-0001",
    "role": "franqueado",
    "company_cnpj": A1,
}


def save(db: Database, who: UUID, **changes: object) -> Json:
    """The answer of noc_save_contact; a refusal is one too."""
    given = GIVEN | changes
    names = ", ".join(f"{name} => %s" for name in given)
    with db.acting_as(who):
        answer: Json = db.one(f"select public.noc_save_contact({names})", *given.values())
    return answer


def refusal(db: Database, who: UUID, **changes: object) -> tuple[str | None, str | None]:
    given = GIVEN | changes
    names = ", ".join(f"{name} => %s" for name in given)
    error = db.refused(who, f"select public.noc_save_contact({names})", *given.values())
    return error.sqlstate, error.diag.message_hint


def listed(db: Database, who: UUID) -> list[Json]:
    with db.acting_as(who):
        contacts: list[Json] = db.one("select public.noc_list_contacts()")["data"]["contacts"]
    return contacts


def is_refused(answer: Json) -> bool:
    return answer.get("hint") == "scope_not_found"


# Who


@pytest.mark.parametrize(
    ("who", "scope", "may"),
    [
        ("admin", {"role": "admin", "company_cnpj": None}, True),
        ("admin", {"company_cnpj": B1}, True),
        ("franqueado_a", {"company_cnpj": A2}, True),
        ("franqueado_a", {"company_cnpj": None, "group_id": GROUP_A}, True),
        ("franqueado_a", {"role": "cliente"}, True),
        ("franqueado_a", {"company_cnpj": B1}, False),
        ("franqueado_a", {"company_cnpj": None, "group_id": GROUP_B}, False),
        ("franqueado_a", {"role": "admin", "company_cnpj": None}, False),
        ("cliente_a1", {"role": "cliente"}, False),
        ("stranger", {}, False),
    ],
)
def test_contacts_are_kept_by_whoever_operates_their_scope(
    db: Database, world: World, who: str, scope: Json, may: bool
) -> None:
    answer = save(db, getattr(world, who), **scope)
    assert is_refused(answer) is not may
    assert db.one("select count(*) from noc.contacts") == int(may)
    assert bool(listed(db, getattr(world, who))) is may


def test_a_foreign_contact_and_none_get_the_same_answer(db: Database, world: World) -> None:
    foreign = contact(db, company_cnpj=B1)
    answers = [
        save(db, world.franqueado_a, contact_id=foreign),
        save(db, world.franqueado_a, contact_id=uuid4()),
    ]
    for name, more in (("delete", ""), ("test", ", 'email'")):
        for one in (foreign, uuid4()):
            with db.acting_as(world.franqueado_a):
                query = f"select public.noc_{name}_contact(%s{more})"
                answers.append(db.one(query, one))
    assert all(is_refused(answer) for answer in answers)
    assert len({str(answer) for answer in answers}) == 1
    refused = "select count(*) from public.noc_audit where action = 'refused'"
    assert db.one(refused) >= 6


def test_a_contact_cannot_be_moved_where_its_keeper_has_no_say(db: Database, world: World) -> None:
    saved = save(db, world.franqueado_a)
    moved = save(db, world.franqueado_a, contact_id=saved["contact_id"], company_cnpj=B1)
    assert is_refused(moved)
    assert listed(db, world.franqueado_a)[0]["company_cnpj"] == A1


def test_who_only_reads_and_who_keeps_others_see_no_contact(db: Database, world: World) -> None:
    contact(db)
    contact(db, group_id=GROUP_A)
    contact(db, role="admin")
    for who, count in (("admin", 3), ("franqueado_a", 2), ("franqueado_b", 0), ("cliente_a1", 0)):
        assert len(listed(db, getattr(world, who))) == count


# What


def test_a_contact_is_kept_in_one_form_and_its_phone_never_shown_whole(
    db: Database, world: World
) -> None:
    saved = save(db, world.franqueado_a)
    assert (saved["email"], saved["phone"]) == ("ana@empresa.test", "•••••-0001")
    assert (saved["email_from"], saved["whatsapp_from"]) == ("warning", "critical")
    assert listed(db, world.franqueado_a) == [saved]
    assert db.one("select phone from noc.contacts") == PHONE
    told = db.one("select payload::text from public.noc_audit where action = 'save_contact'")
    assert PHONE not in told
    assert "98888" not in told


def test_the_masked_phone_leaves_the_one_that_is_kept(db: Database, world: World) -> None:
    saved = save(db, world.franqueado_a)
    changed = save(
        db, world.franqueado_a, contact_id=saved["contact_id"], phone=saved["phone"], name="Bia"
    )
    assert changed["name"] == "Bia"
    assert db.one("select phone from noc.contacts") == PHONE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Ana\nBcc: x@y.z"}, "name"),
        ({"email": "ana"}, "email"),
        ({"email": "ana@x"}, "email"),
        ({"email": "a b@empresa.test"}, "email"),
        ({"email": "ana@empresa.test\nBcc: x@y.z"}, "email"),
        ({"email": f"{'a' * 65}@empresa.test"}, "email"),
        ({"email": "ação@empresa.test"}, "email"),
        ({"email": "ana..lima@empresa.test"}, "email"),
        ({"email": ".ana@empresa.test"}, "email"),
        ({"email": "ana@-empresa.test"}, "email"),
        ({"email": '"ana"@empresa.test'}, "email"),
        ({"email": "Ana <ana@empresa.test>"}, "email"),
        ({"email": None, "phone": None}, "email"),
        ({"phone": "11988880001"}, "phone"),
        ({"phone": "+0511988880001"}, "phone"),
        ({"phone": "+5511"}, "phone"),
        ({"phone": "•••••-9999"}, "phone"),
        ({"language": "fr"}, "language"),
        ({"email_from": "loud"}, "email_from"),
        ({"whatsapp_from": "loud"}, "whatsapp_from"),
        ({"escalation_step": -1}, "escalation_step"),
        ({"escalation_step": 3}, "escalation_step"),
        ({"escalation_step": None}, "escalation_step"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"quiet_from": "24:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "10 pm", "quiet_until": "07:00"}, "quiet_from"),
        ({"role": "cliente", "company_cnpj": None, "group_id": GROUP_A}, "company_cnpj"),
        ({"user_id": UUID(int=0)}, "user_id"),
    ],
)
def test_what_cannot_be_a_contact_is_refused_by_name(
    db: Database, world: World, changes: Json, field: str
) -> None:
    assert refusal(db, world.admin, **changes) == ("PT400", field)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 120},
        {"email": f"{'a' * 64}@empresa.test"},
        {"email": "ana.lima+noc@sub.empresa.com.br"},
        {"email": "o'neil@a.b"},
        {"email": None},
        {"phone": None},
        {"phone": "+12025550123", "language": "en"},
        {"email_from": None, "whatsapp_from": "info"},
        {"escalation_step": 2},
        {"quiet_from": "22:00", "quiet_until": "06:59"},
    ],
)
def test_what_can_be_a_contact_is_kept(db: Database, world: World, changes: Json) -> None:
    saved = save(db, world.franqueado_a, **changes)
    assert listed(db, world.franqueado_a) == [saved]


@pytest.mark.parametrize(
    ("whose", "may"), [("cliente_a1", False), ("franqueado_a", True), ("franqueado_b", False)]
)
def test_a_contacts_user_is_somebody_who_may_hear_of_its_alerts(
    db: Database, world: World, whose: str, may: bool
) -> None:
    if may:
        assert save(db, world.admin, user_id=getattr(world, whose))["user_id"]
    else:
        assert refusal(db, world.admin, user_id=getattr(world, whose)) == ("PT400", "user_id")
    assert refusal(db, world.admin, user_id=user(db)) == ("PT400", "user_id")


def test_a_scope_has_at_most_fifty_contacts(db: Database, world: World) -> None:
    for number in range(49):
        contact(db, email=f"c{number}@empresa.test")
    save(db, world.franqueado_a)
    assert refusal(db, world.franqueado_a) == ("PT409", "contact_limit")
    assert not is_refused(save(db, world.franqueado_a, company_cnpj=A2))


def test_a_changed_address_is_taken_for_whole_again(db: Database, world: World) -> None:
    saved = save(db, world.franqueado_a)
    db.run(
        "update noc.contacts set email_broken_at = now(), email_broken_reason = 'smtp_550',"
        " whatsapp_broken_at = now(), whatsapp_broken_reason = 'undeliverable'"
    )
    changed = save(
        db, world.franqueado_a, contact_id=saved["contact_id"], email="nova@empresa.test"
    )
    assert (changed["email_broken"], changed["whatsapp_broken"]) == (None, "undeliverable")


def test_a_deleted_contact_is_forgotten_and_hears_nothing_more(
    db: Database, world: World, at: datetime
) -> None:

    saved = save(db, world.franqueado_a)
    judge(db, "DOWN", at)
    with db.acting_as(world.franqueado_a):
        db.one("select public.noc_delete_contact(%s)", saved["contact_id"])
    row = db.all("select * from noc.contacts")[0]
    assert (row["name"], row["email"], row["phone"]) == (None, None, None)
    assert send_all(db, at) == []
    assert {one["reason"] for one in outbox(db)} == {"contact_deleted"}
    assert is_refused(save(db, world.franqueado_a, contact_id=saved["contact_id"]))


# Tests of a contact


def send_test(db: Database, who: UUID, contact_id: UUID, channel: str, at: datetime) -> Json:
    with db.acting_as(who, "postgres"):
        answer: Json = db.one("select noc.test_contact(%s, %s, %s)", contact_id, channel, at)
    return answer


def test_a_test_arrives_through_the_outbox_and_mends_a_broken_channel(
    db: Database, world: World, at: datetime
) -> None:
    one = contact(db, phone=PHONE, whatsapp_broken_at=at, whatsapp_broken_reason="undeliverable")
    send_test(db, world.franqueado_a, one, "whatsapp", at)
    (sent,) = send_all(db, at)
    assert (sent["event"], sent["to"], sent["name"]) == ("test", PHONE, "Ana")
    assert db.one("select whatsapp_broken_reason from noc.contacts") is None


def test_a_contact_is_tested_three_times_an_hour(db: Database, world: World, at: datetime) -> None:
    one, other = contact(db), contact(db)
    for second in range(3):
        send_test(db, world.franqueado_a, one, "email", at + second * S)

    with pytest.raises(psycopg.Error) as caught, db.connection.transaction():
        send_test(db, world.franqueado_a, one, "email", at + 3599 * S)
    assert (caught.value.sqlstate, caught.value.diag.message_hint) == ("PT429", "test_limit")
    send_test(db, world.franqueado_a, other, "email", at + 3599 * S)
    send_test(db, world.franqueado_a, one, "email", at + 3600 * S)


def test_a_contact_is_tested_again_after_its_first_tests_were_deleted(
    db: Database, world: World, at: datetime
) -> None:
    one = contact(db)
    sent = [send_test(db, world.franqueado_a, one, "email", at + n * 3600 * S) for n in range(3)]
    db.run("delete from noc.notifications where notification_id = %s", sent[0]["notification_id"])
    assert send_test(db, world.franqueado_a, one, "email", at + 4 * 3600 * S)["notification_id"]


@pytest.mark.parametrize("channel", ["whatsapp", "fax", None])
def test_a_channel_without_address_cannot_be_tested(
    db: Database, world: World, channel: str | None
) -> None:
    one = contact(db)
    error = db.refused(world.admin, "select public.noc_test_contact(%s, %s)", one, channel)
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "channel")


# Anchors


def test_anchors_of_what_moved_are_mailed_to_admins(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, role="admin", email="admin@noc.test")
    contact(db)
    save(db, world.admin)
    anchors = db.one("select noc.send_anchors(%s)", at)
    (sent,) = send_all(db, at)
    assert (sent["event"], sent["to"]) == ("anchor", "admin@noc.test")
    mailed = {one["chain"]: one for one in sent["facts"]["heads"]}
    assert A1 in mailed
    assert all(one in anchors["heads"] for one in sent["facts"]["heads"])
    db.one("select noc.send_anchors(%s)", at + 3600 * S)
    assert send_all(db, at + 3600 * S) == []
