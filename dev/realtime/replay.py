"""Replay of stored broadcasts to a client that (re)joins a private channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from dev.realtime.database import Database
from dev.realtime.errors import Refused
from dev.realtime.frames import Broadcast, MapBroadcast, UserBroadcast

MAX_MESSAGES = 25

# Ties in inserted_at (one transaction) come in any order, on the real server too.
NEWEST = """
select id::text, event, payload, binary_payload
from realtime.messages
where topic = %s and private and extension = 'broadcast' and inserted_at >= %s
order by inserted_at desc
limit %s
"""


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Newest `limit` messages since `since_ms` (Unix milliseconds)."""

    since_ms: int
    limit: int


def parse(parameters: object, *, private: bool) -> ReplayRequest | None:
    """The replay that a join asks for, or null.

    Raises `Refused`.
    """
    if parameters is None:
        return None
    if not private:
        raise Refused("UnableToReplayMessages", "Replay is not allowed for public channels")
    if not isinstance(parameters, dict):
        return None
    since, limit = parameters.get("since"), parameters.get("limit", MAX_MESSAGES)
    if type(since) is not int or type(limit) is not int:
        raise Refused("UnableToReplayMessages", "Replay params are not valid")
    return ReplayRequest(since, max(1, min(limit, MAX_MESSAGES)))


async def fetch(database: Database, channel_name: str, request: ReplayRequest) -> list[Broadcast]:
    """The stored messages, oldest first, marked as replayed.

    Raises `Refused` when the query fails.
    """
    try:
        since = datetime.fromtimestamp(request.since_ms / 1000, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError) as error:
        raise Refused("UnableToReplayMessages", "Replay params are not valid") from error
    try:
        async with database.connection() as connection:
            cursor = await connection.execute(NEWEST, (channel_name, since, request.limit))
            rows = await cursor.fetchall()
    except psycopg.Error as error:
        text = "Realtime was unable to replay messages"
        raise Refused("UnableToReplayMessages", text) from error
    return [_message(*row) for row in reversed(rows)]


def _message(message_id: str, event: str, payload: Any, binary: bytes | None) -> Broadcast:
    meta = {"replayed": True, "id": message_id}
    if binary is not None:
        return UserBroadcast(event, binary, is_json=False, meta=meta)
    return MapBroadcast({"payload": payload, "event": event, "type": "broadcast", "meta": meta})
