"""Arranging traffic, probes and queues, and judging them at a given instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.db.conftest import A1, Database, call, ingest, ingest_key

S = timedelta(seconds=1)
MIN = 60 * S
HOUR = 60 * MIN


def evaluate(db: Database, at: datetime) -> dict[str, Any]:
    """The answer of noc.evaluate_rules at `at`; fails when a family failed."""
    answer: dict[str, Any] = db.one("select noc.evaluate_rules(%s)", at)
    assert answer["errors"] == {}
    return answer


def traffic(
    db: Database,
    at: datetime,
    latency_ms: float = 100,
    count: int = 40,
    failed: int = 0,
    company: str | None = A1,
    service: str = "omie",
    status: int = 200,
) -> None:
    """`count` calls at `at`, `failed` of them answered 503, summarised at once."""
    calls = [
        call(at, latency_ms, status=503 if number < failed else status) for number in range(count)
    ]
    assert ingest(db, ingest_key(db, company, service), calls, at)["accepted"] == count
    db.run("select noc.roll_up(%s)", at)


def queued(db: Database, count: int, at: datetime, company: str = A1) -> None:
    """Exactly `count` waiting messages of the company."""
    db.run("delete from public.queue_whatsapp where company_cnpj = %s", company)
    db.run(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, created_at,"
        " updated_at) select %s, n, 'queued', %s, %s from generate_series(1, %s) as n",
        company,
        at,
        at,
        count,
    )


def probed(
    db: Database, service: str, status: str, at: datetime, company: str | None = None
) -> None:
    """A check of the service that was last settled at `at` with this confirmed status."""
    db.run(
        "insert into noc.check_targets (service_name, company_cnpj, probe, interval_s, status,"
        " since, last_checked_at) values (%s, %s, 'test', 60, %s, %s, %s)"
        " on conflict on constraint check_targets_one_per_service_and_company do update"
        " set status = excluded.status, since = excluded.since, enabled = true, interval_s = 60,"
        " last_checked_at = excluded.last_checked_at",
        service,
        company,
        status,
        at,
        at,
    )


def alerts(db: Database, company: str | None = A1, code: str = "%") -> list[dict[str, Any]]:
    """Every alert of the company, oldest first."""
    return db.all(
        "select * from public.noc_alerts where company_cnpj is not distinct from %s"
        " and code like %s order by opened_at",
        company,
        code,
    )


def state(db: Database, company: str | None = A1, metric: str = "p95_ms") -> dict[str, Any] | None:
    """The rule state of the company on one metric; None: ok."""
    rows = db.all(
        "select * from noc.rule_states where company_cnpj is not distinct from %s and metric = %s",
        company,
        metric,
    )
    return rows[0] if rows else None


def phase(db: Database, company: str | None = A1, metric: str = "p95_ms") -> str | None:
    found = state(db, company, metric)
    return found["phase"] if found else None


def judge(db: Database, at: datetime) -> None:
    """The tick's whole judgement at `at`: rules, flapping, incidents, muting."""
    evaluate(db, at)
    for stage in ("settle_flapping", "gather_incidents", "mute_alerts"):
        db.run(f"select noc.{stage}(%s)", at)


def opened(db: Database, at: datetime, company: str | None = A1, service: str = "omie") -> UUID:
    """An alert of a probe that is down, which opens at once; gives its id."""
    probed(db, service, "DOWN", at, company)
    evaluate(db, at)
    alert_id: UUID = db.one(
        "select alert_id from public.noc_alerts where service = %s and state <> 'closed'"
        " and company_cnpj is not distinct from %s",
        service,
        company,
    )
    return alert_id


def alert_of(db: Database, alert_id: UUID) -> dict[str, Any]:
    """The alert's row."""
    return db.all("select * from public.noc_alerts where alert_id = %s", alert_id)[0]


def kinds(db: Database, alert_id: UUID) -> list[str]:
    """Its events in order."""
    return [
        row["kind"]
        for row in db.all(
            "select kind from noc.alert_events where alert_id = %s order by event_id", alert_id
        )
    ]


def recover(db: Database, at: datetime, service: str = "omie", company: str | None = A1) -> None:
    """The probe is good again."""
    probed(db, service, "UP", at, company)
    evaluate(db, at)


def at_that_time(db: Database, user: UUID, query: str, *args: object) -> Any:
    """The answer of a private function that takes the instant, for this caller."""
    with db.acting_as(user, "postgres"):
        return db.one(query, *args)
