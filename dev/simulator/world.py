"""The five companies in time: everything that happens to them, slot after slot."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from dev.simulator.catalogue import COMPANIES, Company
from dev.simulator.jobs import job_events
from dev.simulator.messages import Queue
from dev.simulator.outgoing import outgoing
from dev.simulator.scenarios import Scenario
from dev.simulator.sender import Batch, batches
from dev.simulator.traffic import SLOT, Event, calls, log_lines, slot_start

BACKFILL: Final = timedelta(minutes=60)
# What the NOC is to send is handed over when it comes up, never as history.
HANDED_OVER_LATE: Final = timedelta(seconds=30)


class World:
    """How far each company has been generated, and what waits in its queue."""

    def __init__(self, seed: int, last_events: Mapping[str, datetime | None], queues: Any) -> None:
        """Goes on after each company's newest stored call; null: an hour of history comes first.

        `queues` is what `saved_queues` once gave, or null.
        """
        self._seed = seed
        self._reached = {cnpj: _after(last) for cnpj, last in last_events.items()}
        saved = queues if isinstance(queues, dict) else {}
        self._queues = {
            company.cnpj: Queue.restored(company, saved.get(company.cnpj)) for company in COMPANIES
        }

    def advance(self, now: datetime, scenario: Scenario) -> list[Batch]:
        """What happened in the slots that ended since the last time, at most an hour of it."""
        until = slot_start(now)
        produced: list[Batch] = []
        for company in COMPANIES:
            reached = self._reached.get(company.cnpj)
            earliest = slot_start(now - BACKFILL)
            since = earliest if reached is None else max(earliest, reached)
            for kind, events in self._generate(company, since, until, scenario).items():
                produced += batches(company.cnpj, kind, events)
            self._reached[company.cnpj] = max(since, until)
        return produced

    def restart(self, cnpj: str) -> None:
        """Forgets what the company did: an hour of history comes first again."""
        self._reached.pop(cnpj, None)
        self._queues[cnpj].waiting.clear()

    def saved_queues(self) -> dict[str, list[dict[str, str]]]:
        """What waits in each company's queue, as JSON."""
        return {cnpj: queue.saved() for cnpj, queue in self._queues.items()}

    def _generate(
        self, company: Company, since: datetime, until: datetime, scenario: Scenario
    ) -> dict[str, list[Event]]:
        queue = self._queues[company.cnpj]
        kinds = ("api_usage", "app_logs", "queue_whatsapp", "messages")
        found: dict[str, list[Event]] = {kind: [] for kind in kinds}
        slot = since
        while slot < until:
            found["api_usage"] += calls(company, slot, scenario, self._seed)
            found["app_logs"] += log_lines(company, slot, scenario, self._seed)
            found["queue_whatsapp"] += queue.advance(slot, self._seed)
            if slot >= until - HANDED_OVER_LATE:
                found["messages"] += outgoing(company, slot, scenario, self._seed)
            slot += SLOT
        found["jobs"] = job_events(company, since, until, scenario, self._seed)
        return found


def _after(last: datetime | None) -> datetime | None:
    return None if last is None else slot_start(last) + SLOT
