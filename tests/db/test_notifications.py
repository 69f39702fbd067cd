"""Who is told what, when, how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import S, evaluate, probed, traffic
from tests.db.judging import judge as judge_all
from tests.db.telling import PHONE, WAIT, contact, judge, only_ours, outbox, plan, send_all, told

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)

MIN = 60 * S
HOUR = 60 * MIN


def slow(db: Database, at: datetime, company: str = A1) -> UUID:
    """A warning of the company, opened and planned at `at`."""
    traffic(db, at - 180 * S, 1500, company=company)
    evaluate(db, at - 180 * S)
    evaluate(db, at)
    plan(db, at)
    alert_id: UUID = db.one(
        "select alert_id from public.noc_alerts where company_cnpj = %s and severity = 'warning'"
        " and state <> 'closed'",
        company,
    )
    return alert_id


def acknowledge(db: Database, user: UUID, alert_id: UUID, at: datetime, minutes: int = 60) -> None:
    with db.acting_as(user, "postgres"):
        db.run("select noc.ack_alert(%s, null, %s, %s)", alert_id, minutes, at)


# Openings and ends


def test_an_opening_is_told_once_by_the_channels_of_its_severity(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    alert_id = judge(db, "DOWN", at)
    plan(db, at + 10 * S)
    assert told(db, alert_id=alert_id) == [
        ("opened", "email", "queued"),
        ("opened", "whatsapp", "queued"),
    ]
    sent = send_all(db, at + 11 * S)
    assert {one["to"] for one in sent} == {"ana@empresa.test", PHONE}
    assert {one["facts"]["service"] for one in sent} == {"omie"}


def test_what_becomes_of_messages_is_announced_and_quiet_is_not(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    judge(db, "DOWN", at)

    def announced(moment: datetime) -> list[str]:
        db.run("delete from noc.touched")
        plan(db, moment)
        companies: list[str] = db.one(
            "select coalesce(array_agg(company_cnpj::text), '{}') from noc.touched"
            " where table_name = 'noc_notifications'"
        )
        return companies

    # Planned at `at`, and told once more for what had not been committed then.
    assert announced(at + 10 * S) == [A1]
    assert announced(at + 20 * S) == []
    send_all(db, at + 21 * S)
    assert announced(at + 30 * S) == [A1]
    assert announced(at + 40 * S) == [A1]
    assert announced(at + 50 * S) == []


def test_a_warning_is_mailed_and_does_not_ring_a_telephone(db: Database, at: datetime) -> None:
    contact(db, phone=PHONE)
    assert told(db, alert_id=slow(db, at)) == [("opened", "email", "queued")]


def test_what_comes_late_is_told_all_the_same(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    late = db.one("select min(event_id) from noc.unplanned_events")
    db.run("delete from noc.unplanned_events where event_id = %s", late)
    judge(db, "DOWN", at, company=A2)
    assert outbox(db) == []
    db.run("insert into noc.unplanned_events values (%s)", late)
    plan(db, at + 10 * S)
    assert [one["company_cnpj"] for one in outbox(db)] == [A1]


def test_whoever_was_told_of_the_opening_is_told_of_the_end_and_nobody_else(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    contact(db, email="late@empresa.test")
    judge(db, "UP", at + 5 * MIN)
    assert told(db, alert_id=alert_id) == [
        ("opened", "email", "sent"),
        ("closed", "email", "queued"),
    ]
    (sent,) = send_all(db, at + 5 * MIN)
    assert sent["to"] == "ana@empresa.test"
    assert datetime.fromisoformat(sent["facts"]["closed_at"]) == at + 5 * MIN


def test_what_is_over_before_it_was_told_is_never_told(db: Database, at: datetime) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    judge(db, "UP", at + MIN)
    assert told(db, alert_id=alert_id) == [("opened", "email", "cancelled")]
    assert send_all(db, at + MIN) == []


def test_what_opened_and_closed_between_two_turns_is_never_told(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    judge(db, "UP", at + S)
    assert outbox(db) == []


def test_an_end_that_is_not_true_any_more_is_not_told_and_the_return_is(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    judge(db, "UP", at + MIN)
    judge(db, "DOWN", at + 2 * MIN)
    (back,) = send_all(db, at + 2 * MIN)
    assert (back["event"], back["facts"]["reopen_count"]) == ("reopened", 1)
    judge(db, "UP", at + 3 * MIN)
    (end,) = send_all(db, at + 3 * MIN)
    assert end["event"] == "closed"
    assert [one["state"] for one in outbox(db, alert_id=alert_id)] == [
        "sent",
        "cancelled",
        "sent",
        "sent",
    ]


def test_getting_worse_is_told_through_an_acknowledgement(
    db: Database, world: World, at: datetime
) -> None:
    contact(db, phone=PHONE)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    acknowledge(db, world.admin, alert_id, at + WAIT)
    for second in (2, 122):
        traffic(db, at + second * S, 9000)
        evaluate(db, at + second * S)
    plan(db, at + 122 * S)
    sent = send_all(db, at + 122 * S)
    assert {(one["event"], one["channel"]) for one in sent} == {
        ("severity_up", "email"),
        ("severity_up", "whatsapp"),
    }


def test_who_closed_by_hand_is_named_to_operators_and_not_to_clientes(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="cliente@empresa.test", role="cliente", opted_in=True)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at + 5 * MIN)
    with db.acting_as(world.franqueado_a, "postgres"):
        db.run("select noc.close_alert(%s, 'combinado', %s)", alert_id, at + 6 * MIN)
    plan(db, at + 6 * MIN)
    facts = {one["to"]: one["facts"] for one in send_all(db, at + 6 * MIN)}
    who = db.one("select email from auth.users where id = %s", world.franqueado_a)
    named, unnamed = facts["ana@empresa.test"], facts["cliente@empresa.test"]
    assert (named["by"], unnamed["by"]) == (who, None)


# Whom


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


# Muted and restless


def test_a_muted_alert_is_not_told_and_its_end_is_to_whoever_knew(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    plan(db, at + 2 * HOUR)
    assert len(outbox(db)) == 1
    judge(db, "UP", at + 3 * HOUR)
    (end,) = send_all(db, at + 3 * HOUR)
    assert end["event"] == "closed"


@pytest.mark.parametrize("cause", ["silence", "maintenance", "inhibition"])
def test_the_end_is_told_whatever_mutes_the_alert(
    db: Database, world: World, at: datetime, cause: str
) -> None:
    contact(db)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    if cause == "inhibition":
        probed(db, "omie", "DOWN", at)
    else:
        with db.acting_as(world.franqueado_a, "postgres"):
            db.run(*mute_for_an_hour(cause, at))
    judge_all(db, at)
    muted_by = db.one("select muted_by from public.noc_alerts where alert_id = %s", alert_id)
    assert muted_by.startswith(cause)
    good = at + 20 * MIN
    traffic(db, good, 100)
    for now in (good, good + 3 * MIN):
        judge_all(db, now)
    plan(db, good + 3 * MIN)
    sent = send_all(db, good + 3 * MIN + WAIT)
    assert [m["event"] for m in sent if m["facts"]["code"] == "p95_latency"] == ["closed"]


def mute_for_an_hour(cause: str, at: datetime) -> tuple[Any, ...]:
    """The call by which a person silences Omie, or plans its maintenance, from `at`."""
    if cause == "silence":
        matchers = [{"field": "service", "op": "=", "value": "omie"}]
        query = "select noc.silence(%s, %s, 'deploy', null, false, %s)"
        return query, Jsonb(matchers), at + HOUR, at
    window = {
        "title": "deploy",
        "timezone": "UTC",
        "first_day": at.date().isoformat(),
        "starts": at.strftime("%H:%M"),
        "minutes": 60,
    }
    return "select noc.save_maintenance(%s, %s)", Jsonb(window), at


def test_a_cause_and_its_consequence_of_one_tick_are_told_as_the_cause(
    db: Database, at: datetime
) -> None:
    contact(db)
    traffic(db, at - 3 * MIN, 1500)
    judge_all(db, at - 3 * MIN)
    probed(db, "omie", "DOWN", at, A1)
    judge_all(db, at)
    plan(db, at)
    assert [one["payload"]["code"] for one in outbox(db)] == ["service_down"]


def test_what_outlasts_its_mute_is_told_with_its_true_beginning(db: Database, at: datetime) -> None:
    contact(db)
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    db.run("update public.noc_alerts set muted_by = 'maintenance' where company_cnpj = %s", A1)
    plan(db, at)
    assert outbox(db) == []
    unmute(db, at + HOUR)
    (one,) = send_all(db, at + HOUR)
    assert (one["event"], datetime.fromisoformat(one["facts"]["since"])) == ("opened", at)


def unmute(db: Database, at: datetime) -> None:
    db.run("update public.noc_alerts set muted_by = null where company_cnpj = %s", A1)
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity) select alert_id, %s,"
        " 'unmuted', severity from public.noc_alerts where company_cnpj = %s",
        at,
        A1,
    )
    plan(db, at)


def test_who_knew_before_the_mute_is_not_told_again_after_it(db: Database, at: datetime) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    unmute(db, at + 30 * MIN)
    assert len(outbox(db)) == 1


def test_a_mute_that_comes_before_the_send_holds_it_back_until_it_ends(
    db: Database, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", alert_id)
    assert send_all(db, at) == []
    unmute(db, at + 5 * MIN)
    assert len(send_all(db, at + 5 * MIN)) == 1


def test_a_restless_alert_is_told_once_until_it_is_steady(db: Database, at: datetime) -> None:
    contact(db)
    heard: dict[int, list[str]] = {}
    statuses = ["DOWN", "UP"] * 4
    for minute in [*range(8), 30, 50, 66, 67]:
        now = at + minute * MIN
        probed(db, "omie", statuses[minute] if minute < 8 else "UP", now, A1)
        evaluate(db, now)
        db.one("select noc.settle_flapping(%s)", now)
        plan(db, now)
        if sent := [one["event"] for one in send_all(db, now)]:
            heard[minute] = sent
    assert heard == {
        0: ["opened"],
        1: ["closed"],
        2: ["reopened"],
        3: ["closed"],
        4: ["flapping"],
        67: ["closed"],
    }


# Again and higher


def test_a_warning_that_nobody_answers_is_told_again_after_four_hours(
    db: Database, at: datetime
) -> None:
    contact(db)
    begun = at - 5 * HOUR
    slow(db, begun)
    assert len(send_all(db, begun + WAIT)) == 1
    again = begun + WAIT + 4 * HOUR
    plan(db, again - S)
    assert len(outbox(db)) == 1
    plan(db, again)
    assert len(send_all(db, again + WAIT)) == 1
    assert told(db) == [("opened", "email", "sent"), ("reminder", "email", "sent")]


def test_a_critical_alert_is_told_again_an_hour_after_its_last_word(
    db: Database, at: datetime
) -> None:
    contact(db)
    begun = at - 5 * HOUR
    judge(db, "DOWN", begun)
    heard = {}
    for minute in range(0, 241, 5):
        plan(db, begun + minute * MIN)
        for one in send_all(db, begun + minute * MIN):
            heard[minute] = one["event"]
    assert heard == {
        0: "opened",
        30: "escalation",
        60: "escalation",
        120: "reminder",
        180: "reminder",
        240: "reminder",
    }


def test_an_acknowledged_alert_is_neither_repeated_nor_escalated(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1)
    begun = at - timedelta(hours=5)
    alert_id = judge(db, "DOWN", begun)
    send_all(db, begun)
    acknowledge(db, world.admin, alert_id, begun + S, 5760)
    plan(db, begun + 4 * HOUR)
    assert len(outbox(db)) == 1


def test_an_acknowledgement_cancels_the_reminder_that_waits(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    alert_id = slow(db, at)
    send_all(db, at + WAIT)
    again = at + WAIT + 4 * HOUR
    plan(db, again)
    acknowledge(db, world.admin, alert_id, again)
    assert send_all(db, again + WAIT) == []
    assert outbox(db, event="reminder")[0]["reason"] == "acknowledged"


def test_an_unanswered_critical_alert_climbs_three_times_and_stays(
    db: Database, at: datetime
) -> None:
    for step, name in enumerate(("ana", "chefe", "diretora")):
        contact(db, email=f"{name}@empresa.test", escalation_step=step)
    begun = at - timedelta(hours=4)
    judge(db, "DOWN", begun)
    heard = {0: [one["to"] for one in send_all(db, begun)]}
    for minute in range(1, 121):
        now = begun + minute * MIN
        plan(db, now)
        if sent := [one["to"] for one in send_all(db, now) if one["event"] == "escalation"]:
            heard[minute] = sent
    names = ["ana", "chefe", "diretora"] * 3
    assert heard == {
        minute: [f"{name}@empresa.test"]
        for minute, name in zip(range(0, 90, 10), names, strict=True)
    }


def test_what_is_over_does_not_climb(db: Database, at: datetime) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1)
    begun = at - 2 * HOUR
    judge(db, "DOWN", begun)
    send_all(db, begun)
    judge(db, "UP", begun + 9 * MIN)
    plan(db, begun + 90 * MIN)
    assert [one["event"] for one in outbox(db)] == ["opened", "closed"]


def test_a_warning_does_not_climb(db: Database, at: datetime) -> None:
    contact(db, escalation_step=1)
    slow(db, at)
    plan(db, at + 30 * MIN)
    assert outbox(db) == []


def test_who_acknowledged_is_told_that_it_ran_out_whatever_its_step(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    contact(db, email="chefe@empresa.test", escalation_step=1, user_id=world.franqueado_a)
    contact(db, email="outro@empresa.test", escalation_step=1)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    with db.acting_as(world.franqueado_a, "postgres"):
        db.run("select noc.ack_alert(%s, null, 5, %s)", alert_id, at + MIN)
    db.one("select noc.expire_acks(%s)", at + 6 * MIN)
    plan(db, at + 6 * MIN)
    told_now = {one["to"] for one in send_all(db, at + 6 * MIN)}
    assert told_now == {"ana@empresa.test", "chefe@empresa.test"}


def test_a_severity_that_swings_is_told_until_it_is_known_to_be_unstable(
    db: Database, at: datetime
) -> None:
    contact(db)
    traffic(db, at - 60 * MIN, 1500)
    for minute in (60, 57):
        evaluate(db, at - minute * MIN)
    plan(db, at - 57 * MIN)
    send_all(db, at - 57 * MIN)
    for swing in range(6):
        begun = at - 50 * MIN + swing * 8 * MIN
        for minute, latency in ((0, 2500), (2, 2500), (3, 1500), (7, 1500)):
            db.run("delete from public.metrics_agg")
            traffic(db, begun + minute * MIN, latency)
            evaluate(db, begun + minute * MIN)
            db.run("select noc.settle_flapping(%s)", begun + minute * MIN)
            plan(db, begun + minute * MIN)
            send_all(db, begun + minute * MIN)
    events = [one["event"] for one in outbox(db, state="sent", channel="email")]
    assert events.count("severity_up") <= 3
    assert events.count("flapping") == 1


def test_an_acknowledgement_that_ran_out_is_told_at_once(
    db: Database, world: World, at: datetime
) -> None:
    contact(db)
    alert_id = judge(db, "DOWN", at)
    send_all(db, at)
    acknowledge(db, world.admin, alert_id, at + MIN, 5)
    db.one("select noc.expire_acks(%s)", at + 6 * MIN)
    plan(db, at + 6 * MIN)
    assert [one["event"] for one in send_all(db, at + 6 * MIN)] == ["escalation"]


# Quiet hours: the tests' noon is 09:00 in Brasília


@pytest.mark.parametrize(
    ("quiet", "waits"),
    [
        (("08:00", "10:00"), 60),
        (("22:00", "09:30"), 30),
        (("09:00", "09:01"), 1),
        (("22:00", "09:00"), 0),
        (("09:01", "08:00"), 0),
    ],
)
def test_a_warning_waits_until_quiet_hours_are_over(
    db: Database, at: datetime, quiet: tuple[str, str], waits: int
) -> None:
    contact(db, quiet_from=quiet[0], quiet_until=quiet[1])
    slow(db, at)
    assert [one["run_at"] for one in outbox(db)] == [at + max(waits * MIN, WAIT)]


def test_what_is_critical_and_what_is_over_pass_through_quiet_hours(
    db: Database, at: datetime
) -> None:
    contact(db, quiet_from="08:00", quiet_until="10:00")
    judge(db, "DOWN", at)
    assert len(send_all(db, at)) == 1
    judge(db, "UP", at + MIN)
    assert [one["event"] for one in send_all(db, at + MIN)] == ["closed"]


def test_what_is_critical_does_not_wait_in_a_bundle_until_the_morning(
    db: Database, at: datetime
) -> None:
    contact(db, quiet_from="08:00", quiet_until="10:00")
    services = ("omie", "f360", "llm", "banks", "api", "supabase:rest", "supabase:auth")
    for service in services:
        traffic(db, at - 180 * S, 1500, service=service)
    evaluate(db, at - 180 * S)
    evaluate(db, at)
    plan(db, at)
    (bundle,) = outbox(db, event="bundle")
    assert bundle["run_at"] >= at + HOUR
    for number, service in enumerate((*services, "whatsapp")):
        judge(db, "DOWN", at + MIN + number * S, service=service)
    (bundle,) = outbox(db, event="bundle")
    assert bundle["run_at"] <= at + 4 * MIN
