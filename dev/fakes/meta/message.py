"""A message that was accepted, and what became of it."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dev.fakes.meta.filling import Filled

RANKS: Final[Mapping[str, int]] = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(frozen=True, slots=True)
class Draft:
    """A valid request. `template` null: free text. `callback` null: none was given."""

    to: str
    filled: Filled
    template: str | None
    language: str | None
    category: str | None
    callback: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """A step of the message's way; `error_code` null unless it failed."""

    status: str
    at: datetime
    error_code: int | None = None


@dataclass(slots=True)
class Message:
    """One accepted send. Two equal requests are two of these."""

    wamid: str
    phone_number_id: str
    draft: Draft
    accepted_at: datetime
    statuses: list[Status] = field(default_factory=list)

    @property
    def recipient_user_id(self) -> str:
        """The recipient's business-scoped id, the same for each of their messages."""
        return user_id_of(self.draft.to)

    @property
    def state(self) -> str:
        """How far it got: the furthest status, whatever came last."""
        names = ["accepted", *(one.status for one in self.statuses)]
        return max(names, key=lambda name: RANKS[name])

    def as_json(self) -> dict[str, Any]:
        """For the messages endpoint and the page."""
        draft, filled = self.draft, self.draft.filled
        return {
            "wamid": self.wamid,
            "phone_number_id": self.phone_number_id,
            "to": draft.to,
            "user_id": self.recipient_user_id,
            "type": "template" if draft.template else "text",
            "template": draft.template,
            "language": draft.language,
            "header": filled.header,
            "body": filled.body,
            "footer": filled.footer,
            "button": filled.button,
            "button_url": filled.button_url,
            "biz_opaque_callback_data": draft.callback,
            "accepted_at": self.accepted_at.isoformat(),
            "state": self.state,
            "statuses": [
                {"status": one.status, "at": one.at.isoformat(), "error_code": one.error_code}
                for one in self.statuses
            ],
        }


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a person wrote to the business."""

    wamid: str
    phone_number_id: str
    sender: str
    text: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """For the messages endpoint and the page."""
        return {
            "wamid": self.wamid,
            "from": self.sender,
            "text": self.text,
            "at": self.at.isoformat(),
        }


def new_wamid() -> str:
    """An id as Meta makes them; never the same twice."""
    return "wamid." + base64.b64encode(secrets.token_bytes(36)).decode()


def user_id_of(phone: str) -> str:
    """A person's business-scoped user id."""
    return f"BR.{hashlib.sha256(phone.encode()).hexdigest()[:20].upper()}"
