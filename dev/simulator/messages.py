"""WhatsApp messages that a company's own service sends and reports: queued, then sent or failed a
few seconds later."""

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Self

from dev.simulator.catalogue import Company
from dev.simulator.chance import chance, poisson
from dev.simulator.rhythm import activity
from dev.simulator.traffic import SLOT, Event

MESSAGES_PER_S: Final = 0.04
MEDIAN_WAIT_S: Final = 6.0
FAILURE_RATE: Final = 0.01
ATTEMPTS_OF_A_FAILURE: Final = 3
DRAIN_PER_SLOT: Final = 10


@dataclass(frozen=True, slots=True)
class Message:
    """One that waits. `due_at`: when it would leave a healthy queue."""

    external_id: str
    created_at: datetime
    due_at: datetime


class Queue:
    """The messages of one company that wait. Lost with the process unless it is saved."""

    def __init__(self, company: Company, waiting: list[Message] | None = None) -> None:
        """Takes over what waited before, if anything."""
        self._company = company
        self.waiting = waiting or []

    @classmethod
    def restored(cls, company: Company, saved: Any) -> Self:
        """From what `saved` gave; empty when that is missing or unreadable."""
        try:
            return cls(company, [_message(entry) for entry in saved or []])
        except (KeyError, TypeError, ValueError):
            return cls(company)

    def saved(self) -> list[dict[str, str]]:
        """What `restored` needs, as JSON."""
        return [
            {name: str(value) for name, value in asdict(message).items()}
            for message in self.waiting
        ]

    def advance(self, slot: datetime, seed: int) -> list[Event]:
        """Moves the queue through one slot and reports what changed."""
        source = chance(seed, "messages", self._company.cnpj, slot.timestamp())
        expected = MESSAGES_PER_S * self._company.weight * activity(slot) * SLOT.total_seconds()
        new = [self._new(slot, source, number) for number in range(poisson(source, expected))]
        self.waiting += new
        events = [_report(message, "queued", 0, message.created_at) for message in new]
        return events + self._leave(slot + SLOT, source)

    def _new(self, slot: datetime, source: Random, number: int) -> Message:
        created = slot + SLOT * source.random()
        waits = timedelta(seconds=source.lognormvariate(math.log(MEDIAN_WAIT_S), 0.6))
        return Message(f"sim-{slot:%Y%m%dT%H%M%S}-{number}", created, created + waits)

    def _leave(self, now: datetime, source: Random) -> list[Event]:
        due = [message for message in self.waiting if message.due_at <= now][:DRAIN_PER_SLOT]
        leaving = {message.external_id for message in due}
        self.waiting = [one for one in self.waiting if one.external_id not in leaving]
        return [_outcome(message, now, source) for message in due]


def _outcome(message: Message, now: datetime, source: Random) -> Event:
    if source.random() < FAILURE_RATE:
        return _report(message, "failed", ATTEMPTS_OF_A_FAILURE, now)
    return _report(message, "sent", 1, now)


def _report(message: Message, status: str, attempts: int, updated_at: datetime) -> Event:
    return {
        "external_id": message.external_id,
        "status": status,
        "attempts": attempts,
        "created_at": message.created_at.isoformat(timespec="milliseconds"),
        "updated_at": updated_at.isoformat(timespec="milliseconds"),
    }


def _message(entry: dict[str, str]) -> Message:
    return Message(
        entry["external_id"],
        datetime.fromisoformat(entry["created_at"]),
        datetime.fromisoformat(entry["due_at"]),
    )
