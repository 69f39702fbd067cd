"""The one client of Meta's Cloud API. It knows no idempotency: what was cut off is not repeated."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

import httpx

from workers.clock import SYSTEM_CLOCK
from workers.model import Receipt
from workers.retry import retry_after
from workers.senders.meta_errors import receipt_of

BLANKS: Final = re.compile(r"\s+")  # Meta refuses line ends, tabs and long runs of blanks
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


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template filled in. `button`: put behind the address of its first button.

    `callback` comes back in every status webhook.
    """

    to: str = field(repr=False)
    name: str
    language: str
    texts: tuple[str, ...] = field(repr=False)
    button: str | None = field(repr=False)
    callback: str

    def body(self, text_max: int) -> Mapping[str, Any]:
        """The request; texts are cut to `text_max` characters."""
        components: list[Mapping[str, Any]] = []
        if self.texts:
            filled = _parameters(self.texts, text_max)
            components.append({"type": "body", "parameters": filled})
        if self.button is not None:
            components.append(
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": _parameters([self.button], text_max),
                }
            )
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": self.to.removeprefix("+"),
            "type": "template",
            "template": {
                "name": self.name,
                "language": {"code": self.language},
                "components": components,
            },
            "biz_opaque_callback_data": self.callback,
        }


class MetaClient:
    """Sends by one number; `http` stays the caller's to close."""

    def __init__(self, account: MetaAccount, http: httpx.AsyncClient) -> None:
        self._account = account
        self._http = http

    @property
    def number(self) -> str:
        """The id of the business number."""
        return self._account.phone_number_id

    async def send(self, body: Mapping[str, Any]) -> Receipt:
        """Post one message, once."""
        try:
            answer = await self._http.post(
                self._account.url,
                json=body,
                headers={"Authorization": f"Bearer {self._account.token}"},
            )
        except NOT_SENT:
            return Receipt("retry", "unreachable")
        except httpx.HTTPError:
            return Receipt("ambiguous", "no_answer")
        return _receipt(answer)


def _parameters(texts: Iterable[str], most: int) -> list[Mapping[str, str]]:
    return [{"type": "text", "text": BLANKS.sub(" ", text).strip()[:most] or "–"} for text in texts]


def _receipt(answer: httpx.Response) -> Receipt:
    """Without an answer that reads as Meta's nobody knows what became of the message."""
    try:
        content = answer.json()
        if answer.status_code == 200:
            return Receipt("sent", provider_ref=str(content["messages"][0]["id"])[:200])
        code = int(content["error"]["code"])
        found = replace(receipt_of(code, answer.status_code), code=code)
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
