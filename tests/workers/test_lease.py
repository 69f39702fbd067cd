"""A lease is held while the work lasts, and the work ends before the lease."""

from __future__ import annotations

import asyncio
import time

import pytest

from workers.errors import LeaseLost, Unavailable
from workers.lease import Terms, held

FAST = Terms(lease_s=0.3, renew_s=0.1, again_s=0.02, margin_s=0.05)


class Work:
    """Takes that long, and knows how it ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ended_at: float | None = None
        self.cancelled = False

    async def __call__(self) -> str:
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.ended_at = time.monotonic()
        return "done"


class Renewals:
    """The database's answers, the last one again and again."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self) -> bool:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_work_that_is_done_in_time_renews_nothing() -> None:
    renew = Renewals(True)
    assert await held(Work(0.01)(), renew, time.monotonic(), FAST) == "done"
    assert renew.asked == 0


async def test_work_that_outlasts_its_lease_is_held_until_it_is_done() -> None:
    renew = Renewals(True)
    assert await held(Work(0.75)(), renew, time.monotonic(), FAST) == "done"
    assert 5 <= renew.asked <= 8


async def test_a_lease_that_passed_on_ends_the_work_at_once() -> None:
    work, began = Work(5), time.monotonic()
    with pytest.raises(LeaseLost, match="passed on"):
        await held(work(), Renewals(True, False), began, FAST)
    assert work.cancelled
    assert time.monotonic() - began < 0.3


async def test_what_nobody_renews_ends_before_its_lease() -> None:
    work, renew, began = Work(5), Renewals(Unavailable("away")), time.monotonic()
    with pytest.raises(LeaseLost, match="in time"):
        await held(work(), renew, began, FAST)
    assert work.cancelled
    assert work.ended_at is not None
    assert 0.2 <= work.ended_at - began < FAST.lease_s
    assert renew.asked >= 3


async def test_a_renewal_that_hangs_ends_the_work_before_its_lease_too() -> None:
    async def hang() -> bool:
        await asyncio.sleep(5)
        return True

    work, began = Work(5), time.monotonic()
    with pytest.raises(LeaseLost):
        await held(work(), hang, began, FAST)
    assert work.ended_at is not None
    assert work.ended_at - began < FAST.lease_s


async def test_a_lease_that_was_renewed_after_a_failure_goes_on() -> None:
    renew = Renewals(Unavailable("away"), Unavailable("away"), True)
    assert await held(Work(0.5)(), renew, time.monotonic(), FAST) == "done"


async def test_a_lease_counts_from_before_it_was_asked_for() -> None:
    work, began = Work(5), time.monotonic()
    with pytest.raises(LeaseLost):
        await held(work(), Renewals(Unavailable("away")), began - 0.2, FAST)
    assert time.monotonic() - began < 0.1


async def test_what_the_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        await held(fail(), Renewals(True), time.monotonic(), FAST)


async def test_who_is_cancelled_cancels_the_work() -> None:
    work = Work(5)
    task = asyncio.create_task(held(work(), Renewals(True), time.monotonic(), FAST))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.cancelled
