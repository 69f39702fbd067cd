"""A TCP relay in front of Postgres that can be cut, as a crash or a network failure would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import conninfo

CHUNK_BYTES = 65_536


class Relay:
    """Accepts connections and copies bytes both ways while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = True

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._whole = False
        for writer in tuple(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        """Take connections again."""
        self._whole = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection."""
        if not self._whole:
            writer.transport.abort()
            return
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._target)
        pair = (writer, upstream_writer)
        self._writers.update(pair)
        try:
            await asyncio.gather(_copy(reader, upstream_writer), _copy(upstream_reader, writer))
        finally:
            self._writers.difference_update(pair)
            for end in pair:
                end.transport.abort()


@asynccontextmanager
async def relay_to(db_url: str) -> AsyncIterator[tuple[Relay, str]]:
    """A relay to the database, and the connection string that goes through it."""
    parts = conninfo.conninfo_to_dict(db_url)
    relay = Relay(str(parts.get("host") or "127.0.0.1"), int(parts.get("port") or 5432))
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    relayed = conninfo.make_conninfo(db_url, host="127.0.0.1", port=port)
    try:
        yield relay, relayed
    finally:
        relay.cut()
        server.close()


def terminate_stand_in(db_url: str) -> int:
    """End the server-side processes of every stand-in on this database; how many there were."""
    query = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name like 'realtime%'"
    )
    with psycopg.connect(db_url, autocommit=True) as connection:
        return len(connection.execute(query).fetchall())


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
