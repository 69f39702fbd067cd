"""The sender of the WhatsApp queue: the companies' messages, by one business number."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Lease, QueuedMessage, Receipt
from workers.rpc import Rpc
from workers.senders.meta import MetaClient, Template
from workers.sending import Sending

log = logging.getLogger(__name__)

SLOTS = 32  # more than the pace of a number needs while a send takes half a second
TEXT_MAX = 1000


class WhatsApp(Sending[QueuedMessage, Receipt]):
    """The worker; see the module. `client` null: no account is configured, messages wait."""

    name = "whatsapp"
    kind = "message"
    ended = "sent from the queue"
    outcomes = ("sent", "retry", "ambiguous", "refused", "bad_address")

    def __init__(
        self,
        rpc: Rpc,
        client: MetaClient | None,
        owner: str,
        slots: int = SLOTS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__(rpc, owner, slots, clock)
        self._client = client
        if client is None:
            log.warning("no account is configured: the queue waits (WHATSAPP_TOKEN)")

    def status(self) -> dict[str, Any]:
        """Numbers; `number`: the id of the business number that sends."""
        return {"number": self._client.number if self._client else None, **super().status()}

    async def claim(self, most: int) -> Sequence[Lease]:
        """Of every company in turn."""
        if self._client is None:
            return []
        return await self.rpc.claim_messages(self.owner, most, self._client.number)

    async def begin(self, lease: Lease) -> QueuedMessage | str:
        """The message, when it may be sent now."""
        return await self.rpc.begin_message(lease, self._account.number)

    async def send(self, work: QueuedMessage) -> Receipt:
        """As the approved template that it names."""
        filled = Template(
            to=work.to,
            name=work.template,
            language=work.language,
            texts=work.parameters,
            button=work.button,
            callback=work.message_id,
        )
        return await self._account.send(filled.body(TEXT_MAX))

    async def settle(self, lease: Lease, became: Receipt) -> bool:
        """Say what became of it."""
        return await self.rpc.settle_message(lease, became)

    def unknown(self, reason: str) -> Receipt:
        """Nobody sends it again by itself."""
        return Receipt("ambiguous", reason)

    def told(self, lease: Lease, work: QueuedMessage, became: Receipt) -> Mapping[str, Any]:
        """Which message, and the provider's own code."""
        return {"queued": lease.item, "code": became.code}

    @property
    def _account(self) -> MetaClient:
        assert self._client is not None, "nothing is claimed without one"
        return self._client
