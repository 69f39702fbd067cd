"""Asking the database as a caller of the API does: role and claims set, everything taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.db.isolation.facts import Row

PROBE = """
insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
values (%s, %s, %s, now() at time zone 'utc', now() at time zone 'utc')
"""
BECOME = """
select set_config('role', %(role)s, true), set_config('request.jwt.claims', %(claims)s, true),
    set_config('request.jwt.claim.sub', %(sub)s, true),
    set_config('request.jwt.claim.role', %(role)s, true),
    set_config('realtime.topic', %(topic)s, true)
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified token: `user_id` is its `sub`, `claims` is everything else that it says."""

    user_id: UUID | None
    role: str
    claims: dict[str, Any]

    @property
    def token(self) -> str:
        sub = {} if self.user_id is None else {"sub": str(self.user_id)}
        return json.dumps({**self.claims, **sub, "role": self.role})


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, or the error as PostgREST would tell it: code, message, detail, hint."""

    rows: list[Row]
    error: tuple[str | None, ...] | None


class Desk:
    """One open transaction in which callers ask, one after the other, leaving no trace."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection

    def ask(self, caller: Caller, query: Any, parameters: dict[str, Any] | None = None) -> Answer:
        """What the caller gets for the query."""
        self.connection.execute("savepoint asking")
        try:
            self._become(caller, "")
            return Answer(self.connection.execute(query, parameters or {}).fetchall(), None)
        except psycopg.Error as error:
            said = error.diag
            return Answer(
                [],
                (said.sqlstate, said.message_primary, said.message_detail, said.message_hint),
            )
        finally:
            self.connection.execute("rollback to savepoint asking")

    def may_listen(self, caller: Caller, topic: str, extension: str = "broadcast") -> bool:
        """The Realtime server's read check: its own probe row, then the user selects it."""
        probe = uuid4()
        self.connection.execute("savepoint listening")
        try:
            self.connection.execute(PROBE, (probe, topic, extension))
            self._become(caller, topic)
            seen = self.connection.execute(
                "select id from realtime.messages where id = any(%s)", ([probe],)
            ).fetchall()
            return len(seen) == 1
        except psycopg.Error:
            return False
        finally:
            self.connection.execute("rollback to savepoint listening")

    def may_send(self, caller: Caller, topic: str, extension: str = "broadcast") -> bool:
        """The Realtime server's write check: the user inserts the message."""
        self.connection.execute("savepoint sending")
        try:
            self._become(caller, topic)
            self.connection.execute(
                "insert into realtime.messages (topic, extension) values (%s, %s)",
                (topic, extension),
            )
            return True
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            self.connection.execute("rollback to savepoint sending")

    def _become(self, caller: Caller, topic: str) -> None:
        self.connection.execute(
            BECOME,
            {
                "role": caller.role,
                "claims": caller.token,
                "sub": "" if caller.user_id is None else str(caller.user_id),
                "topic": topic,
            },
        )
