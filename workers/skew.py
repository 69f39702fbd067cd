"""How far this machine's clock is from the database's."""

from collections import deque
from datetime import datetime

MEASUREMENTS = 6  # a minute of heartbeats: a clock that jumps is known within it


class Skew:
    """Of the last measurements the one with the shortest way: half of it is its error at most."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, float]] = deque(maxlen=MEASUREMENTS)

    def take(self, asked_at: datetime, took_s: float, server_time: datetime) -> None:
        """Asked at `asked_at` of this clock, answered `took_s` later with the database's time."""
        ahead_s = (server_time - asked_at).total_seconds() - took_s / 2
        self._taken.append((took_s, ahead_s))

    @property
    def seconds(self) -> float | None:
        """The database's clock less this one; null before the first answer."""
        return min(self._taken)[1] if self._taken else None
