"""Fixtures of the database suites: one transaction per test, rolled back; identities by name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

GROUP_A = UUID("a0000000-0000-4000-8000-0000000000aa")
GROUP_B = UUID("b0000000-0000-4000-8000-0000000000bb")
# Valid CNPJs, one of them alphanumeric, none of them the demo's.
A1, A2 = "ZZZZZZZZZZZZ62", "11111111111180"
B1 = "12ABC345000188"


@dataclass(slots=True)
class Database:
    """A connection as `postgres` inside a transaction that is never committed."""

    connection: psycopg.Connection[dict[str, Any]]

    def all(self, query: str, *args: object) -> list[dict[str, Any]]:
        """Every row of a query as dictionaries."""
        cursor = self.connection.execute(query, args)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *args: object) -> Any:
        """The only column of the first row; None without rows."""
        rows = self.all(query, *args)
        return next(iter(rows[0].values())) if rows else None

    def run(self, query: str, *args: object) -> None:
        """A statement without an answer."""
        self.connection.execute(query, args)

    @contextmanager
    def acting_as(self, user: UUID | None, role: str = "authenticated") -> Iterator[None]:
        """Run as PostgREST would: the JWT's role and claims, taken back afterwards."""
        claims = {"role": role} if user is None else {"sub": str(user), "role": role}
        self.run("savepoint acting")
        self.run("select set_config('request.jwt.claims', %s, true)", json.dumps(claims))
        if role.startswith("noc_"):  # postgres made the machine roles but is no member of them
            self.run(f"grant {role} to postgres")
        self.run(f"set local role {role}")
        try:
            yield
        except psycopg.Error:
            self.run("rollback to savepoint acting")
            raise
        self.run("reset role")
        self.run("select set_config('request.jwt.claims', '', true)")

    def refused(
        self, user: UUID | None, query: str, *args: object, role: str = "authenticated"
    ) -> psycopg.Error:
        """The error that the caller meets; fails when there is none."""
        with pytest.raises(psycopg.Error) as caught, self.acting_as(user, role):
            self.run(query, *args)
        return caught.value


@pytest.fixture(scope="session")
def session() -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """One for all tests, as an API's pool keeps it: a new one plans everything anew, some 20 ms."""
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def db(session: psycopg.Connection[dict[str, Any]]) -> Iterator[Database]:
    """The shared database; what a test writes is gone afterwards."""
    yield Database(session)
    session.rollback()


@pytest.fixture
def silence_is_no_news(db: Database) -> None:
    """For tests that probe once and then let time pass: no alert of a probe's silence."""
    db.run("update public.noc_rules set no_data = 'keep_last' where no_data = 'alert'")


@pytest.fixture
def at() -> datetime:
    """The tests' present: today at noon UTC, inside the partitions that exist."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class World:
    """Two groups, three companies (A1 and A2 in A, B1 in B), one user per role."""

    admin: UUID
    franqueado_a: UUID
    cliente_a1: UUID
    franqueado_b: UUID
    cliente_b1: UUID
    stranger: UUID


@pytest.fixture
def world(db: Database) -> World:
    """A small world beside whatever the database holds."""
    return make_world(db)


def make_world(db: Database) -> World:
    """Puts that world into the database."""
    for group, name in ((GROUP_A, "Grupo A"), (GROUP_B, "Grupo B")):
        db.run("insert into public.company_groups values (%s, %s)", group, name)
    for cnpj, group in ((A1, GROUP_A), (A2, GROUP_A), (B1, GROUP_B)):
        db.run("insert into public.companies values (%s, %s, %s)", cnpj, f"Empresa {cnpj}", group)
    return World(
        admin=member(db, "admin"),
        franqueado_a=member(db, "franqueado", group=GROUP_A),
        cliente_a1=member(db, "cliente", company=A1),
        franqueado_b=member(db, "franqueado", group=GROUP_B),
        cliente_b1=member(db, "cliente", company=B1),
        stranger=user(db),
    )


def user(db: Database, email: str | None = None) -> UUID:
    """A new Auth user without rights."""
    user_id = uuid4()
    db.run(
        "insert into auth.users (id, email, aud, role, created_at, updated_at)"
        " values (%s, %s, 'authenticated', 'authenticated', now(), now())",
        user_id,
        email or f"{user_id}@noc.test",
    )
    return user_id


def member(
    db: Database,
    role: str,
    company: str | None = None,
    group: UUID | None = None,
    user_id: UUID | None = None,
) -> UUID:
    """A user with one live membership; gives the user's id."""
    user_id = user_id or user(db)
    db.run(
        "insert into noc.memberships (user_id, role, company_cnpj, group_id)"
        " values (%s, %s, %s, %s)",
        user_id,
        role,
        company,
        group,
    )
    return user_id


def ingest_key(db: Database, company: str | None = A1, *services: str) -> str:
    """A live ingest key in clear; without a company a platform key."""
    default = "api" if company else "supabase:rest"
    key: str = db.one(
        "select noc.issue_ingest_key(%s, 'test', %s, %s, null, null, false) ->> 'key'",
        company,
        services[0] if services else default,
        list(services) or None,
    )
    return key


def ingest(
    db: Database,
    key: str,
    events: object,
    at: datetime,
    kind: str = "api_usage",
    batch_id: UUID | None = None,
) -> dict[str, Any]:
    """The answer of noc.ingest at the instant `at`."""
    answer: dict[str, Any] = db.one(
        "select noc.ingest(%s, %s, %s, %s, %s)", key, batch_id or uuid4(), kind, Jsonb(events), at
    )
    return answer


def call(
    at: datetime, latency_ms: float = 100, status: int = 200, **more: object
) -> dict[str, Any]:
    """One API call as a collector reports it."""
    return {
        "timestamp": at.isoformat(),
        "endpoint": "/titulos",
        "method": "POST",
        "status": status,
        "latency_ms": latency_ms,
        **more,
    }
