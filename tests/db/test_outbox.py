"""The outbox that nothing gets lost in: leases, fences, tries, fallbacks, limits, bundles."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import S, evaluate, probed, traffic
from tests.db.telling import (
    PHONE,
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
)

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news", only_ours.__name__)

MIN = 60 * S
BOTH = ("email", "whatsapp")


def waiting(db: Database, at: datetime, channel: str = "email") -> Any:
    """One critical message that waits, for a contact with both addresses; gives its row."""
    contact(db, phone=PHONE, email_from="critical" if channel == "email" else None,
            whatsapp_from="critical" if channel == "whatsapp" else None)  # fmt: skip
    judge(db, "DOWN", at)
    (row,) = outbox(db)
    assert row["channel"] == channel
    return row


def attempts(db: Database) -> list[tuple[str | None, str | None]]:
    rows = db.all("select outcome, reason from noc.notification_attempts order by begun_at, fence")
    return [(row["outcome"], row["reason"]) for row in rows]


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
            assert send_all(db, found["run_at"] - S) == []
            now = found["run_at"]
    for wait, base in zip(waits, (30, 60, 120, 240, 480), strict=True):
        assert 0.8 * base <= wait <= 1.2 * base
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


# Limits


SERVICES = ("omie", "f360", "llm", "banks", "api", "supabase:rest", "supabase:auth", "whatsapp")


def test_six_messages_in_ten_minutes_go_and_the_rest_is_one_bundle_after_two(
    db: Database, at: datetime
) -> None:
    contact(db)
    for second, service in enumerate(SERVICES):
        judge(db, "DOWN", at + second * S, service=service)
    assert [one["event"] for one in outbox(db) if one["state"] == "queued"].count("opened") == 6
    assert len(send_all(db, at + 7 * S)) == 6
    (bundle,) = outbox(db, event="bundle")
    assert bundle["run_at"] == at + 6 * S + 2 * MIN
    (sent,) = send_all(db, bundle["run_at"])
    assert (sent["facts"]["count"], sent["facts"]["ended"]) == (2, 0)
    assert {one["service"] for one in sent["facts"]["lines"]} == {"supabase:auth", "whatsapp"}
    judge(db, "DOWN", at + 11 * MIN, service="supabase:realtime")
    assert len(send_all(db, at + 11 * MIN)) == 1


def test_the_worst_goes_first_and_the_rest_is_bundled(db: Database, at: datetime) -> None:

    contact(db)
    for service in SERVICES[:6]:
        traffic(db, at - 180 * S, 1500, service=service)
    evaluate(db, at - 180 * S)
    probed(db, "supabase:rest", "DOWN", at, A1)
    evaluate(db, at)
    plan(db, at)
    bundled = outbox(db, state="bundled")
    assert [one["severity"] for one in bundled] == ["warning"]


def test_whoever_was_told_in_a_bundle_is_told_of_the_end(db: Database, at: datetime) -> None:
    contact(db)
    for service in SERVICES:
        judge(db, "DOWN", at, service=service)
    send_all(db, at + 2 * MIN)
    last = outbox(db, state="bundled")[0]["payload"]["service"]
    judge(db, "UP", at + 15 * MIN, service=last)
    assert [one["event"] for one in send_all(db, at + 15 * MIN)] == ["closed"]


def test_what_is_over_before_its_bundle_goes_is_not_in_it(db: Database, at: datetime) -> None:
    contact(db)
    for service in SERVICES:
        judge(db, "DOWN", at, service=service)
    bundled = [one["payload"]["service"] for one in outbox(db, state="bundled")]
    for service in bundled:
        judge(db, "UP", at + MIN, service=service)
    sent = send_all(db, at + 2 * MIN)
    assert {one["event"] for one in sent} == {"opened"}
    assert outbox(db, event="bundle")[0]["reason"] == "closed"


def test_a_company_is_told_of_thirty_times_an_hour(db: Database, at: datetime) -> None:
    for number in range(6):
        contact(db, email=f"c{number}@empresa.test")
    for service in SERVICES[:5]:
        judge(db, "DOWN", at, service=service)
    assert {one["state"] for one in outbox(db)} == {"queued"}
    judge(db, "DOWN", at + S, service="supabase:rest")
    assert {one["reason"] for one in outbox(db, state="bundled")} == {"company_limit"}
    contact(db, company_cnpj=A2, email="other@empresa.test")
    judge(db, "DOWN", at + S, company=A2)
    assert outbox(db, company_cnpj=A2, state="queued")


@pytest.mark.parametrize(("count", "storm"), [(300, False), (301, True)])
def test_more_than_three_hundred_alerts_in_five_minutes_are_one_summary(
    db: Database, at: datetime, count: int, storm: bool
) -> None:
    contact(db, group_id=GROUP_A)
    db.run(
        "insert into public.noc_alerts (rule_id, code, fingerprint, target, company_cnpj, service,"
        " severity, severity_max, started_at, opened_at, last_seen_at, value, last_value,"
        " threshold, unit) select r.rule_id, r.code, n::text, 'service:omie', %s, 'omie',"
        " 'critical', 'critical', %s, %s, %s, 2, 2, 1, 'status'"
        " from generate_series(1, %s) as n, public.noc_rules as r where r.code = 'service_down'",
        A1, at, at, at, count,
    )  # fmt: skip
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity)"
        " select alert_id, %s, 'opened', 'critical' from public.noc_alerts where company_cnpj = %s",
        at,
        A1,
    )
    plan(db, at)
    sent = send_all(db, at + 2 * MIN)
    if storm:
        assert [(one["event"], one["facts"]["count"]) for one in sent] == [("storm", 301)]
    else:
        assert [(one["event"], one["facts"]["count"]) for one in sent] == [("group", 300)]
    plan(db, at + 3 * MIN)
    assert len(outbox(db, event="storm")) == int(storm)


def test_a_failure_of_the_planner_stops_neither_the_engine_nor_loses_events(
    db: Database, at: datetime
) -> None:
    contact(db)
    db.run("alter table noc.notifications add constraint broken check (event <> 'opened')")
    stages = db.one("select noc.tick(%s)", at)
    judged = db.one("select count(*) from noc.unplanned_events")
    assert "error" not in stages["evaluate_rules"]

    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    stages = db.one("select noc.tick(%s)", at + S)
    assert "broken" in stages["notify"]["error"]
    assert db.one("select count(*) from noc.unplanned_events") > judged
    db.run("alter table noc.notifications drop constraint broken")
    db.one("select noc.tick(%s)", at + 2 * S)
    assert outbox(db, company_cnpj=A1)


# What is shown of it


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
