"""Work that leaves the NOC: claimed, begun in the database, done under its lease, settled.

Begin is committed before the first byte leaves. What became of the work is kept until the database
takes it in; the work itself is not done a second time by this process. Whose turn it is, pauses,
limits, retries and breakers are the database's to know: it says so when the work is begun.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from workers.clock import SYSTEM_CLOCK, Clock
from workers.errors import LeaseLost, Refused, RpcError, Unavailable
from workers.lease import Terms, held
from workers.model import Kind, Lease
from workers.retry import backoff
from workers.rpc import Rpc
from workers.senders import TIMEOUT_S

log = logging.getLogger(__name__)

DRAIN_S: Final = 12.0  # for what is on its way
HAND_IN_S: Final = 4.0  # and then for what became of it


class Outcome(Protocol):
    """What became of one piece of work."""

    @property
    def outcome(self) -> str:
        """In the database's words."""

    @property
    def reason(self) -> str | None:
        """A code, null when all went well."""


Work = TypeVar("Work")
Became = TypeVar("Became", bound=Outcome)


class Sending(ABC, Generic[Work, Became]):
    """A worker whose work is calls to others, `slots` of them at once; see the module."""

    name: str
    kind: ClassVar[Kind]  # of its leases
    terms: ClassVar[Terms] = Terms()
    ended: ClassVar[str]  # the log's word for a call that was made
    outcomes: ClassVar[Sequence[str]] = ()

    def __init__(self, rpc: Rpc, owner: str, slots: int, clock: Clock = SYSTEM_CLOCK) -> None:
        self.rpc = rpc
        self.owner = owner
        self._slots = slots
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._unsettled: list[tuple[Lease, Became]] = []
        self._unbegun: list[Lease] = []
        self._draining = False
        self._counts: Counter[str] = Counter(dict.fromkeys(self.outcomes, 0))

    @abstractmethod
    async def claim(self, most: int) -> Sequence[Lease]:
        """Lease up to `most` of what is due."""

    @abstractmethod
    async def begin(self, lease: Lease) -> Work | str:
        """What to do now, from now on perhaps done; or why nothing is."""

    @abstractmethod
    async def send(self, work: Work) -> Became:
        """Do it, once. Raises nothing but for a bug."""

    @abstractmethod
    async def settle(self, lease: Lease, became: Became) -> bool:
        """Hand in what became of it; false when somebody else has it."""

    @abstractmethod
    def unknown(self, reason: str) -> Became:
        """Perhaps done, perhaps not."""

    @abstractmethod
    def told(self, lease: Lease, work: Work, became: Became) -> Mapping[str, Any]:
        """What the log says of it besides its outcome; nothing of a person."""

    async def step(self) -> int:
        """Hand in what waits and start what is due; the work itself runs beside the step."""
        settled = await self._hand_in()
        free = self._slots - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            return 1
        leases = await self.claim(free)
        for lease in leases:
            task = asyncio.create_task(self._carry(lease))
            self._running.add(task)
            task.add_done_callback(self._left)
        return settled + len(leases)

    def status(self) -> dict[str, Any]:
        """Numbers for the heartbeat: outcomes, and why what was claimed was not begun."""
        return {
            "running": len(self._running),
            "unsettled": len(self._unsettled),
            **self._counts,
        }

    async def drain(self) -> None:
        """Give back what was not begun, let the rest end, and hand in what became of it."""
        self._draining = True
        await asyncio.sleep(0)  # who was only just claimed finds out
        await asyncio.gather(self._release(), self._let_end())
        failures = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(HAND_IN_S):
                while self._unsettled:
                    await self._hand_in()
                    failures += 1
                    await asyncio.sleep(backoff(failures, 0.2, 1.0) if self._unsettled else 0)
        if self._unsettled:
            log.error("receipts were not handed in", extra={"count": len(self._unsettled)})

    async def _let_end(self) -> None:
        """What lasts too long is cut off, and may have arrived."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=DRAIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _release(self) -> None:
        if not self._unbegun:
            return
        leases = [(lease.item, lease.fence) for lease in self._unbegun]
        try:
            await self.rpc.release_leases(self.kind, leases)
        except (Unavailable, Refused) as error:
            log.warning("claims were not given back, and run out: %s", error)

    async def _carry(self, lease: Lease) -> None:
        if self._draining:
            self._unbegun.append(lease)
            return
        asked_at = self._clock.elapsed()
        try:
            work = await self.begin(lease)
        except RpcError as error:
            # Perhaps begun: its lease runs out, and the database decides.
            log.warning("%s was not begun: %s", self.kind, error)
            return
        if isinstance(work, str):
            self._counts[work] += 1
            return
        try:
            became = await self._under_lease(lease, work, asked_at)
        except asyncio.CancelledError:
            self._keep(lease, work, self.unknown("stopped"))
            raise
        self._keep(lease, work, became)
        await self._hand_in()

    async def _under_lease(self, lease: Lease, work: Work, asked_at: float) -> Became:
        """Nobody else begins it meanwhile; where that is not sure, it is cut off before."""

        async def renew() -> bool:
            return await self.rpc.renew_lease(self.kind, lease.item, lease.fence)

        try:
            return await held(self._send(work), renew, asked_at, self.terms, self._clock)
        except LeaseLost as error:
            log.error("%s was cut off, its lease is over: %s", self.kind, error)
            return self.unknown("lease_lost")

    async def _send(self, work: Work) -> Became:
        """A bug must not leave the work on its way: it is ended, and logged."""
        try:
            return await asyncio.wait_for(self.send(work), TIMEOUT_S)
        except TimeoutError:
            return self.unknown("timeout")
        except Exception as error:
            # Its text may hold what was to be sent.
            log.error("a sender has a bug: %s", type(error).__name__)
            return self.unknown("sender_bug")

    def _keep(self, lease: Lease, work: Work, became: Became) -> None:
        self._counts[became.outcome] += 1
        told = {"outcome": became.outcome, "reason": became.reason}
        log.info(self.ended, extra={**self.told(lease, work, became), **told})
        self._unsettled.append((lease, became))

    async def _hand_in(self) -> int:
        """Side by side; what is not taken in now waits. How many were."""
        waiting, self._unsettled = self._unsettled, []
        return sum(await asyncio.gather(*(self._settle(*one) for one in waiting)))

    async def _settle(self, lease: Lease, became: Became) -> bool:
        over = False
        try:
            accepted = await self.settle(lease, became)
            over = True
            if not accepted:
                log.info("%s had passed on", self.kind, extra={"item": lease.item})
        except Unavailable as error:
            log.warning("a receipt waits: %s", error)
        except Refused as error:
            log.error("a receipt was refused: %s", error)
            over = True
        finally:
            if not over:
                self._unsettled.append((lease, became))
        return over

    def _left(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s: its handling has a bug: %s", self.kind, type(error).__name__)
