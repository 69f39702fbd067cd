"""What a user may do on a private channel, asked of the policies on realtime.messages.

Nothing is kept: every check runs in a transaction that is rolled back. Read: probe rows go in as
the server's own role, then the user selects them (only `id`, so a policy on `private`, `event` or
`payload` denies everybody). Write: the user inserts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors as pg

from dev.realtime.database import Database
from dev.realtime.errors import (
    UNREACHABLE,
    MissingPartition,
    PolicyError,
    QueryCancelled,
    Refused,
)
from dev.realtime.tokens import Claims

PROBE = """
insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
values (%s, %s, %s, now() at time zone 'utc', now() at time zone 'utc')
"""
BECOME = """
select
    set_config('role', %s, true),
    set_config('realtime.topic', %s, true),
    set_config('request.jwt.claims', %s, true),
    set_config('request.jwt.claim.sub', %s, true),
    set_config('request.jwt.claim.role', %s, true),
    set_config('request.headers', %s, true)
"""
VISIBLE = "select id from realtime.messages where id = any(%s)"
WRITE = "insert into realtime.messages (topic, extension) values (%s, %s)"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, about which channel."""

    channel_name: str
    claims: Claims
    headers: Mapping[str, str]


class Authorizer:
    """Runs the checks; one at a time per connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def readable(self, caller: Caller, extensions: Iterable[str]) -> frozenset[str]:
        """Those of `extensions` that the caller may read.

        Raises `RealtimeError`s other than `TokenRefused`.
        """
        probes = {extension: uuid.uuid4() for extension in extensions}
        async with self._transaction() as connection:
            for extension, probe_id in probes.items():
                await connection.execute(PROBE, (probe_id, caller.channel_name, extension))
            await connection.execute(BECOME, _identity(caller))
            cursor = await connection.execute(VISIBLE, (list(probes.values()),))
            seen = {row[0] for row in await cursor.fetchall()}
        return frozenset(name for name, probe_id in probes.items() if probe_id in seen)

    async def may_write(self, caller: Caller, extension: str) -> bool:
        """Whether the caller may send with that extension.

        Raises `RealtimeError`s other than `TokenRefused`.
        """
        async with self._transaction() as connection:
            await connection.execute(BECOME, _identity(caller))
            try:
                async with connection.transaction():
                    await connection.execute(WRITE, (caller.channel_name, extension))
            except pg.InsufficientPrivilege:
                return False
            return True

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with self._database.connection() as connection:
            try:
                yield connection
            except pg.CheckViolation as error:
                if error.diag.constraint_name is None:
                    raise MissingPartition(str(error)) from error
                raise PolicyError(str(error)) from error
            except pg.QueryCanceled as error:
                raise QueryCancelled(str(error).strip()) from error
            except psycopg.Error as error:
                if connection.broken or connection.closed:
                    raise
                raise PolicyError(str(error).strip()) from error


def _identity(caller: Caller) -> tuple[str | None, ...]:
    role, sub = caller.claims.get("role"), caller.claims.get("sub")
    for value in (role, sub):
        if value is not None and not isinstance(value, str):
            raise Refused(None, UNREACHABLE)  # the real driver fails to encode it
    claims, headers = json.dumps(dict(caller.claims)), json.dumps(dict(caller.headers))
    return role, caller.channel_name, claims, sub, role, headers
