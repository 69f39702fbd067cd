"""What supervisors and scrapers see of a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.workers.clocks import FakeTime
from tests.workers.exposition import read
from workers.errors import SettingsError, Unavailable
from workers.serve import serving
from workers.vitals import Vitals


@dataclass
class Site:
    """A served process whose clock only moves when told to."""

    url: str
    vitals: Vitals
    pings: list[Exception | None] = field(default_factory=lambda: [None])

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.get(self.url + path)


@pytest.fixture
async def site(time: FakeTime) -> AsyncIterator[Site]:
    made = Site("", Vitals(time.clock()))

    async def ping() -> None:
        if made.pings[0] is not None:
            raise made.pings[0]

    async with serving("127.0.0.1", 0, made.vitals, ping) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


def status(**numbers: Any) -> Mapping[str, Any]:
    return numbers


@pytest.mark.parametrize(("passed", "code"), [(9.9, 200), (10.0, 503)])
async def test_a_loop_that_stopped_ticking_is_not_healthy(
    site: Site, time: FakeTime, passed: float, code: int
) -> None:
    time.pass_by(passed)
    answer = await site.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (code, code == 200)
    assert answer.json()["ticked_s"] == passed


@pytest.mark.parametrize(("passed", "code"), [(60.0, 200), (60.1, 503)])
async def test_a_step_that_neither_ends_nor_fails_is_not_healthy(
    site: Site, time: FakeTime, passed: float, code: int
) -> None:
    site.vitals.begin("notify", status)
    time.pass_by(passed)
    site.vitals.ticked_at = time.seconds
    answer = await site.get("/healthz")
    assert (answer.status_code, answer.json()["steps"]) == (code, {"notify": passed})
    site.vitals.stepped("notify", "failed", 1.0, 3)
    assert (await site.get("/healthz")).status_code == 200


async def test_a_worker_that_ended_is_not_missed(site: Site, time: FakeTime) -> None:
    site.vitals.begin("notify", status)
    site.vitals.end("notify")
    time.pass_by(100)
    site.vitals.ticked_at = time.seconds
    assert (await site.get("/healthz")).json()["steps"] == {}


async def test_it_is_ready_while_the_database_answers(site: Site) -> None:
    assert (await site.get("/readyz")).status_code == 200
    site.pings[0] = Unavailable("away")
    answer = await site.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})
    assert (await site.get("/healthz")).status_code == 200


async def test_metrics_read_as_prometheus_text(site: Site) -> None:
    vitals = site.vitals
    vitals.begin("notify", lambda: {"unsettled": 2, "sent": 7, "channels": ["email"]})
    for outcome in ("busy", "idle", "failed"):
        vitals.stepped("notify", outcome, 0.3, 1)
    vitals.beat("notify", heard=True)
    vitals.beat("notify", heard=False)
    vitals.reported("notify", -0.25, ("meta",))
    answer = await site.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = read(answer.text)
    for outcome in ("busy", "idle", "failed"):
        assert found["noc_worker_steps_total", *sorted((outcome, "notify"))] == 1
    assert found["noc_worker_step_seconds_count", "notify"] == 3
    assert found["noc_worker_step_seconds_sum", "notify"] == pytest.approx(0.9)
    assert found["noc_worker_step_seconds_bucket", "0.1", "notify"] == 0
    assert found["noc_worker_step_seconds_bucket", "0.5", "notify"] == 3
    assert found["noc_worker_failures_in_a_row", "notify"] == 1
    assert found["noc_worker_status", "notify", "unsettled"] == 2
    assert found["noc_worker_status", "notify", "sent"] == 7
    assert ("noc_worker_status", "channels", "notify") not in found
    assert found["noc_worker_heartbeats_total", "no", "notify"] == 1
    assert found["noc_worker_clock_skew_seconds", "notify"] == -0.25
    assert found["noc_provider_cut_off", "meta"] == 1
    assert found["noc_provider_cut_off", "smtp"] == 0


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/", 404), ("GET", "/healthz?x=1", 200), ("POST", "/metrics", 405),
     ("HEAD", "/healthz", 200)],
)  # fmt: skip
async def test_nothing_else_is_answered(site: Site, method: str, path: str, code: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.request(method, site.url + path)).status_code == code


@pytest.mark.parametrize("noise", [b"\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"x" * 20_000])
async def test_who_speaks_something_else_is_hung_up_on(site: Site, noise: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rsplit(":", 1)[1]))
    writer.write(noise)
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()
    assert (await site.get("/healthz")).status_code == 200


async def test_a_port_that_is_taken_is_told(site: Site) -> None:
    port = int(site.url.rsplit(":", 1)[1])
    with pytest.raises(SettingsError, match="NOC_HEALTH_PORT"):
        async with serving("127.0.0.1", port, site.vitals, lambda: asyncio.sleep(0)):
            pass
