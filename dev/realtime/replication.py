"""Database broadcasts: rows of realtime.messages as they are committed.

The slot is temporary: what is committed while the stream is down is lost to listeners, and nobody
is told. After a loss the stream stays down for the recovery gap, as the real server's does.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable

import psycopg

from dev.realtime.frames import UserBroadcast
from dev.realtime.pgoutput import Decoder, Relation, Row
from dev.realtime.walsender import open_walsender

PUBLICATION = "supabase_realtime_messages_publication"
RETRY_S = 0.5

log = logging.getLogger("realtime.replication")

Deliver = Callable[[str, bool, UserBroadcast], None]
"""Called with the topic, whether it is private, and the message."""


class MessageStream:
    """Streams inserts into realtime.messages to `deliver` for as long as `run` runs."""

    def __init__(self, db_url: str, recovery_gap_s: float, deliver: Deliver) -> None:
        self._db_url = db_url
        self._recovery_gap_s = recovery_gap_s
        self._deliver = deliver
        self._slot = f"supabase_realtime_messages_replication_slot_{os.getpid()}"
        self.running = False

    async def run(self) -> None:
        """Stream until cancelled, across restarts of the database."""
        while True:
            was_running = await self._stream_once()
            await asyncio.sleep(self._recovery_gap_s if was_running else RETRY_S)

    async def _stream_once(self) -> bool:
        """Stream until the connection breaks; whether it ever ran."""
        try:
            async with open_walsender(self._db_url) as walsender:
                # Waits for every open write transaction; messages until then are not delivered.
                await walsender.command(
                    f"CREATE_REPLICATION_SLOT {self._slot} TEMPORARY LOGICAL pgoutput"
                    " NOEXPORT_SNAPSHOT"
                )
                await walsender.command(
                    f"START_REPLICATION SLOT {self._slot} LOGICAL 0/0"
                    f" (proto_version '1', publication_names '{PUBLICATION}')"
                )
                self.running = True
                log.info("Replication connection established")
                decoder = Decoder()
                async for message in walsender.messages():
                    self._handle(decoder, message)
        except psycopg.Error as error:
            log.warning("ReplicationConnectionDown: %s", str(error).strip())
        finally:
            was_running, self.running = self.running, False
        return was_running

    def _handle(self, decoder: Decoder, message: bytes) -> None:
        inserted = decoder.decode(message)
        if inserted is None or not _is_message(inserted[0]):
            return
        row = inserted[1]
        missing = [name for name in ("id", "topic", "event", "private") if row.get(name) is None]
        if row.get("payload") is None and row.get("binary_payload") is None:
            missing.append("payload")
        if missing:
            log.warning("UnableToBroadcastChanges: %s missing", ", ".join(missing))
            return
        self._deliver(_text(row, "topic"), _text(row, "private") == "t", _broadcast(row))


def _broadcast(row: Row) -> UserBroadcast:
    meta = {"id": _text(row, "id")}
    binary = row.get("binary_payload")
    if binary is not None:
        body = bytes.fromhex(binary.removeprefix(b"\\x").decode())
        return UserBroadcast(_text(row, "event"), body, is_json=False, meta=meta)
    return UserBroadcast(_text(row, "event"), row["payload"] or b"", is_json=True, meta=meta)


def _text(row: Row, column: str) -> str:
    return (row[column] or b"").decode()


def _is_message(relation: Relation) -> bool:
    return relation.schema == "realtime" and relation.table.startswith("messages")
