"""The notifier: claim due messages, begin each in the database, send it, settle what became of it.

Begin is committed before the first byte leaves. A receipt that the database does not take now is
kept and handed in again; the message itself is not sent a second time by this process.
"""

import asyncio
import logging
from typing import Any

from workers.clock import SYSTEM_CLOCK, Clock
from workers.errors import LeaseLost, Refused, Unavailable
from workers.lease import held
from workers.model import Lease, Message, Receipt
from workers.rpc import Rpc
from workers.senders import TIMEOUT_S, Senders

log = logging.getLogger(__name__)

SLOTS = 16
DRAIN_S = 12.0


class Notify:
    """The worker; see the module."""

    name = "notify"

    def __init__(self, rpc: Rpc, senders: Senders, owner: str, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._rpc = rpc
        self._senders = senders
        self._owner = owner
        self._running: set[asyncio.Task[None]] = set()
        self._unsettled: list[tuple[Lease, Receipt]] = []
        self._draining = False
        self._unbegun: list[Lease] = []
        self._counts = {"sent": 0, "retry": 0, "ambiguous": 0, "refused": 0, "bad_address": 0}
        if not senders:
            log.warning("no channel is configured: messages wait (SMTP_URL, WHATSAPP_TOKEN)")

    async def step(self) -> int:
        """Hand in what waits and start what is due; the sends themselves run beside the step."""
        settled = await self._hand_in()
        free = SLOTS - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            return 1
        leases = await self._rpc.claim_notifications(self._owner, free, sorted(self._senders))
        for lease in leases:
            task = asyncio.create_task(self._handle(lease))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return settled + len(leases)

    def status(self) -> dict[str, Any]:
        """Channels and numbers for the heartbeat."""
        return {
            "channels": sorted(self._senders),
            "running": len(self._running),
            "unsettled": len(self._unsettled),
            **self._counts,
        }

    async def drain(self) -> None:
        """Give back what was not begun, let what was end, and hand in what became of it."""
        self._draining = True
        await asyncio.sleep(0)  # who was only just claimed finds out
        await self._release()
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_S)
        await self._hand_in()

    async def _release(self) -> None:
        leases = [(lease.notification_id, lease.fence) for lease in self._unbegun]
        if not leases:
            return
        try:
            await self._rpc.release_leases("notification", leases)
        except (Unavailable, Refused) as error:
            log.warning("claims were not given back, and run out: %s", error)

    async def _handle(self, lease: Lease) -> None:
        if self._draining:
            self._unbegun.append(lease)
            return
        begun_at = self._clock.elapsed()
        try:
            message = await self._rpc.begin_notification(lease)
        except (Unavailable, Refused) as error:
            # Perhaps begun: its lease runs out, and the database decides.
            log.warning("a message was not begun: %s", error)
            return
        if message is None:
            return
        receipt = await self._send_held(message, lease, begun_at)
        self._counts[receipt.outcome] += 1
        log.info(
            "told",
            extra={
                "notification": lease.notification_id,
                "channel": message.channel,
                "kind": message.event,
                "outcome": receipt.outcome,
                "reason": receipt.reason,
            },
        )
        self._unsettled.append((lease, receipt))
        await self._hand_in()

    async def _send_held(self, message: Message, lease: Lease, begun_at: float) -> Receipt:
        """Nobody else begins it while it is sent; where that is not sure, it is cut off before."""

        async def renew() -> bool:
            return await self._rpc.renew_lease("notification", lease.notification_id, lease.fence)

        try:
            return await held(self._send(message), renew, begun_at, clock=self._clock)
        except LeaseLost as error:
            log.error("a send was cut off, its lease is over: %s", error)
            return Receipt("ambiguous", "lease_lost")

    async def _send(self, message: Message) -> Receipt:
        """A sender's bug must not leave the message on its way: it is ended, and logged."""
        sender = self._senders.get(message.channel)
        if sender is None:
            return Receipt("refused", "not_configured")
        try:
            return await asyncio.wait_for(sender.send(message), TIMEOUT_S)
        except TimeoutError:
            return Receipt("ambiguous", "timeout")
        except Exception as error:
            # Its text may hold what was to be sent.
            log.error("a sender has a bug: %s", type(error).__name__)
            return Receipt("ambiguous", "sender_bug")

    async def _hand_in(self) -> int:
        waiting, self._unsettled = self._unsettled, []
        outcomes = await asyncio.gather(*(self._settle(*one) for one in waiting))
        self._unsettled += [one for one, done in zip(waiting, outcomes, strict=True) if not done]
        return sum(outcomes)

    async def _settle(self, lease: Lease, receipt: Receipt) -> bool:
        """False when it has to be handed in again."""
        try:
            accepted = await self._rpc.settle_notification(lease, receipt)
        except Unavailable as error:
            log.warning("a receipt waits: %s", error)
            return False
        except Refused as error:
            log.error("a receipt was refused: %s", error)
            return True
        if not accepted:
            log.info("a message had passed on", extra={"notification": lease.notification_id})
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("handling a message has a bug: %s", type(error).__name__)
