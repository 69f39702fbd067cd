"""Planning and executing actions at a given instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.db.conftest import A1, Database
from tests.db.judging import at_that_time

REASON = "fornecedor fora do ar"


def preview(
    db: Database,
    user: UUID,
    at: datetime,
    action: str,
    params: dict[str, Any] | None = None,
    company: str | None = A1,
    group: UUID | None = None,
    alert: UUID | None = None,
) -> dict[str, Any]:
    """The answer of noc.preview_action at `at`."""
    answer: dict[str, Any] = at_that_time(
        db,
        user,
        "select noc.preview_action(%s, %s, %s, %s, %s, %s)",
        action,
        company,
        group,
        Jsonb(params or {}),
        alert,
        at,
    )
    return answer


def execute(
    db: Database,
    user: UUID,
    at: datetime,
    plan: dict[str, Any],
    key: str | None = None,
    reason: str | None = REASON,
    confirm: int | None = None,
) -> dict[str, Any]:
    """The answer of noc.execute_action at `at`; the number to type is typed."""
    answer: dict[str, Any] = at_that_time(
        db,
        user,
        "select noc.execute_action(%s, %s, %s, %s, %s)",
        plan["plan_id"],
        key or str(uuid4()),
        reason,
        plan["confirm"] if confirm is None else confirm,
        at,
    )
    return answer


def do(
    db: Database,
    user: UUID,
    at: datetime,
    action: str,
    params: dict[str, Any] | None = None,
    company: str | None = A1,
    group: UUID | None = None,
    alert: UUID | None = None,
) -> dict[str, Any]:
    """Preview and execute at once."""
    return execute(db, user, at, preview(db, user, at, action, params, company, group, alert))


def revert(db: Database, user: UUID, at: datetime, action: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = at_that_time(
        db, user, "select noc.revert_action(%s, %s, %s)", action["action_id"], None, at
    )
    return answer


def decide(
    db: Database, user: UUID, at: datetime, action: dict[str, Any], approve: bool = True
) -> dict[str, Any]:
    answer: dict[str, Any] = at_that_time(
        db,
        user,
        "select noc.approve_action(%s, %s, %s, %s)",
        action["action_id"],
        approve,
        None if approve else "melhor esperar",
        at,
    )
    return answer


def status_of(db: Database, action: dict[str, Any]) -> str:
    found: str = db.one(
        "select status::text from public.noc_actions where action_id = %s", action["action_id"]
    )
    return found


def entries(db: Database, action: dict[str, Any]) -> list[str]:
    """The trail's rows about the action, in order."""
    return [
        row["action"]
        for row in db.all(
            "select action from public.noc_audit where target = %s order by audit_id",
            f"action:{action['action_id']}",
        )
    ]


def source(db: Database, at: datetime, company: str = A1) -> str:
    found: str = db.one("select noc.source_at(%s, %s) ->> 'source'", company, at)
    return found


def handled(db: Database, job_type: str = "consolidacao", effect: str = "read_sync") -> None:
    """A handler for the type of job."""
    db.run("insert into noc.job_hosts values ('127.0.0.1:9') on conflict do nothing")
    db.run(
        "insert into noc.job_handlers (job_type, url, secret_ref, max_runtime_s, effect)"
        " values (%s, 'http://127.0.0.1:9/jobs', 'TEST', 600, %s)",
        job_type,
        effect,
    )


def failed_jobs(
    db: Database,
    at: datetime,
    count: int = 1,
    company: str = A1,
    job_type: str = "consolidacao",
    named: str = "j",
) -> list[UUID]:
    """Jobs that failed at `at`; gives their ids."""
    return [
        row["job_id"]
        for row in db.all(
            "insert into public.jobs (company_cnpj, external_id, job_type, status, started_at,"
            " finished_at, error) select %s, %s || n, %s, 'failed', %s, %s, 'boom'"
            " from generate_series(1, %s) as n returning job_id",
            company,
            named,
            job_type,
            at,
            at,
            count,
        )
    ]
