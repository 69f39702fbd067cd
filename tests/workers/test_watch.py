"""The dead-man's switch is pressed only by a living NOC."""

from datetime import timedelta
from typing import Any

import pytest

from tests.workers.clocks import FakeTime
from tests.workers.conftest import Platform
from tests.workers.factories import START
from workers.model import WORKERS, Peer, Report
from workers.watch import Heard, Watch, faults

EXPECTED = ("health", "collect", "watch")


def report(tick_age_s: float | None = 5, **ages: float) -> Report:
    tick_at = None if tick_age_s is None else START - timedelta(seconds=tick_age_s)
    given = {worker: 1.0 for worker in WORKERS} | ages
    return Report(START, tick_at, tuple(Peer(w, "a:1", age) for w, age in given.items()))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (report(), []),
        (report(60), []),
        (report(60.1), ["tick_old"]),
        (report(None), ["tick_never"]),
        (report(health=60), []),
        (report(health=60.1, collect=61), ["health_silent", "collect_silent"]),
        (Report(START, START, ()), ["health_absent", "collect_absent", "watch_absent"]),
    ],
)
def test_the_noc_is_well_only_within_the_limits(heard: Report, expected: list[str]) -> None:
    assert faults(Heard(heard, at=100.0), EXPECTED, now=100.0) == expected


def test_an_answer_ages_while_nothing_newer_comes() -> None:
    heard = Heard(report(50), at=100.0)
    assert faults(heard, EXPECTED, now=110.0) == []
    assert faults(heard, EXPECTED, now=110.1) == ["tick_old"]
    assert len(faults(heard, EXPECTED, now=170.0)) == 4
    assert faults(None, EXPECTED, now=0.0) == ["database_silent"]


def test_one_living_instance_of_a_worker_is_enough() -> None:
    peers = (Peer("health", "old", 9000.0), Peer("health", "new", 3.0))
    assert faults(Heard(Report(START, START, peers), 0.0), ("health",), 0.0) == []


async def watch_for(watch: Watch, time: FakeTime, seconds: int, heard: Any = None) -> None:
    """One step a second, with a heartbeat answered every ten."""
    for second in range(seconds):
        if heard is not None and second % 10 == 0:
            watch.hear(heard)
        await watch.step()
        time.pass_by(1)


async def test_a_living_noc_pings_once_a_minute(platform: Platform, time: FakeTime) -> None:
    watch = Watch(platform.http, f"{platform.url}/deadman", clock=time.clock())
    await watch_for(watch, time, 301, report())
    assert len(platform.fake.of("/deadman")) == 5
    assert watch.status() == {"faults": [], "pings": 5, "configured": True}


async def test_a_silent_worker_stops_the_pings_and_is_named(
    platform: Platform, time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(platform.http, f"{platform.url}/deadman", clock=time.clock())
    await watch_for(watch, time, 120, report(collect=90))
    assert platform.fake.of("/deadman") == []
    assert watch.status()["faults"] == ["collect_silent"]
    assert [record.why for record in caplog.records] == [["collect_silent"]]  # type: ignore[attr-defined]


async def test_an_unreachable_database_stops_the_pings(platform: Platform, time: FakeTime) -> None:
    watch = Watch(platform.http, f"{platform.url}/deadman", clock=time.clock())
    await watch_for(watch, time, 21, report())
    assert len(platform.fake.of("/deadman")) == 1
    await watch_for(watch, time, 300)
    assert len(platform.fake.of("/deadman")) == 1


async def test_a_recovered_noc_pings_within_one_look(platform: Platform, time: FakeTime) -> None:
    watch = Watch(platform.http, f"{platform.url}/deadman", clock=time.clock())
    await watch_for(watch, time, 130, report(collect=90))
    await watch_for(watch, time, 21, report())
    assert len(platform.fake.of("/deadman")) == 1


async def test_an_unanswered_ping_is_tried_at_the_next_look(
    platform: Platform, time: FakeTime
) -> None:
    platform.fake.broken["/deadman"] = (500, {}, {})
    watch = Watch(platform.http, f"{platform.url}/deadman", clock=time.clock())
    await watch_for(watch, time, 61, report())
    assert len(platform.fake.of("/deadman")) == 3
    assert watch.status()["pings"] == 0


async def test_without_an_address_it_only_watches(platform: Platform, time: FakeTime) -> None:
    watch = Watch(platform.http, None, clock=time.clock())
    await watch_for(watch, time, 61, report(collect=90))
    assert watch.status() == {"faults": ["collect_silent"], "pings": 0, "configured": False}
