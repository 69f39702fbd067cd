"""Logical replication stream over psycopg's libpq layer, read without blocking the event loop.

Streaming instead of polling `pg_logical_slot_get_binary_changes`: a poll decodes again all that
was written since the oldest open transaction, so one bulk load would stall every broadcast.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import pq

PG_EPOCH_S = 946_684_800
FEEDBACK_EVERY_S = 10


class Walsender:
    """A replication connection in the middle of its life: commands first, then one stream."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._pg = connection.pgconn
        self._readable = asyncio.Event()
        self._received_lsn = 0

    async def command(self, statement: str) -> None:
        """Run a replication command.

        Raises `psycopg.OperationalError`.
        """
        self._pg.send_query(statement.encode())
        await self._flush()
        while self._pg.is_busy():
            await self._wait_readable(None)
        result = self._pg.get_result()
        accepted = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COPY_BOTH)
        if result is None or result.status not in accepted:
            text = (result or self._pg).error_message.decode(errors="replace").strip()
            raise psycopg.OperationalError(text or "the replication connection broke")
        if result.status != pq.ExecStatus.COPY_BOTH:
            while self._pg.get_result() is not None:
                pass

    async def messages(self) -> AsyncIterator[bytes]:
        """pgoutput messages until the server ends the stream.

        Raises `psycopg.OperationalError` when the connection breaks.
        """
        while True:
            size, data = self._pg.get_copy_data(1)
            if size < 0:
                raise psycopg.OperationalError("the server ended the stream")
            if size == 0:
                if not await self._wait_readable(FEEDBACK_EVERY_S):
                    await self._confirm()
                continue
            chunk = bytes(data)
            if chunk[:1] == b"w":
                start, end = struct.unpack_from(">QQ", chunk, 1)
                self._received_lsn = max(self._received_lsn, start, end)
                yield chunk[25:]
            elif chunk[:1] == b"k":
                end, _sent_at, answer = struct.unpack_from(">QQB", chunk, 1)
                self._received_lsn = max(self._received_lsn, end)
                if answer:
                    await self._confirm()

    async def _confirm(self) -> None:
        now = int((time.time() - PG_EPOCH_S) * 1_000_000)
        lsn = self._received_lsn
        self._pg.put_copy_data(struct.pack(">cQQQQB", b"r", lsn, lsn, lsn, now, 0))
        await self._flush()

    async def _flush(self) -> None:
        while self._pg.flush():
            await asyncio.sleep(0.001)

    async def _wait_readable(self, timeout_s: float | None) -> bool:
        self._readable.clear()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pg.socket, self._readable.set)
        try:
            async with asyncio.timeout(timeout_s):
                await self._readable.wait()
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._pg.socket)
        self._pg.consume_input()
        return True


@asynccontextmanager
async def open_walsender(db_url: str) -> AsyncIterator[Walsender]:
    """A connection in logical replication mode, closed on exit.

    Raises `psycopg.Error`.
    """
    connection = await psycopg.AsyncConnection.connect(
        db_url,
        autocommit=True,
        replication="database",
        application_name="realtime_replication_connection",
    )
    try:
        yield Walsender(connection)
    finally:
        # libpq only: psycopg's own close would first try to end the copy it does not know of.
        with suppress(psycopg.Error):
            connection.pgconn.finish()
