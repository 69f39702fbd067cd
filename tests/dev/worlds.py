"""Hours of simulated traffic, generated without a clock or a network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from dev.simulator.catalogue import COMPANIES
from dev.simulator.scenarios import ALWAYS, NORMAL, Scenario
from dev.simulator.traffic import SLOT, Event, calls

BUSY: Final = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # a Tuesday, 10:30 in São Paulo
NIGHT: Final = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 02:00 there
CALM: Final = Scenario(NORMAL, ALWAYS)
BY_CNPJ: Final = {company.cnpj: company for company in COMPANIES}


def slots(since: datetime, lasts: timedelta) -> Iterator[datetime]:
    """The start of each slot of the span."""
    return (since + SLOT * number for number in range(int(lasts / SLOT)))


def calls_of(
    cnpj: str, since: datetime, minutes: float, scenario: Scenario = CALM, seed: int = 1
) -> list[Event]:
    """All calls of one company in the span."""
    span = slots(since, timedelta(minutes=minutes))
    return [event for slot in span for event in calls(BY_CNPJ[cnpj], slot, scenario, seed)]


def p95_ms(events: list[Event]) -> float:
    """The discrete 95th percentile, as the database computes it."""
    latencies = sorted(int(event["latency_ms"]) for event in events)
    return latencies[max(0, -(-len(latencies) * 95 // 100) - 1)]


def share(events: list[Event], lowest: int, highest: int) -> float:
    """The ratio of calls whose status lies between the two."""
    return len([e for e in events if lowest <= e["status"] <= highest]) / len(events)
