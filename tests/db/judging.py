"""Arranging traffic, probes and queues, and judging them at a given instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.db.conftest import A1, Database, call, ingest, ingest_key

S = timedelta(seconds=1)


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
