"""The flow as a whole: from a first start, over a refusal, to a database that was made again."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.simulator import flow as flow_module
from dev.simulator import world as world_module
from dev.simulator.catalogue import COMPANIES
from dev.simulator.flow import _Flow
from dev.simulator.sender import Sender
from dev.simulator.settings import Settings, SimulatorError
from dev.simulator.world import World
from tests.dev.worlds import BUSY

CNPJS = [company.cnpj for company in COMPANIES]
MINUTE = timedelta(minutes=1)
HISTORY = 10 * MINUTE  # shorter than the real one: five companies take a second per hour


class Backend:
    """Plays database and ingest function: keys, batches taken once, and being away."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.away = False
        self.batch_ids: set[str] = set()
        self.stored: list[tuple[str, str, dict[str, Any]]] = []

    def create_key(self, _: str, cnpj: str) -> str:
        if self.away:
            raise SimulatorError("away")
        self.keys[cnpj] = f"noc_ik_{cnpj}_{len(self.batch_ids)}"
        return self.keys[cnpj]

    def last_event_at(self, _: str, cnpj: str) -> datetime | None:
        moments = [self._moment(event) for owner, event in self.calls() if owner == cnpj]
        return max(moments, default=None)

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        return [(cnpj, event) for cnpj, kind, event in self.stored if kind == "api_usage"]

    def wipe(self) -> None:
        self.keys.clear()
        self.stored.clear()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            return httpx.Response(503, headers={"retry-after": "0"})
        key = request.headers["authorization"].removeprefix("Bearer ")
        owner = next((cnpj for cnpj, known in self.keys.items() if known == key), None)
        if owner is None:
            return httpx.Response(401)
        body = json.loads(request.content)
        fresh = body["batch_id"] not in self.batch_ids
        self.batch_ids.add(body["batch_id"])
        if fresh:
            self.stored += [(owner, body["kind"], event) for event in body["events"]]
        return httpx.Response(202, json={"accepted": 1, "duplicate": 0, "rejected": []})

    @staticmethod
    def _moment(event: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(event["timestamp"])


class Bench:
    """A flow over the backend; every step is one minute later."""

    def __init__(self, backend: Backend, home: Path) -> None:
        self.said: list[str] = []
        self.now = BUSY
        self.seconds = 0.0
        settings = Settings("http://api", "postgresql://", home)
        client = httpx.AsyncClient(transport=httpx.MockTransport(backend))
        self.sender = Sender(client, "http://api", {}, self.said.append, lambda: self.seconds)
        world = World(1, dict.fromkeys(CNPJS), None)
        self.flow = _Flow(settings, world, self.sender, self.said.append)

    async def steps(self, count: int) -> None:
        for _ in range(count):
            await self.flow.step(self.now)
            self.now += MINUTE
            self.seconds += 60


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Backend:
    played = Backend()
    monkeypatch.setattr(flow_module, "create_key", played.create_key)
    monkeypatch.setattr(flow_module, "last_event_at", played.last_event_at)
    monkeypatch.setattr(world_module, "BACKFILL", HISTORY)
    return played


def unique(backend: Backend) -> bool:
    counted = Counter((cnpj, json.dumps(event)) for cnpj, event in backend.calls())
    return max(counted.values()) == 1


async def test_the_first_start_makes_keys_and_sends_history(
    backend: Backend, tmp_path: Path
) -> None:
    bench = Bench(backend, tmp_path)
    await bench.steps(1)
    assert sorted(backend.keys) == sorted(CNPJS)
    assert json.loads((tmp_path / "simulator-keys.json").read_text()) == backend.keys
    assert {kind for _, kind, _ in backend.stored} - {"messages"} == {
        "api_usage",
        "app_logs",
        "jobs",
        "queue_whatsapp",
    }
    assert not bench.sender.waiting
    assert unique(backend)


async def test_an_outage_leaves_no_gap_and_nothing_twice(backend: Backend, tmp_path: Path) -> None:
    bench = Bench(backend, tmp_path)
    await bench.steps(2)
    backend.away = True
    await bench.steps(5)
    backend.away = False
    await bench.steps(3)
    assert unique(backend)
    minutes = Counter(event["timestamp"][:16] for _, event in backend.calls())
    outage = [(BUSY + MINUTE * n).isoformat()[:16] for n in range(9)]
    assert all(minutes[minute] > 100 for minute in outage), minutes


async def test_a_key_that_was_revoked_is_replaced_and_nothing_is_lost(
    backend: Backend, tmp_path: Path
) -> None:
    bench = Bench(backend, tmp_path)
    await bench.steps(2)
    backend.keys[CNPJS[0]] = "noc_ik_somebody_elses"
    before = len(backend.stored)
    await bench.steps(4)
    assert unique(backend)
    minutes = Counter(
        event["timestamp"][:16] for cnpj, event in backend.calls() if cnpj == CNPJS[0]
    )
    assert all(minutes[(BUSY + MINUTE * n).isoformat()[:16]] > 0 for n in range(4))
    assert len(backend.stored) > before


async def test_a_database_that_was_made_again_gets_its_history_again(
    backend: Backend, tmp_path: Path
) -> None:
    bench = Bench(backend, tmp_path)
    await bench.steps(2)
    backend.wipe()
    await bench.steps(6)
    for cnpj in CNPJS:
        oldest = min(event["timestamp"] for owner, event in backend.calls() if owner == cnpj)
        assert datetime.fromisoformat(oldest) < BUSY, "the wipe came two minutes after"
    assert unique(backend)


async def test_without_a_database_it_waits_and_says_so(backend: Backend, tmp_path: Path) -> None:
    bench = Bench(backend, tmp_path)
    backend.away = True
    await bench.steps(2)
    assert bench.sender.waiting
    assert "no key for" in bench.said[0]
    backend.away = False
    await bench.steps(1)
    assert not bench.sender.waiting
