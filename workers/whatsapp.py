"""The sender of the WhatsApp queue: claim, begin in the database, send, settle what became of it.

Begin is committed before the first byte leaves. A receipt that the database does not take now is
kept and handed in again; the message itself is not sent a second time by this process. Pauses,
limits and whose turn it is are the database's to know: it says so when a message is begun.
"""

import asyncio
import logging
from collections import Counter
from typing import Any

from workers.errors import Refused, Unavailable
from workers.model import MessageLease, QueuedMessage, Receipt
from workers.rpc import Rpc
from workers.senders import TIMEOUT_S
from workers.senders.meta import MetaClient, Template

log = logging.getLogger(__name__)

SLOTS = 32  # more than the pace of a number needs while a send takes half a second
DRAIN_S = 12.0
TEXT_MAX = 1000


class WhatsApp:
    """The worker; see the module. `client` null: no account is configured, messages wait."""

    name = "whatsapp"

    def __init__(self, rpc: Rpc, client: MetaClient | None, owner: str, slots: int = SLOTS) -> None:
        self._rpc = rpc
        self._slots = slots
        self._client = client
        self._owner = owner
        self._running: set[asyncio.Task[None]] = set()
        self._unsettled: list[tuple[MessageLease, Receipt]] = []
        self._counts: Counter[str] = Counter()
        if client is None:
            log.warning("no account is configured: the queue waits (WHATSAPP_TOKEN)")

    async def step(self) -> int:
        """Hand in what waits and start what is due; the sends themselves run beside the step."""
        settled = await self._hand_in()
        if self._client is None:
            return settled
        free = self._slots - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            return 1
        leases = await self._rpc.claim_messages(self._owner, free, self._client.number)
        for lease in leases:
            task = asyncio.create_task(self._handle(self._client, lease))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return settled + len(leases)

    def status(self) -> dict[str, Any]:
        """Numbers for the heartbeat; `number`: the id of the business number that sends."""
        return {
            "number": self._client.number if self._client else None,
            "running": len(self._running),
            "unsettled": len(self._unsettled),
            **self._counts,
        }

    async def drain(self) -> None:
        """Let the sends in flight end, then hand in what became of them."""
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_S)
        await self._hand_in()

    async def _handle(self, client: MetaClient, lease: MessageLease) -> None:
        try:
            message = await self._rpc.begin_message(lease, client.number)
        except (Unavailable, Refused) as error:
            # Perhaps begun: its lease runs out, and the database decides.
            log.warning("a message was not begun: %s", error)
            return
        if isinstance(message, str):
            self._counts[message] += 1
            return
        receipt = await self._send(client, message)
        self._counts[receipt.outcome] += 1
        log.info(
            "sent from the queue",
            extra={
                "queued": lease.message_id,
                "outcome": receipt.outcome,
                "reason": receipt.reason,
                "code": receipt.code,
            },
        )
        self._unsettled.append((lease, receipt))
        await self._hand_in()

    async def _send(self, client: MetaClient, message: QueuedMessage) -> Receipt:
        """A bug must not leave the message on its way: it is ended, and logged."""
        filled = Template(
            to=message.to,
            name=message.template,
            language=message.language,
            texts=message.parameters,
            button=message.button,
            callback=message.message_id,
        )
        try:
            return await asyncio.wait_for(client.send(filled.body(TEXT_MAX)), TIMEOUT_S)
        except TimeoutError:
            return Receipt("ambiguous", "timeout")
        except Exception as error:
            # Its text may hold what was to be sent.
            log.error("the client has a bug: %s", type(error).__name__)
            return Receipt("ambiguous", "sender_bug")

    async def _hand_in(self) -> int:
        waiting, self._unsettled = self._unsettled, []
        outcomes = await asyncio.gather(*(self._settle(*one) for one in waiting))
        self._unsettled += [one for one, done in zip(waiting, outcomes, strict=True) if not done]
        return sum(outcomes)

    async def _settle(self, lease: MessageLease, receipt: Receipt) -> bool:
        """False when it has to be handed in again."""
        try:
            accepted = await self._rpc.settle_message(lease, receipt)
        except Unavailable as error:
            log.warning("a receipt waits: %s", error)
            return False
        except Refused as error:
            log.error("a receipt was refused: %s", error)
            return True
        if not accepted:
            log.info("a message had passed on", extra={"queued": lease.message_id})
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("handling a message has a bug: %s", type(error).__name__)
