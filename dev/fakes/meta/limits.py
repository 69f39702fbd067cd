"""How fast a number may send: to everybody, and to one person."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from dev.fakes.meta.errors import MetaError

PAIR_GAP: Final = timedelta(seconds=6)
PER_SECOND: Final = 80
WINDOW: Final = timedelta(seconds=1)
REPLY_WINDOW: Final = timedelta(hours=24)


class Limits:
    """Counts accepted messages alone: what was refused costs nothing."""

    def __init__(self) -> None:
        self._accepted: dict[str, deque[datetime]] = {}
        self._last: dict[tuple[str, str], datetime] = {}
        self._heard: dict[tuple[str, str], datetime] = {}

    def check(self, number: str, to: str, at: datetime) -> None:
        """Raises 130429 or 131056 when one more message at that moment is too many."""
        recent = self._accepted.get(number, deque())
        while recent and recent[0] <= at - WINDOW:
            recent.popleft()
        if len(recent) >= PER_SECOND:
            raise MetaError(130429)
        last = self._last.get((number, to))
        if last is not None and at - last < PAIR_GAP:
            raise MetaError(131056)

    def check_free_text(self, number: str, to: str, at: datetime) -> None:
        """Raises 131047 unless the person wrote within the last 24 hours."""
        heard = self._heard.get((number, to))
        if heard is None or at - heard >= REPLY_WINDOW:
            raise MetaError(131047)

    def accepted(self, number: str, to: str, at: datetime) -> None:
        """One more message went through."""
        self._accepted.setdefault(number, deque()).append(at)
        self._last[number, to] = at

    def heard(self, number: str, sender: str, at: datetime) -> None:
        """The person wrote: free text is allowed for 24 hours."""
        self._heard[number, sender] = at
