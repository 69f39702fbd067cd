"""The link to the project's database: opened by the first user, closed after the last one left."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime

import psycopg

from dev.realtime import partitions
from dev.realtime.database import Database
from dev.realtime.errors import RealtimeError
from dev.realtime.replication import MessageStream
from dev.realtime.settings import Settings

RETRY_S = 1

log = logging.getLogger("realtime.project")


class ProjectLink:
    """Owns the check connections, the stream and the partition upkeep."""

    def __init__(self, settings: Settings, database: Database, stream: MessageStream) -> None:
        self._settings = settings
        self._database = database
        self._stream = stream
        self._lock = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Without cold start: open at once, and keep trying until the database is there."""
        while not self._settings.cold_start:
            try:
                await self.ensure()
                return
            except RealtimeError as error:
                log.warning("UnableToConnectToProject: %s", error)
                await asyncio.sleep(RETRY_S)

    async def ensure(self) -> None:
        """Open the link unless it is open; the stream becomes ready some time later.

        Raises `DatabaseUnreachable`.
        """
        async with self._lock:
            if self._tasks:
                return
            await self._database.open()
            await self._keep_partitions()
            self._tasks = [
                asyncio.create_task(self._stream.run()),
                asyncio.create_task(self._janitor()),
            ]

    def users_changed(self, users: int) -> None:
        """Start or stop the countdown to closing."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if users == 0 and self._settings.cold_start and self._tasks:
            self._closing = asyncio.create_task(self._close_later())

    async def close(self) -> None:
        """Close the stream and the connections."""
        async with self._lock:
            for task in self._tasks:
                task.cancel()
            for task in self._tasks:
                with suppress(asyncio.CancelledError):
                    await task
            self._tasks = []
            await self._database.close()

    async def _close_later(self) -> None:
        await asyncio.sleep(self._settings.idle_close_s)
        log.info("no user connected: closing the project's connections")
        await self.close()

    async def _janitor(self) -> None:
        while True:
            await asyncio.sleep(partitions.EVERY_S)
            with suppress(RealtimeError):
                await self._keep_partitions()

    async def _keep_partitions(self) -> None:
        async with self._database.connection() as connection:
            try:
                await partitions.maintain(connection, datetime.now(UTC).date())
            except psycopg.Error as error:
                log.error("unable to keep partitions: %s", str(error).strip())
