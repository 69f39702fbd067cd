"""Mail by SMTP. One session a message: what went wrong says what became of it."""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from workers.errors import SettingsError
from workers.model import Message, Receipt
from workers.senders import TIMEOUT_S
from workers.senders.mail_body import html, plain
from workers.wording import Notice, notice_of

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
BAD_ADDRESS: Final = frozenset({550, 551, 553})  # said of the recipient
BUSY_MAILBOX: Final = frozenset({450, 451, 452})  # likewise, and no fault of the server's
DEFAULT_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and in whose name. Beyond this machine always encrypted."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str, sender: str) -> "MailServer":
        """From SMTP_URL and SMTP_FROM. Raise `SettingsError` naming the one that is wrong."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SettingsError("SMTP_URL must be smtp://… or smtps://…") from None
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise SettingsError("SMTP_URL must be smtp://… or smtps://…")
        if "@" not in parseaddr(sender)[1]:
            raise SettingsError("SMTP_FROM must be an address like NOC <noc@example.com>")
        return cls(
            host=parts.hostname,
            port=port or DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "smtps",
            sender=sender,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def domain(self) -> str:
        """Of the sender; the right half of every Message-ID."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


class EmailSender:
    """Sends by one server."""

    def __init__(self, server: MailServer, web_url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._web_url = web_url
        self._timeout_s = timeout_s

    async def send(self, message: Message) -> Receipt:
        """Hand the mail in."""
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=not server.tls and server.host not in LOOPBACK,
            timeout=self._timeout_s / 2,
        )
        mail = self._mail(message, notice_of(message, self._web_url))
        session = _Session(smtp, parseaddr(server.sender)[1], message.to, mail)
        try:
            receipt = await session.play()
            if receipt.outcome == "sent":
                with suppress(aiosmtplib.SMTPException, OSError):
                    await smtp.quit()
            return receipt
        finally:
            smtp.close()

    def _mail(self, message: Message, notice: Notice) -> bytes:
        """The mail; its Message-ID is the message's own, so that a repeat is known as one."""
        mail = EmailMessage(policy=SMTP_POLICY)
        name, address = parseaddr(self._server.sender)
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(message.name, addr_spec=message.to)
        mail["Subject"] = " ".join(notice.subject.split())
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = f"<{message.notification_id}@{self._server.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if (alert_id := message.facts.get("alert_id")) is not None:
            mail["References"] = f"<alert.{alert_id}@{self._server.domain}>"
        mail.set_content(plain(notice))
        mail.add_alternative(html(notice), subtype="html")
        return mail.as_bytes()


@dataclass(slots=True)
class _Session:
    """One attempt, step by step: until the content was handed over, nothing was sent."""

    smtp: aiosmtplib.SMTP
    sender: str
    to: str
    mail: bytes

    async def play(self) -> Receipt:
        steps: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
            ("connect", self.smtp.connect),
            ("mail", lambda: self.smtp.mail(self.sender)),
            ("rcpt", lambda: self.smtp.rcpt(self.to)),
            ("data", lambda: self.smtp.data(self.mail)),
        )
        for stage, step in steps:
            try:
                await step()
            except aiosmtplib.SMTPResponseException as error:
                return _refusal(stage, error)
            except ssl.SSLError:
                return Receipt("retry", "tls")
            except (aiosmtplib.SMTPException, OSError) as error:
                return _cut_off(stage, error)
        return Receipt("sent")


def _refusal(stage: str, error: aiosmtplib.SMTPResponseException) -> Receipt:
    """4xx may pass later, 5xx is for good; who is refused at RCPT has a bad address."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500:
        return Receipt("refused", "auth_invalid")
    if stage == "rcpt" and error.code in BUSY_MAILBOX:
        return Receipt("retry", f"rcpt_{error.code}")
    if error.code < 500:
        return Receipt("retry", f"smtp_{error.code}" if error.code >= 400 else "smtp_answer")
    if stage == "rcpt" and error.code in BAD_ADDRESS:
        return Receipt("bad_address", f"smtp_{error.code}")
    return Receipt("refused", f"smtp_{error.code}")


def _cut_off(stage: str, error: Exception) -> Receipt:
    if stage == "data":
        return Receipt("ambiguous", "no_answer")
    timed_out = isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError)
    return Receipt("retry", "timeout" if timed_out else "unreachable")
