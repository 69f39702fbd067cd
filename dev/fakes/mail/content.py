"""A mail as a reader sees it. Mails are hostile input: nothing here trusts one."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from typing import Final

DEFAULT_CHARSET: Final = "utf-8"
HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
REPLACEMENT: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Content:
    """`text` and `html` null: the mail has no such part. `headers` as they came, unfolded."""

    message_id: str | None
    sender: str
    to: str
    subject: str
    date: str
    text: str | None
    html: str | None
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[str, ...]


def read(raw: bytes) -> Content:
    """The mail's parts; what cannot be decoded is shown with replacement characters."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    return Content(
        message_id=_header(message, "Message-ID").strip() or None,
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        date=_header(message, "Date"),
        text=_body(message, "text/plain"),
        html=_body(message, "text/html"),
        headers=tuple((name, _unfolded(str(value))) for name, value in message.items()),
        attachments=tuple(_attachments(message)),
    )


def _header(message: Message, name: str) -> str:
    return _decoded(_unfolded(str(message.get(name, ""))))


def _unfolded(value: str) -> str:
    return " ".join(part.strip() for part in value.splitlines())


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
    except (MessageError, ValueError):
        return value
    return "".join(
        part if isinstance(part, str) else _text(part, charset) for part, charset in parts
    )


def _text(raw: bytes, charset: str | None) -> str:
    """The charset is the sender's claim: unknown, no text at all, or one that makes halves."""
    try:
        text = raw.decode(charset or DEFAULT_CHARSET, errors="replace")
    except (LookupError, ValueError):
        text = raw.decode(DEFAULT_CHARSET, errors="replace")
    return HALF_PAIR.sub(REPLACEMENT, text)


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _body(message: Message, kind: str) -> str | None:
    for part in _leaves(message):
        if part.get_content_type() == kind and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            raw = payload if isinstance(payload, bytes) else b""
            return _text(raw, part.get_content_charset())
    return None


def _attachments(message: Message) -> Iterator[str]:
    for part in _leaves(message):
        name = part.get_filename()
        if name is not None:
            yield _decoded(name)
