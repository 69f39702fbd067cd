"""WhatsApp by Meta's Cloud API. It knows no idempotency: what was cut off is never sent again.

Alerts are begun by the business, so they are always approved templates (docs/notifications.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

import httpx

from workers import wording
from workers.clock import SYSTEM_CLOCK
from workers.model import Message, Receipt
from workers.retry import retry_after
from workers.senders.meta_errors import receipt_of
from workers.wording import Notice, notice_of

BLANKS: Final = re.compile(r"\s+")  # Meta refuses line ends, tabs and long runs of blanks
PARAMETER_MAX: Final = 200
# Nothing has left yet when these are met.
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True)
class MetaAccount:
    """The business number that sends."""

    base_url: str
    version: str
    phone_number_id: str
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """Where messages go."""
        return f"{self.base_url}/{self.version}/{self.phone_number_id}/messages"


class WhatsAppSender:
    """Sends by one number; `http` stays the caller's to close."""

    def __init__(self, account: MetaAccount, web_url: str, http: httpx.AsyncClient) -> None:
        self._account = account
        self._web_url = web_url
        self._http = http

    async def send(self, message: Message) -> Receipt:
        """Post the template."""
        try:
            answer = await self._http.post(
                self._account.url,
                json=body_of(message, notice_of(message, self._web_url)),
                headers={"Authorization": f"Bearer {self._account.token}"},
            )
        except NOT_SENT:
            return Receipt("retry", "unreachable")
        except httpx.HTTPError:
            return Receipt("ambiguous", "no_answer")
        return _receipt(answer)


def body_of(message: Message, notice: Notice) -> Mapping[str, Any]:
    """The request; `biz_opaque_callback_data` comes back in every status webhook."""
    name, texts, suffix = _template(message, notice)
    components: list[Mapping[str, Any]] = [{"type": "body", "parameters": _parameters(texts)}]
    if suffix is not None:
        components.append(
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": _parameters([suffix]),
            }
        )
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to.removeprefix("+"),
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": notice.words.meta},
            "components": components,
        },
        "biz_opaque_callback_data": message.notification_id,
    }


def _template(message: Message, notice: Notice) -> tuple[str, Sequence[str], str | None]:
    """Name, body parameters, and what is put behind the address of the button."""
    facts, words = message.facts, notice.words
    match message.event:
        case "test":
            return "noc_teste", [message.name], None
        case "group":
            return "noc_resumo", [notice.title, notice.what], wording.place_of_group(facts)
        case "bundle" | "storm":
            return "noc_resumo", [notice.title, notice.what], "noc/"
        case "closed":
            company = wording.company_of(facts, words)
            return "noc_alerta_fechado", [notice.what, company, wording.lasted(facts)], None
        case _:
            texts = [
                notice.title,
                notice.what,
                wording.company_of(facts, words),
                wording.since(facts),
                wording.measured(facts, words),
            ]
            return "noc_alerta", texts, wording.place_of(message)


def _parameters(texts: Sequence[str]) -> list[Mapping[str, str]]:
    return [
        {"type": "text", "text": BLANKS.sub(" ", text).strip()[:PARAMETER_MAX] or "–"}
        for text in texts
    ]


def _receipt(answer: httpx.Response) -> Receipt:
    """Without an answer that reads as Meta's nobody knows what became of the message."""
    try:
        content = answer.json()
        if answer.status_code == 200:
            return Receipt("sent", provider_ref=str(content["messages"][0]["id"])[:200])
        found = receipt_of(int(content["error"]["code"]), answer.status_code)
    except (ValueError, KeyError, IndexError, TypeError):
        if answer.status_code == 429:
            found = Receipt("retry", "rate_limited")
        elif 400 <= answer.status_code < 500:
            found = Receipt("refused", "config_invalid")
        else:
            return Receipt("ambiguous", "unreadable")
    asked = retry_after(answer.headers.get("Retry-After"), SYSTEM_CLOCK.now())
    if found.outcome == "retry" and asked is not None:
        return replace(found, retry_after_s=ceil(asked))
    return found
