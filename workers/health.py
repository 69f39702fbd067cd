"""The health worker: claim due checks, probe them side by side, settle what was seen.

While the database is out of reach it keeps probing its last list of checks (kept on disk, so also
after a restart), each at its interval, and spools every result with its true time; on return the
spool is settled in order before anything is claimed.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from workers.checklist import CheckList
from workers.clock import SYSTEM_CLOCK, Clock
from workers.errors import Refused, SpoolError, Unavailable
from workers.model import Check, Result
from workers.probes import Probes, run_probe
from workers.rpc import Rpc
from workers.spool import Spool

log = logging.getLogger(__name__)

SLOTS = 32
LIST_EVERY_S = 60.0
RETRY_MIN_S, RETRY_MAX_S = 0.5, 5.0
REPLAY_PER_STEP = 200
REPLAY_S = 5.0  # a slow database must not make the step look stuck
DRAIN_S = 12.0


class Health:
    """The worker; see the module."""

    name = "health"

    def __init__(
        self,
        rpc: Rpc,
        probes: Probes,
        spool: Spool,
        checks: CheckList,
        owner: str,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._rpc = rpc
        self._probes = probes
        self._spool = spool
        self._checks = checks
        self._owner = owner
        self._clock = clock
        self._running: dict[str, asyncio.Task[Result | None]] = {}
        self._started: dict[str, float] = {}
        self._fences: dict[str, int | None] = {}  # of the probes that run
        self._unprobeable: set[str] = set()
        self._away = False
        self._retry_at = 0.0
        self._retry_s = RETRY_MIN_S
        self._list_at = 0.0
        self._settled = 0
        self._lost = 0

    async def step(self) -> int:
        """Hand in what ended and start what is due; the probes themselves run beside the step."""
        results = self._reap()
        await self._hand_in(results)
        started = await self._claim() if await self._reach() else self._start_due()
        return len(results) + started

    def status(self) -> dict[str, Any]:
        """Numbers for the heartbeat; `lost` counts results that neither SQL nor the disk took."""
        return {
            "mode": "away" if self._away else "online",
            "checks": len(self._checks.checks),
            "running": len(self._running),
            "settled": self._settled,
            "spooled": self._spool.waiting,
            "lost": self._lost + self._spool.dropped,
        }

    async def drain(self) -> None:
        """Wait for the probes in flight, then hand in or spool their results."""
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await self._release([id_ for id_, task in self._running.items() if task.cancelled()])
        await self._hand_in(self._reap())

    async def _release(self, check_ids: Sequence[str]) -> None:
        """Checks whose probes were cut off are due again, for another copy at once."""
        leases = [(id_, fence) for id_ in check_ids if (fence := self._fences.get(id_))]
        if not leases:
            return
        try:
            await self._rpc.release_leases("check", leases)
        except (Unavailable, Refused) as error:
            log.warning("claims were not given back, and run out: %s", error)

    def _reap(self) -> list[Result]:
        ended = [check_id for check_id, task in self._running.items() if task.done()]
        results: list[Result] = []
        for check_id in ended:
            task = self._running.pop(check_id)
            if task.cancelled():
                continue
            if (error := task.exception()) is not None:
                log.error("a probe has a bug", extra={"check_id": check_id}, exc_info=error)
            elif (result := task.result()) is not None:
                results.append(result)
        return sorted(results, key=lambda result: result.checked_at)

    async def _hand_in(self, results: Sequence[Result]) -> None:
        """Settle side by side (no two are of one check), or spool what cannot be settled now."""
        if self._away or self._spool.waiting:
            for result in results:
                self._keep(result)
            return
        outcomes = await asyncio.gather(*map(self._settle, results), return_exceptions=True)
        for result, outcome in zip(results, outcomes, strict=True):
            if isinstance(outcome, Unavailable):
                self._leave(outcome)
                self._keep(result)
            elif isinstance(outcome, BaseException):
                raise outcome

    async def _settle(self, result: Result) -> None:
        """Settle once; a refused result (its check is gone) is dropped with a log line."""
        try:
            accepted = await self._rpc.settle_check(result)
        except Refused as error:
            log.warning("a result was refused", extra={"check": result.check_id, "why": str(error)})
            return
        self._settled += 1
        if not accepted:
            log.info("a lease had passed on", extra={"check": result.check_id})

    def _keep(self, result: Result) -> None:
        try:
            self._spool.append(result)
        except SpoolError:
            self._lost += 1
            log.exception("a result is lost")

    async def _reach(self) -> bool:
        """Whether the database may be asked now: not in a retry pause, and nothing spooled."""
        if self._away and self._clock.elapsed() < self._retry_at:
            return False
        if self._spool.waiting == 0:
            return True
        until = self._clock.elapsed() + REPLAY_S
        try:
            for spooled in self._spool.waiting_results(REPLAY_PER_STEP):
                await self._settle(spooled.result)
                self._spool.settle(spooled)
                if self._clock.elapsed() >= until:
                    break
        except Unavailable as error:
            self._leave(error)
            return False
        return self._spool.waiting == 0

    async def _claim(self) -> int:
        try:
            if self._clock.elapsed() >= self._list_at:
                self._checks.replace(await self._rpc.list_checks())
                self._list_at = self._clock.elapsed() + LIST_EVERY_S
            free = SLOTS - len(self._running)
            claimed = await self._rpc.claim_checks(self._owner, free) if free > 0 else []
        except Unavailable as error:
            self._leave(error)
            return self._start_due()
        self._return()
        return sum(self._start(check) for check in claimed)

    def _leave(self, error: Unavailable) -> None:
        if not self._away:
            log.warning("the database is away: %s", error)
            self._retry_s = RETRY_MIN_S
        self._away = True
        self._retry_at = self._clock.elapsed() + self._retry_s
        self._retry_s = min(RETRY_MAX_S, self._retry_s * 2)

    def _return(self) -> None:
        if self._away:
            log.info("the database is back", extra={"settled": self._settled})
        self._away = False

    def _start_due(self) -> int:
        now = self._clock.elapsed()
        return sum(
            self._start(check)
            for check in self._checks.checks
            if now - self._started.get(check.check_id, float("-inf")) >= check.interval_s
        )

    def _start(self, check: Check) -> bool:
        """Probe beside the step; false when it already runs or no probe of that name exists."""
        probe = self._probes.get(check.probe)
        if probe is None:
            if check.probe not in self._unprobeable:
                self._unprobeable.add(check.probe)
                log.error("no such probe is configured", extra={"probe": check.probe})
            return False
        if check.check_id in self._running or len(self._running) >= SLOTS:
            return False
        self._started[check.check_id] = self._clock.elapsed()
        self._fences[check.check_id] = check.fence
        checked_at = self._clock.now()

        async def observe() -> Result:
            seen = await run_probe(probe, check)
            return Result(check.check_id, check.fence, checked_at, seen)

        self._running[check.check_id] = asyncio.create_task(observe())
        return True
