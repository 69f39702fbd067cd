"""Rate limits as the real server counts them: averages over buckets, not per second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

BUCKETS = 12


class RateCounter:
    """Events per second, averaged over closed buckets of `bucket_s`, at most a minute of them.

    A burst inside the open bucket is not seen until the bucket closes, and one that was seen
    weighs on the average until it leaves the window. A limit of 0 never triggers.
    """

    def __init__(
        self, limit: float, bucket_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._bucket_s = bucket_s
        self._clock = clock
        # Counting starts with one empty bucket: the real counter ticks once at its birth.
        self._closed: deque[int] = deque([0], maxlen=BUCKETS)
        self._open = 0
        self._closes_at = clock() + bucket_s

    def add(self, events: int = 1) -> None:
        """Count events that happened now."""
        self._advance()
        self._open += events

    @property
    def average(self) -> float:
        """Events per second."""
        self._advance()
        return sum(self._closed) / (len(self._closed) * self._bucket_s)

    @property
    def triggered(self) -> bool:
        """The average has reached the limit: whoever receives now is shut down."""
        return self._limit > 0 and self.average >= self._limit

    @property
    def exceeded(self) -> bool:
        """The average is over the limit: nothing is accepted."""
        return self._limit > 0 and self.average > self._limit

    def has_room(self, events: int) -> bool:
        """Whether that many events still fit."""
        return self._limit == 0 or self.average + events <= self._limit

    def _advance(self) -> None:
        behind = int((self._clock() - self._closes_at) // self._bucket_s) + 1
        if behind <= 0:
            return
        self._closes_at += behind * self._bucket_s
        self._closed.append(self._open)
        self._closed.extend([0] * min(behind - 1, BUCKETS))
        self._open = 0


class CallWindow:
    """At most `calls` in a window that opens with the first call; 0 calls is no limit."""

    def __init__(
        self, calls: int, window_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._calls = calls
        self._window_s = window_s
        self._clock = clock
        self._used = 0
        self._ends_at: float | None = None

    def take(self) -> bool:
        """Use one call; false when the window is spent."""
        if self._calls == 0:
            return True
        now = self._clock()
        if self._ends_at is None or now > self._ends_at:
            self._ends_at = now + self._window_s
            self._used = 0
        if self._used >= self._calls:
            return False
        self._used += 1
        return True
