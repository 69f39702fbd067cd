"""The fakes' own time: real unless somebody sets it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta


def _real_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Rules windows, rate limits, delays and time stamps. Always aware, in UTC.

    Set to an instant it stands still until it is moved on; followed, it runs with real time.
    """

    def __init__(self, real: Callable[[], datetime] = _real_now) -> None:
        self._real = real
        self._shift = timedelta()
        self._standing: datetime | None = None
        self._change = asyncio.Event()

    @property
    def stands_still(self) -> bool:
        """Whether it waits to be moved on."""
        return self._standing is not None

    def now(self) -> datetime:
        """This moment."""
        return self._standing or self._real() + self._shift

    def set(self, instant: datetime) -> None:
        """Stops at that instant."""
        self._standing = instant.astimezone(UTC)
        self.nudge()

    def advance(self, seconds: float) -> None:
        """Moves on, standing or running."""
        step = timedelta(seconds=seconds)
        if self._standing is None:
            self._shift += step
        else:
            self._standing += step
        self.nudge()

    def follow(self) -> None:
        """Back to real time."""
        self._standing, self._shift = None, timedelta()
        self.nudge()

    def nudge(self) -> None:
        """Wakes whoever waits, to look again."""
        self._change.set()
        self._change = asyncio.Event()

    async def wait(self, until: datetime | None) -> None:
        """Returns at that moment, or once the clock was changed or nudged; null: only then."""
        left_s = None if until is None else (until - self.now()).total_seconds()
        if left_s is not None and left_s <= 0:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._change.wait(), None if self.stands_still else left_s)

    async def sleep(self, seconds: float) -> None:
        """Waits that many seconds of this clock."""
        due = self.now() + timedelta(seconds=seconds)
        while self.now() < due:
            await self.wait(due)
