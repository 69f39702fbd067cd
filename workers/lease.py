"""Work under a lease: held while it lasts, and let be before somebody else may begin it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from workers.clock import SYSTEM_CLOCK, Clock
from workers.errors import LeaseLost, RpcError

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds. `margin_s`: how long before its end, by this machine's clock, a lease is over."""

    lease_s: float = 30.0
    renew_s: float = 10.0
    again_s: float = 1.0  # after a renewal that nobody answered
    margin_s: float = 2.0


async def held(
    work: Awaitable[T],
    renew: Callable[[], Awaitable[bool]],
    taken_at: float,
    terms: Terms | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> T:
    """What `work` gives, its lease renewed until then.

    `taken_at` (`Clock.elapsed`): from before the lease was asked for, so that it never ends sooner
    than thought here. `renew` says whether it is still held. Raise `LeaseLost` when it is not, or
    when nobody said so in time; the work was cancelled by then.
    """
    terms = terms or Terms()
    task = asyncio.ensure_future(work)
    keeper = asyncio.create_task(_keep(renew, taken_at, terms, clock))
    try:
        await asyncio.wait({task, keeper}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise LeaseLost(keeper.result())
        return task.result()
    finally:
        for one in (keeper, task):
            one.cancel()
        await asyncio.gather(keeper, task, return_exceptions=True)


async def _keep(
    renew: Callable[[], Awaitable[bool]], taken_at: float, terms: Terms, clock: Clock
) -> str:
    """Renew again and again; gives why the lease is over."""
    ends_at = taken_at + terms.lease_s - terms.margin_s
    wait_s = terms.renew_s - (clock.elapsed() - taken_at)
    while True:
        left_s = ends_at - clock.elapsed()
        if wait_s >= left_s:
            await asyncio.sleep(max(left_s, 0.0))
            return "not renewed in time"
        await asyncio.sleep(max(wait_s, 0.0))
        asked_at = clock.elapsed()
        try:
            async with asyncio.timeout(max(ends_at - asked_at, 0.0)):
                if not await renew():
                    return "passed on"
        except (RpcError, TimeoutError) as error:
            log.warning("a lease was not renewed: %s", error)
            wait_s = terms.again_s
        else:
            ends_at = asked_at + terms.lease_s - terms.margin_s
            wait_s = terms.renew_s
