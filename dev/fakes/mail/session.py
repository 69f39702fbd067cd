"""One SMTP session: each command asks the script first."""

import asyncio
import logging
import ssl
from typing import Any, Final

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from dev.fakes.mail.sink import Sink
from dev.fakes.mail.steps import Step
from dev.fakes.mail.store import Reception

SIZE_MAX: Final = 25 * 1024 * 1024  # bytes
# aiosmtpd warns at each session of what it does itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class _Hooks:
    """aiosmtpd's hooks: each asks the script first."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_AUTH(
        self, server: "ClientSession", _session: Session, _envelope: Envelope, _args: list[str]
    ) -> Any:
        """A refusal holds for the session: a client may try its other mechanisms in vain."""
        if server.auth_reply is MISSING:
            server.auth_reply = await self._reply(server, "auth")
        return server.auth_reply

    async def handle_MAIL(
        self,
        server: "ClientSession",
        _session: Session,
        _envelope: Envelope,
        _address: str,
        _options: list[str],
    ) -> Any:
        return await self._reply(server, "mail")

    async def handle_RCPT(
        self,
        server: "ClientSession",
        _session: Session,
        _envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> Any:
        return await self._reply(server, "rcpt", address)

    async def handle_DATA(
        self, server: "ClientSession", session: Session, envelope: Envelope
    ) -> str:
        step = await server.scripted("data")
        if step is not None and step.reply is not None:
            return step.reply
        mail = self._sink.store.add(self._reception(session, envelope))
        if step is not None and step.drop == "after":
            await self._sink.clock.sleep(step.hang_s)
            await server.cut_and_end()
        return f"250 2.0.0 Ok: queued as {mail.mail_id}"

    async def handle_exception(self, error: Exception) -> str:
        """A client that broke off, or one that does not trust the certificate."""
        return f"500 Error: {type(error).__name__}"

    async def _reply(self, server: "ClientSession", stage: str, recipient: str = "") -> Any:
        step = await server.scripted(stage, recipient)
        return MISSING if step is None or step.reply is None else step.reply

    def _reception(self, session: Session, envelope: Envelope) -> Reception:
        user = session.auth_data if session.authenticated else None
        return Reception(
            at=self._sink.clock.now(),
            mail_from=envelope.mail_from or "",
            rcpt_tos=tuple(envelope.rcpt_tos),
            raw=envelope.original_content or b"",
            encrypted=session.ssl is not None,
            user=user.login.decode(errors="replace") if isinstance(user, LoginPassword) else None,
        )


class ClientSession(SMTP):
    """One session; keeps itself in `open_sessions` while it lasts."""

    def __init__(
        self, sink: Sink, context: ssl.SSLContext | None, open_sessions: set["ClientSession"]
    ) -> None:
        self._sink = sink
        self._open = open_sessions
        self.auth_reply: Any = MISSING
        super().__init__(
            _Hooks(sink),
            hostname="localhost",
            ident="NOC mail sink",
            data_size_limit=SIZE_MAX,
            enable_SMTPUTF8=True,
            tls_context=context,
            auth_require_tls=False,
            authenticator=self._authenticate_user,
            loop=asyncio.get_running_loop(),
        )
        # As an argument it would come with a warning per session: without TLS, but on loopback.
        self._auth_required = bool(sink.settings.user)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called a second time, by STARTTLS."""
        self._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone, or was cut off."""
        self._open.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Ends the connection without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def cut_and_end(self) -> None:
        """The same from within the session, which ends with its connection."""
        self.cut()
        await asyncio.get_running_loop().create_future()

    async def scripted(self, stage: str, recipient: str = "") -> Step | None:
        """Plays the hang and the cut of the step that is due at this stage; gives the step."""
        step = self._sink.script.take({"stage": stage, "to": recipient.lower()})
        if step is None:
            return None
        if step.drop != "after":
            await self._sink.clock.sleep(step.hang_s)
        if step.drop == "before":
            await self.cut_and_end()
        return step

    async def _handle_client(self) -> None:
        step = await self.scripted("connect")
        if step is None or step.reply is None:
            await super()._handle_client()
            return
        await self.push(step.reply)
        self._writer.close()

    def _authenticate_user(
        self,
        _server: SMTP,
        _session: Session,
        _envelope: Envelope,
        _mechanism: str,
        given: Any,
    ) -> AuthResult:
        ok = isinstance(given, LoginPassword) and self._sink.may_enter(given.login, given.password)
        return AuthResult(success=ok, handled=False, auth_data=given)
