"""Whether PostgreSQL lets somebody in, asked without any credential.

SSLRequest (answered `S` or `N`, by hosted poolers too), TLS where offered, then a startup packet.
A server that asks for authentication, or refuses this user, is a server that takes connections;
one that starts, stops, recovers or is full says so by SQLSTATE. No password is ever sent.
https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

import asyncio
import contextlib
import ssl
import struct
from urllib.parse import unquote, urlsplit

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Check, Observation
from workers.probes.verdict import misconfigured, timely, unanswered

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL_3 = 196608
_MAX_MESSAGE = 8192
# Class 28: this user or address may not enter. The server itself is fine.
_REFUSED_CLASS = "28"
_NO_SUCH_DATABASE = "3D000"
_REASONS = {
    "57P03": "starting",
    "57P01": "stopping",
    "57P02": "stopping",
    "53300": "too_many_connections",
}


class _NotPostgres(Exception):
    """Whoever listens there speaks something else."""


class PostgresProbe:
    """Probes the server that a `postgresql://` address names; its password is not used."""

    def __init__(self, database_url: str, clock: Clock = SYSTEM_CLOCK) -> None:
        parts = urlsplit(database_url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 5432
        self._user = unquote(parts.username or "postgres")
        self._database = unquote(parts.path.lstrip("/")) or self._user
        self._clock = clock

    async def __call__(self, check: Check) -> Observation:
        """Connect, negotiate, and read the first answer to a startup packet."""
        started = self._clock.elapsed()
        try:
            reason = await self._knock()
        except (OSError, asyncio.IncompleteReadError) as error:
            return unanswered(error, self._elapsed_ms(started))
        except _NotPostgres:
            reason = "wrong_answer"
        latency_ms = self._elapsed_ms(started)
        if reason == "config_invalid":
            return misconfigured()
        if reason is not None:
            return Observation("bad", round(latency_ms), reason)
        return timely(check, latency_ms, {})

    async def _knock(self) -> str | None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(_SSL_REQUEST)
            offered = await reader.readexactly(1)
            if offered == b"S":
                await writer.start_tls(_unverified(), server_hostname=self._host)
            elif offered != b"N":
                raise _NotPostgres
            writer.write(_startup(self._user, self._database))
            return await _first_answer(reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _elapsed_ms(self, started: float) -> float:
        return (self._clock.elapsed() - started) * 1000


def _unverified() -> ssl.SSLContext:
    """TLS without checking the name: nothing secret is sent, and hosts use their own authority."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _startup(user: str, database: str) -> bytes:
    pairs = ("user", user, "database", database, "application_name", "noc-probe")
    body = struct.pack("!i", _PROTOCOL_3) + b"".join(p.encode() + b"\0" for p in pairs) + b"\0"
    return struct.pack("!i", len(body) + 4) + body


async def _first_answer(reader: asyncio.StreamReader) -> str | None:
    kind = await reader.readexactly(1)
    (length,) = struct.unpack("!i", await reader.readexactly(4))
    if kind not in (b"R", b"E") or not 4 <= length <= _MAX_MESSAGE:
        raise _NotPostgres
    if kind == b"R":
        return None
    body = await reader.readexactly(length - 4)
    code = next((f[1:].decode("ascii", "replace") for f in body.split(b"\0") if f[:1] == b"C"), "")
    if code.startswith(_REFUSED_CLASS):
        return None
    if code == _NO_SUCH_DATABASE:
        return "config_invalid"
    return _REASONS.get(code, "sql_error")
