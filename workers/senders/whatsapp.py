"""What the NOC tells people by WhatsApp.

Alerts are begun by the business, so they are always approved templates (docs/notifications.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from workers import wording
from workers.model import Message, Receipt
from workers.senders.meta import MetaClient, Template
from workers.wording import Notice, notice_of

TEXT_MAX: Final = 200


class WhatsAppSender:
    """Sends notices by one number."""

    def __init__(self, client: MetaClient, web_url: str) -> None:
        self._client = client
        self._web_url = web_url

    async def send(self, message: Message) -> Receipt:
        """Post the template."""
        return await self._client.send(body_of(message, notice_of(message, self._web_url)))


def body_of(message: Message, notice: Notice) -> Mapping[str, Any]:
    """The request: the notice as one of the NOC's own templates."""
    name, texts, suffix = _template(message, notice)
    filled = Template(
        to=message.to,
        name=name,
        language=notice.words.meta,
        texts=tuple(texts),
        button=suffix,
        callback=message.notification_id,
    )
    return filled.body(TEXT_MAX)


def _template(message: Message, notice: Notice) -> tuple[str, Sequence[str], str | None]:
    """Name, body parameters, and what is put behind the address of the button."""
    facts, words = message.facts, notice.words
    match message.event:
        case "test":
            return "noc_teste", [message.name], None
        case "group":
            return "noc_resumo", [notice.title, notice.what], wording.place_of_group(facts)
        case "notice":
            return "noc_comunicado", [notice.title, wording.company_of(facts, words)], "noc/"
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
