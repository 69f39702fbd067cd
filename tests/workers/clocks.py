"""Time that only moves when told to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workers.clock import Clock


@dataclass
class FakeTime:
    """Both clocks of a worker, moved together."""

    seconds: float = 1000.0
    start: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def clock(self) -> Clock:
        return Clock(now=self.now, elapsed=lambda: self.seconds)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds - 1000.0)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
