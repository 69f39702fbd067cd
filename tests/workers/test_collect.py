"""From the log to the ingest function: what is sent, once, and what a refusal changes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workers.clocks import FakeTime
from tests.workers.conftest import Platform
from tests.workers.fake_supabase import PLATFORM_KEY
from workers.collect import BACKOFF_MAX_S, MAX_EVENTS, Collect
from workers.errors import SettingsError
from workers.ingest import IngestClient
from workers.journal import Journal
from workers.tail import Tail

INGEST = "/functions/v1/ingest"
Make = Callable[..., Collect]


def log_line(number: int = 0, **fields: Any) -> str:
    given = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request_id": f"r{number}",
        "method": "POST",
        "uri": "/rest/v1/rpc/noc_badge",
        "status": 200,
        "request_time": number / 1000,
        "agent": "Mozilla/5.0",
    }
    return json.dumps(given | fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.json"


@pytest.fixture
def make(platform: Platform, time: FakeTime, path: Path, tmp_path: Path) -> Make:
    def build(key: str = PLATFORM_KEY) -> Collect:
        ingest = IngestClient(platform.http, platform.url, key)
        journal = Journal(tmp_path / "progress.json")
        return Collect(Tail(path, late_s=0), journal, ingest, time.clock())

    return build


def write(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


async def run_for(collect: Collect, time: FakeTime, seconds: float) -> None:
    for _ in range(int(seconds * 4)):
        await collect.step()
        time.pass_by(0.25)


async def test_a_line_is_sent_to_the_ingest_function_under_the_platforms_key(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    write(path, log_line(12))
    await run_for(make(), time, 2)
    (seen,) = platform.fake.of(INGEST)
    assert seen.headers["authorization"] == f"Bearer {PLATFORM_KEY}"
    assert seen.headers["user-agent"].startswith("noc-worker/")
    assert seen.headers["x-noc-batch"] == seen.body["batch_id"]
    assert seen.body["kind"] == "api_usage"
    (event,) = seen.body["events"]
    assert event | {"timestamp": None} == {
        "timestamp": None,
        "service": "supabase:rest",
        "endpoint": "/rpc/noc_badge",
        "method": "POST",
        "status": 200,
        "latency_ms": 12.0,
    }


async def test_lines_of_one_second_make_one_batch(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    collect = make()
    for number in range(3):
        write(path, log_line(number))
        await run_for(collect, time, 0.25)
    assert platform.fake.batches == {}
    await run_for(collect, time, 1)
    assert [len(events) for events in platform.fake.batches.values()] == [3]


async def test_a_full_batch_goes_at_once_and_none_is_larger(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    write(path, *[log_line(n) for n in range(MAX_EVENTS + 1)])
    collect = make()
    assert await collect.step() == MAX_EVENTS
    await run_for(collect, time, 2)
    assert [len(events) for events in platform.fake.batches.values()] == [MAX_EVENTS, 1]


async def test_ten_idle_minutes_show_the_nocs_own_traffic_as_0(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    """Every ingest call makes two lines in the gateway's log; neither may make another call."""
    write(path, log_line(1))
    collect = make()
    calls = 0
    for _ in range(600):
        await run_for(collect, time, 1)
        made = len(platform.fake.of(INGEST)) - calls
        calls += made
        own = log_line(uri="/functions/v1/ingest", agent="noc-worker/0.1.0 collect")
        inner = log_line(uri="/rest/v1/rpc/noc_ingest", agent="Deno/2.9.6 (variant; x)")
        beat = log_line(uri="/rest/v1/rpc/noc_heartbeat", agent="noc-worker/0.1.0 rpc")
        write(path, *([own, inner] * made), beat)
    assert calls == 1
    assert collect.status()["left_out"] == 601
    assert collect.status()["accepted"] == 1


async def test_what_is_left_out_is_counted_by_reason(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    write(
        path,
        log_line(status=101, uri="/realtime/v1/websocket", method="GET"),
        log_line(method="OPTIONS"),
        log_line(uri="/config.json"),
        "not json",
    )
    collect = make()
    await run_for(collect, time, 2)
    assert platform.fake.batches == {}
    assert collect.status()["skipped"] == {
        "websocket": 1,
        "preflight": 1,
        "foreign": 1,
        "unreadable": 1,
    }
    assert collect.status()["behind_bytes"] == 0


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
async def test_a_batch_that_is_not_taken_waits_and_is_sent_again_as_it_was(
    platform: Platform, make: Make, time: FakeTime, path: Path, status: int
) -> None:
    platform.fake.broken[INGEST] = (status, {}, {})
    write(path, log_line(1))
    collect = make()
    await run_for(collect, time, 5)
    assert collect.status()["ingest"] == f"http_{status}"
    write(path, log_line(2))
    platform.fake.broken.clear()
    await run_for(collect, time, BACKOFF_MAX_S + 2)
    sent = [seen.body for seen in platform.fake.of(INGEST)]
    assert len(sent) > 2
    assert all(body == sent[0] for body in sent[:-1])
    assert [len(events) for events in platform.fake.batches.values()] == [1, 1]
    assert collect.status()["ingest"] == "ok"


async def test_an_unreachable_function_is_asked_less_and_less_often(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    platform.fake.broken[INGEST] = (503, {}, {})
    write(path, log_line(1))
    await run_for(make(), time, 600)
    assert 12 <= len(platform.fake.of(INGEST)) <= 8 + 6 * 600 / BACKOFF_MAX_S


async def test_retry_after_is_a_minimum(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    platform.fake.broken[INGEST] = (429, {}, {"Retry-After": "30"})
    write(path, log_line(1))
    collect = make()
    await run_for(collect, time, 30)
    assert len(platform.fake.of(INGEST)) == 1
    await run_for(collect, time, 3)
    assert len(platform.fake.of(INGEST)) == 2


@pytest.mark.parametrize("status", [400, 409, 413, 422])
async def test_a_batch_refused_for_good_is_counted_and_does_not_stop_the_next(
    platform: Platform,
    make: Make,
    time: FakeTime,
    path: Path,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform.fake.broken[INGEST] = (status, {}, {})
    write(path, log_line(1))
    collect = make()
    await run_for(collect, time, 2)
    platform.fake.broken.clear()
    write(path, log_line(2))
    await run_for(collect, time, 2)
    assert len(platform.fake.batches) == 1
    assert collect.status()["refused"] == 1
    assert "ingest refused a batch" in caplog.messages


async def test_rejected_rows_are_logged_and_counted(
    platform: Platform,
    make: Make,
    time: FakeTime,
    path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = {"index": 0, "reason": "timestamp: too old"}
    answer = {"accepted": 0, "duplicate": 0, "rejected": [fault]}
    platform.fake.broken[INGEST] = (202, answer, {})
    write(path, log_line(1))
    collect = make()
    await run_for(collect, time, 2)
    assert collect.status()["rejected"] == 1
    assert "ingest rejected events" in caplog.messages


async def test_a_restart_before_the_acknowledgement_repeats_the_same_batch(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    platform.fake.broken[INGEST] = (503, {}, {})
    write(path, log_line(1), log_line(2))
    await run_for(make(), time, 2)
    write(path, log_line(3))
    path.rename(f"{path}.1.gz")
    platform.fake.broken.clear()
    time.pass_by(60)
    restarted = make()
    await run_for(restarted, time, 2)
    first, *_, last = platform.fake.of(INGEST)
    assert first.body == last.body


async def test_a_restart_after_the_acknowledgement_sends_nothing_again(
    platform: Platform, make: Make, time: FakeTime, path: Path
) -> None:
    write(path, log_line(1))
    await run_for(make(), time, 2)
    await run_for(make(), time, 2)
    assert len(platform.fake.of(INGEST)) == 1


async def test_an_acknowledgement_that_was_lost_counts_once(
    platform: Platform, make: Make, time: FakeTime, path: Path, tmp_path: Path
) -> None:
    write(path, log_line(1))
    collect = make()
    await run_for(collect, time, 1.25)
    before = (tmp_path / "progress.json").read_bytes()
    assert json.loads(before)["batch"] is None
    platform.fake.broken[INGEST] = (202, "proxy page", {})
    write(path, log_line(2))
    await run_for(collect, time, 3)
    platform.fake.broken.clear()
    await run_for(collect, time, 5)
    assert [len(events) for events in platform.fake.batches.values()] == [1, 1]


@pytest.mark.parametrize("content", ["", "[]", '{"position": 3}', '{"batch": {}, "position": {}}'])
def test_a_progress_that_is_not_ours_stops_the_start(
    make: Make, tmp_path: Path, content: str
) -> None:
    (tmp_path / "progress.json").write_text(content)
    with pytest.raises(SettingsError, match=r"progress\.json"):
        make()
