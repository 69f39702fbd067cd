"""Delivers batches to the ingest function as a collector should: in order, again until taken."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import httpx

from dev.simulator.traffic import Event

MAX_EVENTS: Final = 500
TIMEOUT_S: Final = 15.0
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one kind of one company; the id stays the same however often it is sent."""

    batch_id: str
    cnpj: str
    kind: str
    events: tuple[Event, ...]


def batches(cnpj: str, kind: str, events: list[Event]) -> list[Batch]:
    """The events in order, cut into batches that the function takes."""
    return [
        Batch(str(uuid4()), cnpj, kind, tuple(events[start : start + MAX_EVENTS]))
        for start in range(0, len(events), MAX_EVENTS)
    ]


class Sender:
    """Holds what was not yet taken. A batch leaves only with a 202, or when it can never pass."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        keys: dict[str, str],
        say: Say,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`keys` by company, without those that were refused; `clock` in seconds."""
        self._client = client
        self._url = f"{url}/functions/v1/ingest"
        self._say = say
        self._clock = clock
        self._pause_s = FIRST_PAUSE_S
        self._not_before = 0.0
        self.keys = keys
        self.waiting: deque[Batch] = deque()
        self.served: set[str] = set()  # companies that had a batch taken

    def without_key(self) -> str | None:
        """The company whose batch is next and cannot leave for want of a key."""
        if not self.waiting or self.waiting[0].cnpj in self.keys:
            return None
        return self.waiting[0].cnpj

    def forget(self, cnpj: str) -> None:
        """Drops the company's batches."""
        self.waiting = deque(batch for batch in self.waiting if batch.cnpj != cnpj)

    async def flush(self) -> None:
        """Sends what waits, until all is taken or the function asks for a pause."""
        while self.waiting and self._clock() >= self._not_before:
            if not await self._deliver(self.waiting[0]):
                return
            self.waiting.popleft()

    async def _deliver(self, batch: Batch) -> bool:
        """Whether the batch is done with, taken or hopeless."""
        if batch.cnpj not in self.keys:
            return False
        try:
            response = await self._post(batch)
        except httpx.TransportError as error:
            return self._wait(f"ingest unreachable: {type(error).__name__}", None)
        if response.status_code == httpx.codes.ACCEPTED:
            self._taken(batch, response)
            return True
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.keys.pop(batch.cnpj, None)
            return self._wait(f"ingest refused the key of {batch.cnpj}", FIRST_PAUSE_S)
        if response.status_code in (408, 429) or response.is_server_error:
            answered = f"ingest answered {response.status_code}"
            return self._wait(answered, _seconds(response.headers.get("retry-after")))
        self._say(f"ingest answered {response.status_code} for {batch.kind}: {response.text[:200]}")
        return True

    async def _post(self, batch: Batch) -> httpx.Response:
        return await self._client.post(
            self._url,
            json={"batch_id": batch.batch_id, "kind": batch.kind, "events": batch.events},
            headers={"authorization": f"Bearer {self.keys[batch.cnpj]}"},
            timeout=TIMEOUT_S,
        )

    def _taken(self, batch: Batch, response: httpx.Response) -> None:
        self._pause_s = FIRST_PAUSE_S
        answer = response.json()
        self.served.add(batch.cnpj)
        for row in answer["rejected"][:1]:
            self._say(f"{len(answer['rejected'])} {batch.kind} rejected: {row['reason']}")

    def _wait(self, reason: str, asked_s: float | None) -> bool:
        """Sets the pause, the function's own or a doubling one; the batch stays first in line."""
        pause_s = self._pause_s if asked_s is None else asked_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._not_before = self._clock() + pause_s
        self._say(f"{reason}; again in {pause_s:g} s")
        return False


def _seconds(header: str | None) -> float | None:
    """The pause asked for, at most a minute; null when none was."""
    return min(float(header), 60.0) if header and header.isdigit() else None
