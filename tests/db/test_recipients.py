"""Whom an alert is told, and by which channel."""

from __future__ import annotations

from datetime import datetime

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import MIN, S, evaluate, probed, traffic
from tests.db.telling import PHONE, contact, judge, only_ours, outbox, plan, send_all, slow, told

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ({"role": "admin"}, True),
        ({"company_cnpj": A1}, True),
        ({"group_id": GROUP_A}, True),
        ({"company_cnpj": A2}, False),
        ({"company_cnpj": B1}, False),
        ({"role": "cliente", "opted_in": True}, True),
        ({"role": "cliente", "opted_in": False}, False),
        ({"email_from": None}, False),
    ],
)
def test_a_contact_hears_of_its_own_scope(
    db: Database, at: datetime, given: dict[str, object], reached: bool
) -> None:
    contact(db, **given)
    judge(db, "DOWN", at)
    assert bool(outbox(db)) is reached


@pytest.mark.parametrize("calls", [True, False])
def test_a_shared_providers_outage_is_told_to_the_franqueados_who_use_it(
    db: Database, at: datetime, calls: bool
) -> None:
    contact(db)
    contact(db, role="admin", email="admin@noc.test")
    contact(db, role="cliente", email="cliente@empresa.test", opted_in=True)
    if calls:
        traffic(db, at - 2 * MIN)
    alert_id = judge(db, "DOWN", at, company=None)
    expected = {"admin@noc.test"} | ({"ana@empresa.test"} if calls else set())
    assert {one["to"] for one in send_all(db, at)} == expected
    plan(db, at + 70 * MIN)
    assert all(
        one["event"] == "opened" or one["role"] == "admin"
        for one in db.all(
            "select n.event, c.role from noc.notifications as n inner join noc.contacts as c"
            " using (contact_id) where n.alert_id = %s",
            alert_id,
        )
    )
    judge(db, "UP", at + 71 * MIN, company=None)
    assert {one["to"] for one in send_all(db, at + 71 * MIN)} == expected


def test_a_franqueado_who_lost_its_scope_hears_of_no_shared_provider(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, group_id=GROUP_A, company_cnpj=None, user_id=world.franqueado_a)
    traffic(db, at - 2 * MIN)
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    judge(db, "DOWN", at, company=None)
    assert send_all(db, at) == []


def test_what_concerns_no_company_is_told_to_admins_alone(db: Database, at: datetime) -> None:
    contact(db)
    contact(db, role="admin", email="admin@noc.test")
    judge(db, "DOWN", at, company=None)
    sent = [one for one in send_all(db, at) if one["facts"]["service"] == "omie"]
    assert [one["to"] for one in sent] == ["admin@noc.test"]


def test_a_contact_whose_user_lost_the_right_hears_nothing_more(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, user_id=world.franqueado_a)
    alert_id = judge(db, "DOWN", at)
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    assert send_all(db, at) == []
    assert outbox(db, alert_id=alert_id)[0]["reason"] == "not_allowed"
    judge(db, "DOWN", at, service="f360")
    assert len(outbox(db)) == 1


def test_a_cliente_is_told_after_five_minutes_of_trouble(db: Database, at: datetime) -> None:
    contact(db, role="cliente", opted_in=True)
    judge(db, "DOWN", at)
    assert send_all(db, at + 5 * MIN - S) == []
    assert len(send_all(db, at + 5 * MIN)) == 1


def test_whatsapp_trouble_is_not_told_by_whatsapp(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, email_from=None)
    judge(db, "DOWN", at, service="whatsapp")
    judge(db, "DOWN", at, service="omie")
    assert {(one["channel"], one["company_cnpj"]) for one in outbox(db)} == {
        ("email", A1),
        ("whatsapp", A1),
    }
    (mail,) = outbox(db, channel="email")
    assert mail["payload"]["service"] == "whatsapp"


def test_a_channel_that_is_broken_gives_way_to_the_other(db: Database, at: datetime) -> None:
    contact(
        db,
        phone=PHONE,
        email_from=None,
        whatsapp_broken_at=at,
        whatsapp_broken_reason="undeliverable",
    )
    judge(db, "DOWN", at)
    assert told(db) == [("opened", "email", "queued")]


# The rule's channels


def tell_by(db: Database, channels: list[str] | None, code: str = "service_down") -> None:
    db.run("update public.noc_rules set channels = %s where code = %s", channels, code)


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        (None, ["email", "whatsapp"]),
        (["email"], ["email"]),
        (["whatsapp"], ["whatsapp"]),
        (["email", "whatsapp"], ["email", "whatsapp"]),
    ],
)
def test_a_rule_narrows_the_channels_of_its_alerts(
    db: Database, at: datetime, channels: list[str] | None, expected: list[str]
) -> None:
    contact(db, phone=PHONE)
    tell_by(db, channels)
    alert_id = judge(db, "DOWN", at)
    assert [one["channel"] for one in outbox(db, alert_id=alert_id)] == expected


def test_a_rule_tells_nobody_by_what_the_contact_does_not_want(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE, whatsapp_from=None)
    tell_by(db, ["whatsapp"])
    assert told(db, alert_id=judge(db, "DOWN", at)) == []
    tell_by(db, ["whatsapp", "email"])
    assert [one[1] for one in told(db, alert_id=judge(db, "DOWN", at, "f360"))] == ["email"]


def test_a_rule_does_not_lower_the_severity_that_a_contact_wants(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    tell_by(db, ["whatsapp"], "p95_latency")
    assert told(db, alert_id=slow(db, at)) == []


def test_whatsapp_trouble_goes_by_mail_though_its_rule_names_whatsapp(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    tell_by(db, ["whatsapp"])
    alert_id = judge(db, "DOWN", at, "whatsapp")
    assert [one[1] for one in told(db, alert_id=alert_id)] == ["email"]


def test_a_broken_channel_gives_way_though_the_rule_names_it_alone(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE, email_broken_at=at, email_broken_reason="unknown")
    tell_by(db, ["email"])
    assert [one[1] for one in told(db, alert_id=judge(db, "DOWN", at))] == ["whatsapp"]


def test_a_companys_exception_names_channels_of_its_own(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, phone=PHONE)
    contact(db, name="Bia", phone=PHONE, company_cnpj=A2)
    with db.acting_as(world.admin):
        rule = {"code": "service_down", "company_cnpj": A1, "channels": ["email"]}
        db.one("select public.noc_save_rule(%s)", Jsonb(rule))
    assert [one[1] for one in told(db, alert_id=judge(db, "DOWN", at))] == ["email"]
    other = judge(db, "DOWN", at, company=A2)
    assert [one[1] for one in told(db, alert_id=other)] == ["email", "whatsapp"]


def test_the_end_is_told_by_the_channels_of_the_beginning_whatever_the_rule_names_now(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at + S)
    tell_by(db, ["email"])
    judge(db, "UP", at + MIN)
    ends = outbox(db, alert_id=alert_id, event="closed")
    assert [one["channel"] for one in ends] == ["email", "whatsapp"]


def test_a_channel_that_the_rule_names_later_hears_of_no_end(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    tell_by(db, ["email"])
    alert_id = judge(db, "DOWN", at)
    send_all(db, at + S)
    tell_by(db, None)
    judge(db, "UP", at + MIN)
    assert [one["channel"] for one in outbox(db, alert_id=alert_id, event="closed")] == ["email"]


def test_what_is_said_again_follows_the_channels_of_now(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at + S)
    tell_by(db, ["email"])
    plan(db, at + 30 * MIN)
    again = outbox(db, alert_id=alert_id, event="escalation")
    assert [one["channel"] for one in again] == ["email"]


def test_the_parts_of_an_incident_are_told_to_admins_as_one(db: Database, at: datetime) -> None:
    contact(db, role="admin", email="admin@noc.test")
    contact(db)
    probed(db, "f360", "DOWN", at, None)
    for company in (A1, A2):
        probed(db, "f360", "DOWN", at, company)
    evaluate(db, at)
    whole = db.one(
        "select alert_id from public.noc_alerts where company_cnpj is null and service = 'f360'"
    )
    db.run(
        "update public.noc_alerts set parent_id = %s where service = 'f360' and company_cnpj"
        " is not null",
        whole,
    )
    plan(db, at)
    sent = [one for one in send_all(db, at) if one["facts"]["service"] == "f360"]
    assert sorted((one["to"], one["facts"]["company_cnpj"] or "") for one in sent) == [
        ("admin@noc.test", ""),
        ("ana@empresa.test", A1),
    ]
