"""The few connections that every right is checked on (one by default, as the real server has).

A slow policy therefore makes everybody wait, and a database that went away closes the door for
a while after it is back: both are how the real server fails.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psycopg

from dev.realtime.errors import DatabaseBusy, DatabaseUnreachable
from dev.realtime.settings import Settings

RETRY_S = 0.25
CONNECT_TIMEOUT_S = 4


@dataclass(slots=True)
class Seat:
    """A place for one connection; null until it is first needed, or after it broke."""

    connection: psycopg.AsyncConnection | None = None


class Database:
    """A fixed number of checked connections with a queue in front."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seats: asyncio.Queue[Seat] = asyncio.Queue()
        for _ in range(settings.db_pool):
            self._seats.put_nowait(Seat())
        self._timeouts: deque[float] = deque(maxlen=settings.db_pool)
        self.connected = False

    async def open(self) -> None:
        """Make the first connection.

        Raises `DatabaseUnreachable`.
        """
        seat = await self._seats.get()
        try:
            if seat.connection is None:
                seat.connection = await self._connect()
            self.connected = True
        finally:
            self._seats.put_nowait(seat)

    async def close(self) -> None:
        """Close every connection; a later `open` starts afresh."""
        for _ in range(self._settings.db_pool):
            seat = await self._seats.get()
            await _discard(seat)
            self._seats.put_nowait(seat)
        self.connected = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """A live connection in a fresh transaction, rolled back on exit.

        Raises `DatabaseBusy` when none is free or usable in time, or too many recently were not,
        and `DatabaseUnreachable` when the connection breaks while in use.
        """
        if self._gate_is_closed():
            raise DatabaseBusy
        seat = await self._take_seat()
        try:
            connection = await self._live(seat)
            try:
                yield connection
            except psycopg.OperationalError as error:
                if connection.broken or connection.closed:
                    raise DatabaseUnreachable(str(error).strip()) from error
                raise
            finally:
                with suppress(psycopg.Error):
                    await connection.rollback()
        finally:
            self._seats.put_nowait(seat)

    async def _take_seat(self) -> Seat:
        try:
            async with asyncio.timeout(self._settings.db_queue_timeout_s):
                return await self._seats.get()
        except TimeoutError as error:
            raise self._busy() from error

    async def _live(self, seat: Seat) -> psycopg.AsyncConnection:
        deadline = time.monotonic() + self._settings.db_down_timeout_s
        while True:
            if seat.connection is not None and await _answers(seat.connection):
                return seat.connection
            await _discard(seat)
            try:
                seat.connection = await self._connect()
            except DatabaseUnreachable as error:
                if time.monotonic() + RETRY_S > deadline:
                    raise self._busy() from error
                await asyncio.sleep(RETRY_S)

    async def _connect(self) -> psycopg.AsyncConnection:
        try:
            return await psycopg.AsyncConnection.connect(
                self._settings.db_url,
                application_name="realtime_connect",
                connect_timeout=CONNECT_TIMEOUT_S,
            )
        except psycopg.Error as error:
            raise DatabaseUnreachable(str(error).strip()) from error

    def _busy(self) -> DatabaseBusy:
        self._timeouts.append(time.monotonic())
        return DatabaseBusy()

    def _gate_is_closed(self) -> bool:
        if len(self._timeouts) < self._settings.db_pool:
            return False
        return time.monotonic() - self._timeouts[0] < self._settings.db_gate_s


async def _answers(connection: psycopg.AsyncConnection) -> bool:
    if connection.closed:
        return False
    try:
        await connection.execute("select 1")
        await connection.rollback()
    except psycopg.Error:
        return False
    return True


async def _discard(seat: Seat) -> None:
    if seat.connection is not None:
        with suppress(psycopg.Error):
            await seat.connection.close()
        seat.connection = None
