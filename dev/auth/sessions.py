"""Sessions and their refresh tokens: GoTrue's second algorithm.

A refresh token is the session's id and a counter, signed with a key that only the session's row
holds. The row keeps the counter of the newest token, so an older one is recognised as reused.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import UUID, uuid4

from psycopg.rows import class_row

from dev.auth.database import Connection

TOKEN_VERSION = 0
BODY = struct.Struct(">B16sQ")
SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Session:
    """A row of auth.sessions. `last_refreshed_at` is the sign-in until the first refresh."""

    id: UUID
    user_id: UUID
    created_at: datetime
    last_refreshed_at: datetime
    hmac_key: str
    counter: int


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says, not yet checked against its session."""

    session_id: UUID
    counter: int
    signature: bytes


class Verdict(Enum):
    """What a presented refresh token deserves."""

    ROTATE = "the newest token: issue the next one"
    REPEAT = "an answer was lost, or two tabs refresh at once: give the newest again"
    REUSED = "an old token: somebody has a copy, the session ends"
    FOREIGN = "not issued by this server"


def _sign(hmac_key: str, body: bytes) -> bytes:
    return hmac.new(hmac_key.encode(), body, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def encode_refresh_token(session: Session, counter: int) -> str:
    """Give the session's token number `counter`."""
    body = BODY.pack(TOKEN_VERSION, session.id.bytes, counter)
    return base64.urlsafe_b64encode(body + _sign(session.hmac_key, body)).decode().rstrip("=")


def decode_refresh_token(text: str) -> RefreshToken | None:
    """Read a token; None when it has not the form of one."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(raw) != BODY.size + SIGNATURE_BYTES:
        return None
    version, session_id, counter = BODY.unpack(raw[: BODY.size])
    if version != TOKEN_VERSION:
        return None
    return RefreshToken(UUID(bytes=session_id), counter, raw[BODY.size :])


def is_signed_by(token: RefreshToken, session: Session) -> bool:
    """Whether the session's own key signed the token."""
    body = BODY.pack(TOKEN_VERSION, token.session_id.bytes, token.counter)
    return hmac.compare_digest(token.signature, _sign(session.hmac_key, body))


def judge(token: RefreshToken, session: Session, now: datetime, reuse: timedelta) -> Verdict:
    """Decide about a presented token.

    The token just before the newest may always be repeated, an older one only within `reuse`
    after the session's last refresh.
    """
    behind = session.counter - token.counter
    if not is_signed_by(token, session) or behind < 0:
        return Verdict.FOREIGN
    if behind == 0:
        return Verdict.ROTATE
    if behind == 1 or now - session.last_refreshed_at < reuse:
        return Verdict.REPEAT
    return Verdict.REUSED


async def start(db: Connection, user_id: UUID, ip: str | None, user_agent: str | None) -> Session:
    """Insert a session whose newest token is number 0."""
    now = datetime.now(UTC)
    session = Session(uuid4(), user_id, now, now, secrets.token_urlsafe(32), 0)
    query = b"""
        insert into auth.sessions (
            id, user_id, created_at, updated_at, aal, user_agent, ip,
            refresh_token_hmac_key, refresh_token_counter
        )
        values (%s, %s, %s, %s, 'aal1', %s, %s, %s, 0)
    """
    values = (session.id, user_id, now, now, user_agent, ip, session.hmac_key)
    await db.execute(query, values)
    await db.execute(b"update auth.users set last_sign_in_at = %s where id = %s", (now, user_id))
    return session


async def lock(db: Connection, session_id: UUID) -> Session | None:
    """Read a session and hold it until the transaction ends; None when it is gone or foreign."""
    query = b"""
        select
            id, user_id, created_at,
            coalesce(refreshed_at at time zone 'UTC', created_at) as last_refreshed_at,
            refresh_token_hmac_key as hmac_key, refresh_token_counter as counter
        from auth.sessions
        where id = %s and refresh_token_hmac_key is not null
        for update
    """
    async with db.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(query, (session_id,))
        return await cursor.fetchone()


async def touch(db: Connection, session_id: UUID, counter: int, now: datetime) -> None:
    """Record a refresh and the number of the newest token."""
    query = b"""
        update auth.sessions
        set
            refresh_token_counter = %s,
            refreshed_at = %s::timestamptz at time zone 'UTC',
            updated_at = %s
        where id = %s
    """
    await db.execute(query, (counter, now, now, session_id))


async def exists(db: Connection, session_id: UUID, user_id: UUID) -> bool:
    """Whether the user's session is still there: signing out deletes it."""
    query = b"select from auth.sessions where id = %s and user_id = %s"
    return await (await db.execute(query, (session_id, user_id))).fetchone() is not None


async def end(db: Connection, session_id: UUID) -> None:
    """End one session."""
    await db.execute(b"delete from auth.sessions where id = %s", (session_id,))


async def end_all(db: Connection, user_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of the user, except one when it is named."""
    query = b"delete from auth.sessions where user_id = %s and id is distinct from %s"
    await db.execute(query, (user_id, but))
