"""What docs/workers.md says of breakers, once more in Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=30)
PROBE_EVERY = timedelta(seconds=10)
Company = str | None


@dataclass
class Breaker:
    """One of them; what it counted, by the second."""

    opened_at: datetime | None = None
    probe_at: datetime | None = None
    closed_at: datetime | None = None
    calls: list[tuple[datetime, bool]] = field(default_factory=list)
    retries: dict[datetime, int] = field(default_factory=lambda: defaultdict(int))

    def recent(self, at: datetime) -> list[bool]:
        return [failed for when, failed in self.calls if when > at - WINDOW]

    def spent(self, at: datetime) -> int:
        return sum(count for when, count in self.retries.items() if when > at - WINDOW)


@dataclass
class Model:
    """Every breaker of one provider."""

    breakers: dict[Company, Breaker] = field(default_factory=lambda: defaultdict(Breaker))

    def of(self, company: Company) -> list[Breaker]:
        return [self.breakers[level] for level in dict.fromkeys((None, company))]

    def ask(self, company: Company, retry: bool, at: datetime) -> str:
        """allowed, probe, cut_off or retry_budget."""
        opened = [one for one in self.of(company) if one.opened_at is not None]
        if any(one.probe_at is not None and one.probe_at > at for one in opened):
            return "cut_off"
        whole = self.breakers[None]
        if retry:
            if whole.spent(at) >= max(len(whole.recent(at)) // 10, 5):
                return "retry_budget"
            whole.retries[at.replace(microsecond=0)] += 1
        for one in opened:
            one.probe_at = at + PROBE_EVERY
        return "probe" if opened else "allowed"

    def tell(
        self, company: Company, begun_at: datetime, failed: bool, retry: bool, at: datetime
    ) -> None:
        whole, second = self.breakers[None], begun_at.replace(microsecond=0)
        if retry and not failed:
            whole.retries[second] = max(whole.retries[second] - 1, 0)
        for one in self.of(company):
            if one.opened_at is None:
                self._count(one, begun_at, failed, at)
            elif begun_at > one.opened_at and not failed:
                one.opened_at = one.probe_at = None
                one.closed_at = at
                one.calls.clear()
                one.retries.clear()

    def _count(self, one: Breaker, begun_at: datetime, failed: bool, at: datetime) -> None:
        if one.closed_at is not None and begun_at < one.closed_at:
            return
        one.calls.append((at.replace(microsecond=0), failed))
        recent = one.recent(at)
        if len(recent) >= 20 and 2 * sum(recent) >= len(recent):
            one.opened_at, one.probe_at = at, at + PROBE_EVERY

    def open(self) -> set[tuple[Company, datetime]]:
        return {
            (company, one.opened_at)
            for company, one in self.breakers.items()
            if one.opened_at is not None
        }
