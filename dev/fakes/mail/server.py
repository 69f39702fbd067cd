"""The life of the SMTP server."""

import asyncio
import ssl

from dev.fakes.mail.certificate import make_certificate
from dev.fakes.mail.session import ClientSession
from dev.fakes.mail.sink import Sink


class Server:
    """Serves one sink on loopback."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._context: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._sessions: set[ClientSession] = set()

    async def start(self) -> None:
        """Listens; makes the certificate for STARTTLS."""
        sink = self._sink
        self._context, sink.certificate = make_certificate()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", sink.settings.port)
        sink.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends every session, at once."""
        if self._server is None:
            return
        self._server.close()
        for session in tuple(self._sessions):
            session.cut()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def _session(self) -> ClientSession:
        return ClientSession(self._sink, self._context, self._sessions)
