"""The two clocks of a worker, passed in so that tests own time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is for what is written down (UTC); `elapsed` (seconds) for how long something took."""

    now: Callable[[], datetime] = _utc_now
    elapsed: Callable[[], float] = time.monotonic


SYSTEM_CLOCK = Clock()
