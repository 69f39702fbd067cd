"""The notifier: tells people of alerts, by the channels that it has."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Lease, Message, Receipt
from workers.rpc import Rpc
from workers.senders import Senders
from workers.sending import Sending

log = logging.getLogger(__name__)

SLOTS = 16


class Notify(Sending[Message, Receipt]):
    """The worker; see the module."""

    name = "notify"
    kind = "notification"
    ended = "told"
    outcomes = ("sent", "retry", "ambiguous", "refused", "bad_address")

    def __init__(self, rpc: Rpc, senders: Senders, owner: str, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(rpc, owner, SLOTS, clock)
        self._senders = senders
        if not senders:
            log.warning("no channel is configured: messages wait (SMTP_URL, WHATSAPP_TOKEN)")

    def status(self) -> dict[str, Any]:
        """Its channels, and numbers."""
        return {"channels": sorted(self._senders), **super().status()}

    async def claim(self, most: int) -> Sequence[Lease]:
        """Without a channel too: the database says then why messages wait."""
        return await self.rpc.claim_notifications(self.owner, most, sorted(self._senders))

    async def begin(self, lease: Lease) -> Message | str:
        """The message, when there is still something to tell."""
        return await self.rpc.begin_notification(lease)

    async def send(self, work: Message) -> Receipt:
        """By the message's channel."""
        sender = self._senders.get(work.channel)
        return await sender.send(work) if sender else Receipt("refused", "not_configured")

    async def settle(self, lease: Lease, became: Receipt) -> bool:
        """Say what became of it."""
        return await self.rpc.settle_notification(lease, became)

    def unknown(self, reason: str) -> Receipt:
        """A mail is sent again under the same id, WhatsApp is not."""
        return Receipt("ambiguous", reason)

    def told(self, lease: Lease, work: Message, became: Receipt) -> Mapping[str, Any]:
        """Which message."""
        return {"notification": lease.item, "channel": work.channel, "kind": work.event}
