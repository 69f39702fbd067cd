"""Runs a worker until told to stop, and says that it runs only while it really does."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workers.clock import SYSTEM_CLOCK, Clock
from workers.errors import WorkerError
from workers.log import of_worker
from workers.retry import backoff
from workers.vitals import Vitals

log = logging.getLogger(__name__)
_random = random.SystemRandom()
GOODBYE_S = 2.0


class Worker(Protocol):
    """What the loop turns."""

    name: str

    async def step(self) -> int:
        """Do what is due; how many things were done, 0 = idle. Must return within seconds."""

    def status(self) -> Mapping[str, Any]:
        """What the heartbeat tells about this worker: codes and numbers."""

    async def drain(self) -> None:
        """Finish or put safely away what is in hand; called once, after the last step."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A busy step comes again at once; idle and failing ones wait longer each time."""

    idle_min: float = 0.25
    idle_max: float = 1.0
    failure_min: float = 1.0
    failure_max: float = 15.0
    heartbeat: float = 10.0
    # Longer than the slowest honest step: two RPCs that run into their timeout.
    stalled: float = 20.0


@dataclass(slots=True)
class Pulse:
    """When a step last came to a good end (`Clock.elapsed`), and what went wrong since."""

    turned_at: float
    failures: int = 0
    error: str | None = None


Beat = Callable[[Mapping[str, Any]], Awaitable[None]]


async def run(
    worker: Worker,
    beat: Beat,
    stop: asyncio.Event,
    pace: Pace | None = None,
    clock: Clock = SYSTEM_CLOCK,
    vitals: Vitals | None = None,
) -> None:
    """Turn the worker and its heartbeat until `stop` is set, then drain it."""
    pace = pace or Pace()
    vitals = vitals or Vitals(clock)
    pulse = Pulse(turned_at=clock.elapsed())
    vitals.begin(worker.name, worker.status)
    with of_worker(worker.name):
        herald = asyncio.create_task(_beat(worker, beat, pulse, stop, pace, clock, vitals))
        try:
            await _turn(worker, pulse, stop, pace, clock, vitals)
            await worker.drain()
        finally:
            vitals.end(worker.name)
            herald.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await herald
        await _say_goodbye(worker, beat, pulse)


async def _turn(
    worker: Worker, pulse: Pulse, stop: asyncio.Event, pace: Pace, clock: Clock, vitals: Vitals
) -> None:
    idle = pace.idle_min
    while not stop.is_set():
        began = clock.elapsed()
        try:
            done = await worker.step()
        except Exception as error:
            _note_failure(pulse, error)
            vitals.stepped(worker.name, "failed", clock.elapsed() - began, pulse.failures)
            await pause(stop, backoff(pulse.failures, pace.failure_min, pace.failure_max))
            continue
        _note_success(pulse, clock)
        vitals.stepped(worker.name, "busy" if done else "idle", clock.elapsed() - began, 0)
        if done:
            idle = pace.idle_min
            await asyncio.sleep(0)
        else:
            await pause(stop, idle)
            idle = min(pace.idle_max, idle * 1.5)


async def _beat(
    worker: Worker,
    beat: Beat,
    pulse: Pulse,
    stop: asyncio.Event,
    pace: Pace,
    clock: Clock,
    vitals: Vitals,
) -> None:
    unheard: str | None = None
    while not stop.is_set():
        silent_for = clock.elapsed() - pulse.turned_at
        if silent_for > pace.stalled:
            log.error("the step is stuck", extra={"silent_s": silent_for})
        else:
            try:
                await beat(dict(worker.status()) | {"failures": pulse.failures})
                vitals.beat(worker.name, heard=True)
                unheard = None
            except Exception as error:
                vitals.beat(worker.name, heard=False)
                if unheard != type(error).__name__:
                    level = logging.WARNING if isinstance(error, WorkerError) else logging.ERROR
                    log.log(level, "heartbeat: %s", error)
                unheard = type(error).__name__
        await pause(stop, pace.heartbeat)


async def _say_goodbye(worker: Worker, beat: Beat, pulse: Pulse) -> None:
    """The last heartbeat of a copy that goes away by itself: it is not missed among others."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(GOODBYE_S):
            await beat(dict(worker.status()) | {"failures": pulse.failures, "stopped": True})


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait about that long (90 to 110 %), or until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds * _random.uniform(0.9, 1.1))


def _note_failure(pulse: Pulse, error: Exception) -> None:
    pulse.failures = min(pulse.failures + 1, 16)
    described = f"{type(error).__name__}: {error}"
    if described != pulse.error:
        log.error("step failed: %s", error, exc_info=error)
    pulse.error = described


def _note_success(pulse: Pulse, clock: Clock) -> None:
    if pulse.error is not None:
        log.info("step works again", extra={"failures": pulse.failures})
    pulse.failures, pulse.error = 0, None
    pulse.turned_at = clock.elapsed()
