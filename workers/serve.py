"""GET /healthz, /readyz and /metrics: enough HTTP for a supervisor and a scraper, and no more."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from workers.errors import RpcError, SettingsError
from workers.vitals import Vitals

log = logging.getLogger(__name__)

REQUEST_S: Final = 5.0
READY_S: Final = 3.0
TICK_S: Final = 1.0
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"
_REASONS: Final = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
                   503: "Service Unavailable"}  # fmt: skip

Ping = Callable[[], Awaitable[object]]
Answer = tuple[int, str, bytes]


@contextlib.asynccontextmanager
async def serving(host: str, port: int, vitals: Vitals, ping: Ping) -> AsyncIterator[int]:
    """Answers in here; gives the port. Raise `SettingsError` where nobody can listen."""
    site = _Site(vitals, ping)
    try:
        server = await asyncio.start_server(site.handle, host, port, limit=8192)
    except OSError as error:
        raise SettingsError(f"NOC_HEALTH_PORT: cannot listen there ({error.strerror})") from error
    ticking = asyncio.create_task(_tick(vitals))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        ticking.cancel()
        server.close()


async def _tick(vitals: Vitals) -> None:
    while True:
        vitals.ticked_at = vitals.clock.elapsed()
        await asyncio.sleep(TICK_S)


class _Site:
    def __init__(self, vitals: Vitals, ping: Ping) -> None:
        self._vitals = vitals
        self._ping = ping

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer; whoever is slow or speaks something else is hung up on."""
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError,
                                 asyncio.LimitOverrunError):  # fmt: skip
            async with asyncio.timeout(REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
                status, kind, body = await self._answer(method, path.partition("?")[0])
                lines = (
                    f"HTTP/1.1 {status} {_REASONS[status]}",
                    f"Content-Type: {kind}",
                    f"Content-Length: {len(body)}",
                    "Cache-Control: no-store",
                    "Connection: close",
                )
                writer.write("\r\n".join((*lines, "", "")).encode())
                writer.write(b"" if method == "HEAD" else body)
                await writer.drain()
        writer.close()

    async def _answer(self, method: str, path: str) -> Answer:
        if method not in ("GET", "HEAD"):
            return _json(405, {"ok": False})
        if path == "/healthz":
            health = self._vitals.health()
            return _json(200 if health["ok"] else 503, health)
        if path == "/readyz":
            return await self._ready()
        if path == "/metrics":
            return 200, METRICS, self._vitals.metrics()
        return _json(404, {"ok": False})

    async def _ready(self) -> Answer:
        try:
            async with asyncio.timeout(READY_S):
                await self._ping()
        except (RpcError, TimeoutError) as error:
            log.debug("not ready: %s", error)
            return _json(503, {"ok": False})
        return _json(200, {"ok": True})


def _json(status: int, content: object) -> Answer:
    return status, "application/json", json.dumps(content).encode() + b"\n"
