"""Contacts, messages in the outbox, and the worker that sends them, at given instants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.db.conftest import A1, Database
from tests.db.judging import S, evaluate, probed, traffic

Json = dict[str, Any]
PHONE = "+5511988880001"
WAIT = timedelta(seconds=10)  # of a warning, for others of its kind
COLUMNS = (
    "name",
    "email",
    "phone",
    "language",
    "role",
    "company_cnpj",
    "group_id",
    "user_id",
    "email_from",
    "whatsapp_from",
    "escalation_step",
    "opted_in",
    "quiet_from",
    "quiet_until",
    "email_broken_at",
    "email_broken_reason",
    "whatsapp_broken_at",
    "whatsapp_broken_reason",
)
DEFAULTS: Json = {
    "name": "Ana",
    "email": "ana@empresa.test",
    "language": "pt-BR",
    "role": "franqueado",
    "email_from": "warning",
    "whatsapp_from": "critical",
    "escalation_step": 0,
    "opted_in": False,
}


def contact(db: Database, **given: object) -> UUID:
    """A contact as the owner of the tables writes it: of company A1 unless told otherwise."""
    values = DEFAULTS | given
    if values["role"] != "admin" and "group_id" not in given:
        values.setdefault("company_cnpj", A1)
    names = [name for name in COLUMNS if name in values]
    contact_id: UUID = db.one(
        f"insert into noc.contacts ({', '.join(names)})"
        f" values ({', '.join(['%s'] * len(names))}) returning contact_id",
        *(values[name] for name in names),
    )
    return contact_id


def plan(db: Database, at: datetime) -> Json:
    """The tick's stage alone; fails when it failed."""
    answer: Json = db.one("select noc.plan_notifications(%s)", at)
    assert "error" not in answer, answer
    return answer


def judge(
    db: Database, status: str, at: datetime, service: str = "omie", company: str | None = A1
) -> UUID:
    """The service is probed so, judged, and what follows is planned; gives the latest alert."""
    probed(db, service, status, at, company)
    evaluate(db, at)
    plan(db, at)
    alert_id: UUID = db.one(
        "select alert_id from public.noc_alerts where service = %s"
        " and company_cnpj is not distinct from %s order by opened_at desc limit 1",
        service,
        company,
    )
    return alert_id


def outbox(db: Database, **facts: object) -> list[Json]:
    """Messages with these facts, the oldest first."""
    where = " and ".join(["true", *(f"{name} = %s" for name in facts)])
    return db.all(
        f"select * from noc.notifications where {where} order by created_at, event, channel",
        *facts.values(),
    )


def told(db: Database, **facts: object) -> list[tuple[str, str, str]]:
    """Event, channel and state of the messages."""
    return [(one["event"], one["channel"], one["state"]) for one in outbox(db, **facts)]


def claim(
    db: Database, at: datetime, channels: tuple[str, ...] = ("email", "whatsapp"), most: int = 100
) -> list[Json]:
    claimed: list[Json] = db.one(
        "select noc.claim_notifications('tester', %s, %s, %s)", most, list(channels), at
    )
    return claimed


def begin(db: Database, lease: Json, at: datetime) -> Json:
    begun: Json = db.one(
        "select noc.begin_notification(%s, %s, %s)", lease["notification_id"], lease["fence"], at
    )
    return begun


def settle(
    db: Database,
    lease: Json,
    at: datetime,
    outcome: str = "sent",
    reason: str | None = None,
    retry_after_s: int | None = None,
) -> Json:
    settled: Json = db.one(
        "select noc.settle_notification(%s, %s, %s, %s, %s, %s, %s)",
        lease["notification_id"],
        lease["fence"],
        outcome,
        reason if outcome == "sent" else reason or "test",
        "ref" if outcome == "sent" else None,
        retry_after_s,
        at,
    )
    return settled


def send_all(
    db: Database,
    at: datetime,
    outcome: str = "sent",
    channels: tuple[str, ...] = ("email", "whatsapp"),
) -> list[Json]:
    """What a worker would do with everything that is due; gives what it sent."""
    sent = []
    for lease in claim(db, at, channels):
        begun = begin(db, lease, at)
        if begun["send"]:
            sent.append(begun)
            settle(db, lease, at, outcome)
    return sent


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


@pytest.fixture
def only_ours(db: Database) -> None:
    """Nobody is told but the contacts of the test, and of nothing but probes and slow calls."""
    db.run("delete from noc.contacts")
    db.run(
        "update public.noc_rules set enabled = false"
        " where code not in ('service_down', 'llm_down', 'p95_latency')"
    )
    db.run("update public.noc_rules set no_data = 'keep_last' where enabled")
    db.run("update noc.planner_state set planned_at = null where one")


def open_alert(
    db: Database,
    at: datetime,
    company: str | None = A1,
    code: str = "p95_latency",
    service: str = "omie",
    severity: str = "warning",
) -> UUID:
    """An alert that opens at `at`, without a measurement behind it; not planned yet."""
    alert_id: UUID = db.one(
        "insert into public.noc_alerts (rule_id, code, fingerprint, target, company_cnpj, service,"
        " severity, severity_max, started_at, opened_at, flipped_at, last_seen_at, value,"
        " last_value, threshold, unit) select r.rule_id, r.code, gen_random_uuid()::text,"
        " 'service:' || k.service, %s, k.service, k.severity, k.severity, %s, %s, %s, %s, 1500,"
        " 1500, 1200, 'ms' from public.noc_rules as r,"
        " (values (%s, %s::public.alert_severity)) as k (service, severity)"
        " where r.code = %s and num_nonnulls(r.company_cnpj, r.group_id) = 0 returning alert_id",
        company, at, at, at, at, service, severity, code,
    )  # fmt: skip
    _happens(db, alert_id, "opened", at)
    return alert_id


def close_alert(db: Database, alert_id: UUID, at: datetime) -> None:
    """It recovers at `at`; not planned yet."""
    db.run(
        "update public.noc_alerts set state = 'closed', close_reason = 'recovered',"
        " closed_at = %s where alert_id = %s",
        at,
        alert_id,
    )
    _happens(db, alert_id, "closed", at)


def _happens(db: Database, alert_id: UUID, kind: str, at: datetime) -> None:
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity)"
        " select alert_id, %s, %s, severity from public.noc_alerts where alert_id = %s",
        at,
        kind,
        alert_id,
    )
