"""The watchdog: tells somebody outside, every minute, that the NOC itself is alive.

It speaks only while the last tick and every kind of worker are fresh; its silence is the alarm,
raised by whoever runs the address. It hears through the answers to its own heartbeats.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import WORKERS, Report

log = logging.getLogger(__name__)

LIMIT_S = 60.0
PING_EVERY_S = 60.0
LOOK_EVERY_S = 20.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A heartbeat's answer, and when it came (`Clock.elapsed`)."""

    report: Report
    at: float


def faults(heard: Heard | None, expected: Collection[str], now: float) -> list[str]:
    """Why the NOC cannot be called alive, as codes; empty when it can. Limits are exclusive."""
    if heard is None:
        return ["database_silent"]
    since = now - heard.at
    report = heard.report
    found = []
    if report.tick_at is None:
        found.append("tick_never")
    elif (report.server_time - report.tick_at).total_seconds() + since > LIMIT_S:
        found.append("tick_old")
    for worker in expected:
        ages = [peer.age_s + since for peer in report.workers if peer.worker == worker]
        if not ages:
            found.append(f"{worker}_absent")
        elif min(ages) > LIMIT_S:
            found.append(f"{worker}_silent")
    return found


class Watch:
    """The worker; see the module. Without an address it only says what it would not confirm."""

    name = "watch"

    def __init__(
        self,
        http: httpx.AsyncClient,
        deadman_url: str | None,
        expected: Collection[str] = WORKERS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._http = http
        self._url = deadman_url
        self._expected = expected
        self._clock = clock
        self._heard: Heard | None = None
        self._look_at = clock.elapsed() + LOOK_EVERY_S
        self._ping_at = 0.0
        self._faults: list[str] = []
        self._pings = 0

    def hear(self, report: Report) -> None:
        """Take the answer to this worker's own heartbeat."""
        self._heard = Heard(report, self._clock.elapsed())

    async def step(self) -> int:
        """Look every 20 s; ping at most once a minute."""
        now = self._clock.elapsed()
        if now < self._look_at:
            return 0
        self._look_at = now + LOOK_EVERY_S
        found = faults(self._heard, self._expected, now)
        if found != self._faults:
            log.warning("the noc %s", "is unwell" if found else "is well", extra={"why": found})
        self._faults = found
        if found or self._url is None or now < self._ping_at:
            return 0
        return await self._ping(self._url, now)

    def status(self) -> dict[str, Any]:
        """The faults as codes, and the pings that were answered."""
        return {"faults": self._faults, "pings": self._pings, "configured": self._url is not None}

    async def drain(self) -> None:
        """Nothing in hand: going away in silence is what this worker is for."""

    async def _ping(self, url: str, now: float) -> int:
        try:
            response = await self._http.get(url)
        except httpx.HTTPError as error:
            log.warning("the dead-man address is out of reach: %s", type(error).__name__)
            return 0
        if not response.is_success:
            log.warning("the dead-man address answered %s", response.status_code)
            return 0
        # Half a look early, so that three looks make one minute.
        self._ping_at = now + PING_EVERY_S - LOOK_EVERY_S / 2
        self._pings += 1
        return 1
