"""A worker that asks before it calls, at given instants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.db.conftest import Database

PROVIDER = "tested"


def ask(
    db: Database,
    at: datetime,
    company: str | None = None,
    retry: bool = False,
    provider: str = PROVIDER,
) -> dict[str, Any]:
    answer: dict[str, Any] = db.one(
        "select noc.may_call(%s, %s, %s, %s)", provider, company, retry, at
    )
    return answer


def tell(
    db: Database,
    begun_at: datetime,
    failed: bool,
    at: datetime,
    company: str | None = None,
    retry: bool = False,
    provider: str = PROVIDER,
) -> None:
    db.run(
        "select noc.record_call(%s, %s, %s, %s, %s, %s)",
        provider, company, begun_at, failed, retry, at,
    )  # fmt: skip


def calls(
    db: Database,
    at: datetime,
    failed: int,
    good: int = 0,
    company: str | None = None,
    provider: str = PROVIDER,
) -> None:
    """So many calls that begin and end at `at`, the good ones first."""
    for number in range(good + failed):
        tell(db, at, number >= good, at, company, provider=provider)


def is_open(db: Database, company: str | None = None, provider: str = PROVIDER) -> bool:
    opened: bool = db.one(
        "select coalesce(bool_or(opened_at is not null), false) from noc.breakers"
        " where provider = %s and company_cnpj is not distinct from %s",
        provider,
        company,
    )
    return opened
