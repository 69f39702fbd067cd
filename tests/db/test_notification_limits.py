"""How much one person is told: limits, bundles, and the breaker for a storm."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.db.conftest import A1, A2, GROUP_A, Database
from tests.db.judging import MIN, S, evaluate, probed, traffic
from tests.db.telling import (
    PHONE,
    Json,
    begin,
    claim,
    contact,
    judge,
    only_ours,
    open_alert,
    outbox,
    plan,
    send_all,
    settle,
)

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news", only_ours.__name__)


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


@pytest.mark.parametrize("gone", [True, False])
def test_what_a_refused_bundle_alone_held_goes_by_the_other_channel_whose_bundle_may_be_gone(
    db: Database, at: datetime, gone: bool
) -> None:
    contact(db, phone=PHONE)
    for service in SERVICES[:6]:
        judge(db, "DOWN", at, service=service)
    open_alert(db, at + S, service="supabase:auth", severity="critical")
    open_alert(db, at + S, service="supabase:realtime")
    plan(db, at + S)
    then = at + 2 * MIN + S
    by_mail, by_phone = bundles(db, then)
    if gone:
        assert services(begin(db, by_phone, then)) == {"supabase:auth"}
    begin(db, by_mail, then)
    settle(db, by_mail, then, "refused")
    if gone:
        (by_phone,) = bundles(db, then)
        assert services(begin(db, by_phone, then)) == {"supabase:realtime"}
    else:
        assert services(begin(db, by_phone, then)) == {"supabase:auth", "supabase:realtime"}


def test_what_is_about_whatsapp_leaves_a_refused_bundle_by_no_whatsapp(
    db: Database, at: datetime
) -> None:
    contact(db, phone=PHONE)
    for service in SERVICES[:6]:
        judge(db, "DOWN", at, service=service)
    open_alert(db, at + S, service="whatsapp")
    open_alert(db, at + S, service="supabase:auth")
    plan(db, at + S)
    then = at + 2 * MIN + S
    (by_mail,) = bundles(db, then)
    begin(db, by_mail, then)
    settle(db, by_mail, then, "refused")
    (by_phone,) = bundles(db, then)
    assert services(begin(db, by_phone, then)) == {"supabase:auth"}


def bundles(db: Database, at: datetime) -> list[Json]:
    """Leases of the bundles that are due, of mail first; all else is sent."""
    leases = {lease["notification_id"]: lease for lease in claim(db, at)}
    taken = [leases.pop(str(one["notification_id"]), None) for one in outbox(db, event="bundle")]
    for lease in leases.values():
        begin(db, lease, at)
        settle(db, lease, at)
    return [lease for lease in taken if lease]


def services(message: Json) -> set[str]:
    """Those that a bundle as it is sent names."""
    return {line["service"] for line in message["facts"]["lines"]}


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
