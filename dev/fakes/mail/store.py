"""The mails that were taken: one entry per Message-ID, however often each came."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dev.fakes.mail.content import Content, read

# What a mail says, whatever boundaries and dates surround it.
Words = tuple[str, str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Reception:
    """One time that a mail was taken. `user` null: nobody had signed in."""

    at: datetime
    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes
    encrypted: bool
    user: str | None


@dataclass(slots=True)
class Mail:
    """What came under one Message-ID; shown as it came first."""

    mail_id: str
    content: Content
    receptions: list[Reception] = field(default_factory=list)
    words: set[Words] = field(default_factory=set)

    def summary(self) -> dict[str, Any]:
        """A line of the list. `distinct` above 1: one Message-ID, different contents."""
        content, receptions = self.content, self.receptions
        return {
            "id": self.mail_id,
            "message_id": content.message_id,
            "received": len(receptions),
            "distinct": len(self.words),
            "first_at": receptions[0].at.isoformat(),
            "last_at": receptions[-1].at.isoformat(),
            "from": content.sender,
            "to": content.to,
            "recipients": sorted({to for one in receptions for to in one.rcpt_tos}),
            "subject": content.subject,
            "size": len(receptions[0].raw),
            "has_html": content.html is not None,
            "has_text": content.text is not None,
        }

    def detail(self) -> dict[str, Any]:
        """Everything but the HTML, which has an address of its own."""
        return {
            **self.summary(),
            "date": self.content.date,
            "text": self.content.text,
            "headers": [list(pair) for pair in self.content.headers],
            "attachments": list(self.content.attachments),
            "receptions": [
                {
                    "at": one.at.isoformat(),
                    "mail_from": one.mail_from,
                    "rcpt_tos": list(one.rcpt_tos),
                    "size": len(one.raw),
                    "encrypted": one.encrypted,
                    "user": one.user,
                }
                for one in self.receptions
            ],
        }


class Store:
    """In memory, newest last."""

    def __init__(self) -> None:
        self._mails: dict[str, Mail] = {}
        self._count = 0

    def add(self, reception: Reception) -> Mail:
        """Keeps one reception; a mail without Message-ID is always another one."""
        self._count += 1
        content = read(reception.raw)
        key = content.message_id or f"without-{self._count}"
        mail_id = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]
        mail = self._mails.setdefault(mail_id, Mail(mail_id, content))
        mail.receptions.append(reception)
        mail.words.add((content.sender, content.to, content.subject, content.text, content.html))
        return mail

    def all(self) -> list[Mail]:
        """Every mail, that which came last first."""
        return sorted(self._mails.values(), key=lambda mail: mail.receptions[-1].at, reverse=True)

    def get(self, mail_id: str) -> Mail | None:
        """The mail, or null."""
        return self._mails.get(mail_id)

    @property
    def received(self) -> int:
        """How often any mail was taken, repeats included."""
        return self._count

    def clear(self) -> None:
        """Forgets every mail."""
        self._mails.clear()
        self._count = 0
