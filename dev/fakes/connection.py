"""HTTP connections that an answer can hang on, or be cut off from."""

import asyncio
from typing import Final

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from dev.fakes.clock import Clock

SHUTDOWN_S: Final = 1


class CuttableProtocol(H11Protocol):
    """uvicorn's protocol; hands the application a way to cut the connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wraps the application for this connection."""
        super().connection_made(transport)
        app: ASGIApp = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope["cut"] = transport.abort
            await app(scope, receive, send)

        self.app = with_cut


def make_server(app: ASGIApp, port: int) -> uvicorn.Server:
    """The server on loopback; whoever hangs on it does not hold up its end."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=CuttableProtocol,
        lifespan="on",
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return uvicorn.Server(config)


async def cut(request: Request) -> None:
    """Ends the connection; the caller sees it close and gets no byte of an answer."""
    await request.body()
    request.scope["cut"]()
    await _gone(request)


async def hang(request: Request, clock: Clock, seconds: float) -> None:
    """Holds the answer back for that long, by the fakes' clock, or until the caller gives up."""
    await request.body()
    waits = {asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(_gone(request))}
    _, unfinished = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in unfinished:
        wait.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
