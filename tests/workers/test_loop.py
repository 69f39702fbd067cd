"""The loop outlives failures, and its heartbeat never outlives the loop."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from workers.errors import Unavailable
from workers.loop import Pace, run

FAST = Pace(
    idle_min=0.002,
    idle_max=0.01,
    failure_min=0.005,
    failure_max=0.01,
    heartbeat=0.01,
    stalled=0.06,
)


class Scripted:
    """A worker whose steps do what the script says, then idle."""

    name = "health"

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.steps = 0
        self.drained = False

    async def step(self) -> int:
        self.steps += 1
        act = self.script.pop(0) if self.script else 0
        if isinstance(act, Exception):
            raise act
        if isinstance(act, float):
            await asyncio.sleep(act)
        return int(act)

    def status(self) -> Mapping[str, Any]:
        return {"steps": self.steps}

    async def drain(self) -> None:
        self.drained = True


class Listener:
    """The other end of the heartbeat."""

    def __init__(self, error: Exception | None = None) -> None:
        self.heard: list[Mapping[str, Any]] = []
        self.error = error

    async def __call__(self, status: Mapping[str, Any]) -> None:
        self.heard.append(status)
        if self.error is not None:
            raise self.error


async def turn(worker: Scripted, listener: Listener, seconds: float = 0.1) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(run(worker, listener, stop, FAST))
    await asyncio.sleep(seconds)
    stop.set()
    await asyncio.wait_for(task, 1)


async def test_it_runs_until_told_to_stop_and_then_drains() -> None:
    worker = Scripted()
    await turn(worker, Listener())
    assert worker.steps > 3
    assert worker.drained


async def test_it_comes_again_at_once_while_there_is_work_and_rests_when_idle() -> None:
    busy, idle = Scripted(*[1] * 1000), Scripted()
    await turn(busy, Listener(), 0.08)
    await turn(idle, Listener(), 0.08)
    assert busy.steps > 1000
    assert idle.steps < 40


async def test_a_failing_step_is_logged_once_and_never_ends_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Scripted(*[ValueError("the same bug")] * 4)
    with caplog.at_level(logging.INFO, "workers.loop"):
        await turn(worker, Listener(), 0.15)
    assert worker.steps > 5
    assert [r.getMessage() for r in caplog.records] == [
        "step failed: the same bug",
        "step works again",
    ]


async def test_an_idle_worker_beats_with_its_status() -> None:
    listener = Listener()
    await turn(Scripted(), listener)
    assert len(listener.heard) >= 3
    assert listener.heard[-1]["steps"] > 0
    assert listener.heard[-1]["failures"] == 0


async def test_a_stuck_step_goes_silent_and_beats_again_once_it_turns() -> None:
    worker, listener, stop = Scripted(0.2), Listener(), asyncio.Event()
    task = asyncio.create_task(run(worker, listener, stop, FAST))
    await asyncio.sleep(0.12)
    silent = len(listener.heard)
    await asyncio.sleep(0.06)
    assert len(listener.heard) == silent
    await asyncio.sleep(0.1)
    assert len(listener.heard) > silent
    stop.set()
    await asyncio.wait_for(task, 1)


async def test_a_step_that_only_fails_goes_silent_too() -> None:
    worker, listener, stop = Scripted(*[ValueError("bug")] * 1000), Listener(), asyncio.Event()
    task = asyncio.create_task(run(worker, listener, stop, FAST))
    await asyncio.sleep(0.12)
    silent = len(listener.heard)
    assert listener.heard[-1]["failures"] > 0
    await asyncio.sleep(0.05)
    assert len(listener.heard) == silent
    stop.set()
    await asyncio.wait_for(task, 1)


async def test_an_unheard_heartbeat_is_logged_once_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker, listener = Scripted(), Listener(Unavailable("away"))
    await turn(worker, listener)
    assert len(listener.heard) >= 3
    assert worker.steps > 3
    assert [r.getMessage() for r in caplog.records] == ["heartbeat: away"]


async def test_a_worker_that_never_drains_can_be_cancelled() -> None:
    worker, stop = Scripted(30.0), asyncio.Event()
    task = asyncio.create_task(run(worker, Listener(), stop, FAST))
    await asyncio.sleep(0.01)
    stop.set()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_its_last_heartbeat_says_that_it_goes_away_by_itself() -> None:
    listener = Listener()
    await turn(Scripted(), listener)
    assert listener.heard[-1]["stopped"] is True
    assert not any("stopped" in heard for heard in listener.heard[:-1])


async def test_a_goodbye_that_nobody_hears_holds_nothing_up() -> None:
    worker, stop = Scripted(), asyncio.Event()
    stop.set()
    await asyncio.wait_for(run(worker, Listener(Unavailable("away")), stop, FAST), 1)
    assert worker.drained
