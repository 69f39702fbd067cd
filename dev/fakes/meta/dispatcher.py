"""Posts webhooks when they are due, and again with growing pauses until they are taken."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from dev.fakes.clock import Clock
from dev.fakes.meta.webhooks import PATIENCE_S, encode, signature

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
GIVES_UP_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook to be posted. `before` is done when it first falls due: the event happens."""

    body: dict[str, Any]
    first_due: datetime
    attempt: int = 1
    before: Callable[[], None] = field(default=lambda: None)


class Dispatcher:
    """One after the other, in the sequence in which they fall due."""

    def __init__(self, clock: Clock, app_secret: str, url: str | None) -> None:
        self.url = url
        self.log: list[dict[str, Any]] = []
        self._clock = clock
        self._app_secret = app_secret
        self._due: list[tuple[datetime, int, Delivery]] = []
        self._sequence = itertools.count()
        self._alone = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    @property
    def waiting(self) -> int:
        """How many are still to be posted, repeats included."""
        return len(self._due)

    def add(self, due: datetime, delivery: Delivery) -> None:
        """Posts it at that moment."""
        heapq.heappush(self._due, (due, next(self._sequence), delivery))
        self._clock.nudge()

    def clear(self) -> None:
        """Forgets what waits and what was done."""
        self._due.clear()
        self.log.clear()

    async def run(self) -> None:
        """Works until it is cancelled."""
        try:
            while True:
                await self.settle()
                await self._clock.wait(self._due[0][0] if self._due else None)
        finally:
            if self._client is not None:
                await self._client.aclose()

    async def settle(self) -> None:
        """Returns once everything that is due by now was posted, repeats included."""
        async with self._alone:
            while self._due and self._due[0][0] <= self._clock.now():
                due, _, delivery = heapq.heappop(self._due)
                delivery.before()
                if self.url is not None:
                    await self._post(self.url, due, delivery)

    async def _post(self, url: str, due: datetime, delivery: Delivery) -> None:
        raw = encode(delivery.body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(raw, self._app_secret),
        }
        status, error = None, None
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False)
        try:
            status = (await self._client.post(url, content=raw, headers=headers)).status_code
        except httpx.HTTPError as failure:
            error = type(failure).__name__
        self.log.append(
            {
                "n": len(self.log) + 1,
                "due": due.isoformat(),
                "url": url,
                "attempt": delivery.attempt,
                "body": delivery.body,
                "signature": headers["X-Hub-Signature-256"],
                "status": status,
                "error": error,
            }
        )
        if status != 200:
            self._again(due, delivery)

    def _again(self, due: datetime, delivery: Delivery) -> None:
        """Pauses of 2, 4, 8 … seconds, an hour at most, for seven days."""
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempt - 1, 16), LONGEST_PAUSE)
        if due + pause - delivery.first_due <= GIVES_UP_AFTER:
            repeat = Delivery(delivery.body, delivery.first_due, delivery.attempt + 1)
            heapq.heappush(self._due, (due + pause, next(self._sequence), repeat))
