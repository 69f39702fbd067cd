"""The process as an operator runs it: `python -m workers …`."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workers.conftest import Platform
from tests.workers.exposition import read
from tests.workers.fake_supabase import PASSWORD, PLATFORM_KEY, WORKER_TOKEN, check_row
from tests.workers.test_collect import log_line
from workers.model import WORKERS

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    HEALTH_PORT: int = free.getsockname()[1]

ROOT = Path(__file__).parents[2]


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    bare = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers",
        *arguments,
        env=bare | {"PYTHONPATH": str(ROOT)} | environment,
        cwd=environment.get("NOC_SPOOL_DIR", "/"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def end_of(process: asyncio.subprocess.Process) -> tuple[int | None, str, list[Any]]:
    out, err = await asyncio.wait_for(process.communicate(), 25)
    lines = [json.loads(line) for line in err.decode().splitlines() if line.startswith("{")]
    return process.returncode, out.decode() + err.decode(), lines


@pytest.fixture
async def running(
    platform: Platform, tmp_path: Path
) -> AsyncIterator[tuple[Platform, asyncio.subprocess.Process, Path]]:
    """All workers in one process, against the fake platform."""
    platform.fake.due = [check_row("c1", "rest", fence=1)]
    log = tmp_path / "access.json"
    log.write_text(log_line(5) + "\n")
    process = await start(
        "all",
        SUPABASE_URL=platform.url,
        SUPABASE_PUBLISHABLE_KEY="sb_publishable_for_tests",
        NOC_WORKER_TOKEN=WORKER_TOKEN,
        NOC_PROBE_EMAIL="probe@noc.local",
        NOC_PROBE_PASSWORD=PASSWORD,
        NOC_GATEWAY_LOG=str(log),
        NOC_PLATFORM_KEY=PLATFORM_KEY,
        NOC_SPOOL_DIR=str(tmp_path),
        NOC_DEADMAN_URL=f"{platform.url}/deadman",
        NOC_WORKER_INSTANCE="test:1",
        NOC_WEB_URL="http://127.0.0.1:3000",
        NOC_HEALTH_PORT=str(HEALTH_PORT),
    )
    yield platform, process, tmp_path
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_help_names_the_workers() -> None:
    code, text, _ = await end_of(await start("--help"))
    assert code == 0
    assert "{health,collect,watch,notify,whatsapp,act,all}" in text


async def test_an_unknown_worker_is_refused() -> None:
    code, text, _ = await end_of(await start("oracle"))
    assert code == 2
    assert "invalid choice" in text


async def test_a_start_without_environment_names_everything_missing() -> None:
    code, _, lines = await end_of(await start("all"))
    assert code == 2
    assert lines[-1]["event"].count("is missing") == 9


async def test_all_workers_work_and_a_sigterm_ends_them_cleanly(
    running: tuple[Platform, asyncio.subprocess.Process, Path],
) -> None:
    platform, process, _ = running
    fake = platform.fake
    for _ in range(150):
        if len(fake.heartbeats) >= 6 and fake.settled and fake.batches:
            break
        await asyncio.sleep(0.1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{HEALTH_PORT}", trust_env=False) as it:
        health, ready, metrics = [await it.get(f"/{n}") for n in ("healthz", "readyz", "metrics")]
    assert (health.status_code, ready.status_code) == (200, 200)
    assert set(health.json()["steps"]) == set(WORKERS)
    numbers = read(metrics.text)
    assert numbers["noc_worker_status", "notify", "unsettled"] == 0
    assert numbers["noc_worker_steps_total", "failed", "health"] == 0
    process.send_signal(signal.SIGTERM)
    code, text, lines = await end_of(process)
    assert code == 0, text
    assert {beat["worker"] for beat in fake.heartbeats} == {
        "health",
        "collect",
        "watch",
        "notify",
        "whatsapp",
        "act",
    }
    assert {beat["instance"] for beat in fake.heartbeats} == {"test:1"}
    assert fake.settled[0]["outcome"] == "good"
    assert len(fake.batches) == 1
    assert [line["event"] for line in lines] == [
        "no channel is configured: messages wait (SMTP_URL, WHATSAPP_TOKEN)",
        "no account is configured: the queue waits (WHATSAPP_TOKEN)",
        "no handler's secret is configured: jobs wait (NOC_JOB_SECRET_…)",
        "started",
        "stopped",
    ]
    agents = {seen.headers["user-agent"].split("/")[0] for seen in fake.requests}
    assert agents == {"noc-worker"}
    assert not [secret for secret in (WORKER_TOKEN, PASSWORD, PLATFORM_KEY) if secret in text]


async def test_a_second_worker_on_the_same_directory_does_not_start(
    running: tuple[Platform, asyncio.subprocess.Process, Path],
) -> None:
    platform, first, directory = running
    for _ in range(150):
        if platform.fake.heartbeats:
            break
        await asyncio.sleep(0.1)
    second = await start(
        "collect",
        SUPABASE_URL=platform.url,
        SUPABASE_PUBLISHABLE_KEY="k",
        NOC_WORKER_TOKEN=WORKER_TOKEN,
        NOC_GATEWAY_LOG=str(directory / "access.json"),
        NOC_PLATFORM_KEY=PLATFORM_KEY,
        NOC_SPOOL_DIR=str(directory),
    )
    code, _, lines = await end_of(second)
    assert code == 2
    assert "another collect worker" in lines[-1]["event"]
    assert first.returncode is None
