"""Claim, probe, settle; and what happens while the database is out of reach."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workers.clocks import FakeTime
from tests.workers.conftest import Platform
from tests.workers.fake_supabase import check_row
from workers.checklist import CheckList
from workers.health import LIST_EVERY_S, RETRY_MAX_S, SLOTS, Health
from workers.model import Check, Observation
from workers.probes import Probe
from workers.spool import Spool

Make = Callable[..., Health]


class Target:
    """What is probed: answers what the test says, holds while told to."""

    def __init__(self) -> None:
        self.observation = Observation("good", 12, None, {"status_class": "2xx"})
        self.probed: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, check: Check) -> Observation:
        self.probed.append(check.check_id)
        await self.free.wait()
        return self.observation


@pytest.fixture
async def target() -> Target:
    return Target()


@pytest.fixture
def make(platform: Platform, target: Target, time: FakeTime, tmp_path: Path) -> Make:
    def build(**probes: Probe) -> Health:
        return Health(
            platform.rpc,
            {"rest": target, "omie": target} | probes,
            Spool(tmp_path),
            CheckList(tmp_path / "checks.json"),
            "health@test",
            time.clock(),
        )

    return build


async def step(health: Health, time: FakeTime, seconds: float = 0.0) -> int:
    """One step, and the probes that it started."""
    done = await health.step()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    time.pass_by(seconds)
    return done


async def test_a_due_check_is_probed_and_settled_under_its_fence(
    platform: Platform, make: Make, time: FakeTime
) -> None:
    platform.fake.due = [check_row("c1", fence=7)]
    health = make()
    assert await step(health, time, 3) == 1
    assert await step(health, time) == 1
    assert await step(health, time) == 0
    (settled,) = platform.fake.settled
    assert (settled["check_id"], settled["fence"], settled["outcome"]) == ("c1", 7, "good")
    assert settled["checked_at"] == "2026-11-23T12:00:00+00:00"
    assert settled["details"] == {"status_class": "2xx"}
    assert health.status()["mode"] == "online"


async def test_a_hanging_target_does_not_delay_the_others(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    held = Target()
    held.free.clear()
    platform.fake.due = [check_row("slow", "omie"), check_row("c1"), check_row("c2")]
    health = make(omie=held)
    await step(health, time)
    await step(health, time)
    assert [row["check_id"] for row in platform.fake.settled] == ["c1", "c2"]
    held.free.set()
    await step(health, time)
    await step(health, time)
    assert platform.fake.settled[-1]["check_id"] == "slow"


async def test_no_more_is_claimed_than_can_be_probed(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    target.free.clear()
    platform.fake.due = [check_row(f"c{n}") for n in range(SLOTS + 5)]
    health = make()
    await step(health, time)
    await step(health, time)
    assert len(target.probed) == SLOTS
    assert [seen.body["max"] for seen in platform.fake.of("noc_claim_checks")] == [SLOTS]
    target.free.set()
    await health.drain()


async def test_a_probe_beyond_its_limit_is_settled_as_a_timeout(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    target.free.clear()
    platform.fake.due = [check_row("c1", timeout_s=0.05)]
    health = make()
    await step(health, time)
    await asyncio.sleep(0.1)
    await step(health, time)
    (settled,) = platform.fake.settled
    assert (settled["outcome"], settled["reason"], settled["latency_ms"]) == ("bad", "timeout", 50)


async def test_an_unknown_probe_and_a_buggy_one_say_nothing_about_the_service(
    platform: Platform, make: Make, time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    async def buggy(_check: Check) -> Observation:
        raise ZeroDivisionError

    platform.fake.due = [check_row("c1", "telepathy"), check_row("c2", "buggy")]
    health = make(buggy=buggy)
    await step(health, time)
    await step(health, time)
    assert platform.fake.settled == []
    assert [r.getMessage() for r in caplog.records] == [
        "no such probe is configured",
        "a probe has a bug",
    ]


async def test_a_refused_result_is_dropped_and_the_next_one_settled(
    platform: Platform, make: Make, time: FakeTime
) -> None:
    path = "/rest/v1/rpc/noc_settle_check"
    platform.fake.broken[path] = (404, {"code": "PT404", "message": "gone"}, {})
    platform.fake.due = [check_row("c1")]
    health = make()
    await step(health, time)
    await step(health, time)
    del platform.fake.broken[path]
    platform.fake.due = [check_row("c2")]
    await step(health, time)
    await step(health, time)
    assert [row["check_id"] for row in platform.fake.settled] == ["c2"]
    assert health.status()["mode"] == "online"


async def test_the_list_is_read_once_a_minute_and_kept_on_disk(
    platform: Platform, make: Make, time: FakeTime, tmp_path: Path
) -> None:
    platform.fake.checks = [check_row("c1", fence=3)]
    health = make()
    for _ in range(10):
        await step(health, time, LIST_EVERY_S / 10)
    assert len(platform.fake.of("noc_list_checks")) == 1
    await step(health, time)
    assert len(platform.fake.of("noc_list_checks")) == 2
    (row,) = json.loads((tmp_path / "checks.json").read_bytes())
    assert (row["check_id"], row["fence"]) == ("c1", None)


async def go_away(platform: Platform, health: Health, time: FakeTime) -> None:
    """One good step, then the database is away."""
    platform.fake.checks = [check_row("c1", interval_s=30), check_row("c2", "omie", interval_s=60)]
    await step(health, time, 1)
    platform.fake.break_all()
    platform.fake.requests.clear()


async def run_for(health: Health, time: FakeTime, seconds: int) -> None:
    for _ in range(seconds):
        await step(health, time, 1)


async def test_while_away_each_check_is_probed_at_its_interval_and_spooled(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    health = make()
    await go_away(platform, health, time)
    await run_for(health, time, 120)
    assert sorted(target.probed) == ["c1"] * 4 + ["c2"] * 2
    assert platform.fake.settled == []
    assert health.status()["mode"] == "away"
    assert health.status()["spooled"] == 6


async def test_on_return_the_outage_is_settled_in_order_with_its_true_start(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    health = make()
    await go_away(platform, health, time)
    target.observation = Observation("bad", 3, "refused")
    await run_for(health, time, 95)
    platform.fake.broken.clear()
    platform.fake.due = [check_row("c1", fence=9)]
    await run_for(health, time, 10)
    rows = platform.fake.settled
    spooled, live = rows[:-1], rows[-1]
    assert [row["checked_at"] for row in spooled] == sorted(r["checked_at"] for r in spooled)
    assert spooled[0]["checked_at"] == "2026-11-23T12:00:01+00:00"
    assert {(row["outcome"], row["reason"], row["fence"]) for row in spooled} == {
        ("bad", "refused", None)
    }
    assert (live["check_id"], live["fence"]) == ("c1", 9)
    assert live["checked_at"] > spooled[-1]["checked_at"]
    assert health.status()["spooled"] == 0
    assert health.status()["mode"] == "online"


async def test_a_result_in_flight_when_the_database_left_is_kept_without_its_fence(
    platform: Platform, make: Make, time: FakeTime
) -> None:
    platform.fake.due = [check_row("c1", fence=7)]
    health = make()
    await step(health, time, 1)
    platform.fake.break_all()
    await step(health, time, 1)
    assert health.status()["spooled"] == 1
    platform.fake.broken.clear()
    await run_for(health, time, 3)
    (settled,) = platform.fake.settled
    assert (settled["check_id"], settled["fence"]) == ("c1", None)
    assert settled["checked_at"] == "2026-11-23T12:00:00+00:00"


async def test_a_restart_during_the_outage_still_probes_and_forgets_nothing(
    platform: Platform, make: Make, time: FakeTime, target: Target
) -> None:
    health = make()
    await go_away(platform, health, time)
    await run_for(health, time, 31)
    before = health.status()["spooled"]
    target.probed.clear()
    restarted = make()
    await run_for(restarted, time, 31)
    assert set(target.probed) == {"c1", "c2"}
    platform.fake.broken.clear()
    await run_for(restarted, time, 6)
    assert len(platform.fake.settled) == before + len(target.probed)


async def test_an_absent_database_is_asked_a_few_times_not_all_the_time(
    platform: Platform, make: Make, time: FakeTime
) -> None:
    health = make()
    await go_away(platform, health, time)
    await run_for(health, time, 100)
    assert len(platform.fake.requests) < 100 / RETRY_MAX_S + 8


async def test_a_replay_cut_short_goes_on_where_it_was(
    platform: Platform, make: Make, time: FakeTime
) -> None:
    health = make()
    await go_away(platform, health, time)
    await run_for(health, time, 200)
    waiting = health.status()["spooled"]
    settle, answers = "/rest/v1/rpc/noc_settle_check", iter(range(1000))
    original = platform.fake.settled

    class Cut(list[dict[str, Any]]):
        def append(self, row: dict[str, Any]) -> None:
            super().append(row)
            if next(answers) == 2:
                platform.fake.break_all()

    platform.fake.broken.clear()
    platform.fake.settled = cut = Cut(original)
    await run_for(health, time, 6)
    assert len(cut) == 3
    assert health.status()["spooled"] >= waiting - 3
    platform.fake.broken.clear()
    platform.fake.requests.clear()
    await run_for(health, time, 12)
    sent = [(seen.body["check_id"], seen.body["checked_at"]) for seen in platform.fake.of(settle)]
    earlier = {(row["check_id"], row["checked_at"]) for row in cut[:3]}
    assert earlier.isdisjoint(sent)
    assert len(cut) == 3 + len(sent)


async def test_stopping_waits_for_probes_and_keeps_their_results(
    platform: Platform, make: Make, time: FakeTime, target: Target, tmp_path: Path
) -> None:
    target.free.clear()
    platform.fake.due = [check_row("c1", fence=1)]
    health = make()
    await step(health, time)
    platform.fake.break_all()
    asyncio.get_running_loop().call_later(0.02, target.free.set)
    await health.drain()
    assert Spool(tmp_path).waiting == 1


async def test_an_unreadable_cache_is_told_and_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    path.write_text('[{"check_id": 1}]')
    assert CheckList(path).checks == ()


async def test_a_probe_that_a_drain_cuts_off_is_due_for_another_copy(
    platform: Platform,
    make: Make,
    target: Target,
    time: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workers.health.DRAIN_S", 0.05)
    platform.fake.due = [check_row("c1", fence=7), check_row("c2", "omie", fence=9)]
    target.free.clear()
    health = make(omie=Target())
    await step(health, time)
    await health.drain()
    assert platform.fake.released == [{"id": "c1", "fence": 7}]
    assert [one["check_id"] for one in platform.fake.settled] == ["c2"]
