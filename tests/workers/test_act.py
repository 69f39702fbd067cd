"""The starter of jobs: begin before the call, settle after it, no receipt lost, no secret told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.workers.job_handler import SECRET, Handler
from tests.workers.serving import serving
from workers.act import Act
from workers.handlers import HandlerClient
from workers.lease import Terms
from workers.rpc import open_rpc


@dataclass
class World:
    """PostgREST on the other side of a transport; the handler is a real server."""

    url: str
    handler: Handler
    waiting: list[int] = field(default_factory=list)
    refusals: dict[int, str] = field(default_factory=dict)  # why a job is not begun now
    away: set[str] = field(default_factory=set)  # RPCs that do not answer
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    accepted: bool = True
    held: bool = True  # what a renewal answers

    async def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        name = request.url.path.rpartition("/")[2]
        self.calls.append((name, body))
        if name in self.away:
            return httpx.Response(503, json={"code": "PGRST002", "message": "no"})
        match name:
            case "noc_claim_job_runs":
                taken, self.waiting = self.waiting[: body["max"]], self.waiting[body["max"] :]
                found: Any = [{"item_id": one, "fence": 7} for one in taken]
            case "noc_begin_job_run":
                found = self._begun(body["item_id"])
            case "noc_renew_leases":
                found = [one["id"] for one in body["leases"] if self.held]
            case "noc_release_leases":
                found = len(body["leases"])
            case _:
                found = {"accepted": self.accepted}
        return httpx.Response(200, json=found)

    def _begun(self, item_id: int) -> dict[str, Any]:
        if (reason := self.refusals.get(item_id)) is not None:
            return {"run": False, "reason": reason}
        return {
            "run": True,
            "item_id": item_id,
            "url": self.url,
            "secret_ref": "MAIN",
            "job_id": f"job-{item_id}",
            "retry_of": None,
            "job_type": "consolidacao",
            "company_cnpj": "11222333000181",
            "attempt": 2,
            "action_id": "ac01",
        }

    def of(self, name: str) -> list[dict[str, Any]]:
        """Bodies of the calls of this name."""
        return [body for called, body in self.calls if called == name]

    def started(self) -> list[str]:
        """The jobs that the handler was asked for, in order."""
        return [json.loads(body)["job_id"] for _, body in self.handler.asked]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    handler = Handler()
    async with serving(handler) as url:
        yield World(f"{url}/jobs", handler)


@pytest.fixture
async def worker(world: World) -> AsyncIterator[Act]:
    client = HandlerClient({"MAIN": SECRET}, local=True)
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.answer)) as http:
        yield Act(await open_rpc("http://db.test", "publishable", "token", http), client, "act@x")
    await client.aclose()


async def settled(worker: Act) -> None:
    """Steps until nothing is running."""
    for _ in range(300):
        await worker.step()
        if not worker.status()["running"] and not worker.status()["unsettled"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(worker.status())


async def test_a_job_is_begun_called_and_settled(world: World, worker: Act) -> None:
    world.waiting = [1]
    await settled(worker)
    names = [name for name, _ in world.calls if name != "noc_claim_job_runs"]
    assert names == ["noc_begin_job_run", "noc_settle_job_run"]
    assert world.of("noc_begin_job_run") == [{"item_id": 1, "fence": 7}]
    assert world.started() == ["job-1"]
    assert world.of("noc_settle_job_run") == [
        {"item_id": 1, "fence": 7, "outcome": "accepted", "reason": None, "retry_after_s": None}
    ]
    assert worker.status() == {
        "secrets": 1, "running": 0, "unsettled": 0, "accepted": 1, "refused": 0, "retry": 0,
    }  # fmt: skip


@pytest.mark.parametrize("reason", ["lease_lost", "right_lost", "already_running", "no_handler"])
async def test_what_may_not_be_begun_is_not_called(world: World, worker: Act, reason: str) -> None:
    world.waiting, world.refusals = [1], {1: reason}
    await settled(worker)
    assert world.started() == []
    assert world.of("noc_settle_job_run") == []
    assert worker.status()[reason] == 1


async def test_without_the_databases_word_nobody_is_called(world: World, worker: Act) -> None:
    world.waiting, world.away = [1], {"noc_begin_job_run"}
    await settled(worker)
    assert world.started() == []


async def test_a_receipt_is_handed_in_again_and_the_call_is_not_made_again(
    world: World, worker: Act
) -> None:
    world.waiting, world.away = [1], {"noc_settle_job_run"}
    for _ in range(20):
        await worker.step()
        await asyncio.sleep(0.01)
    assert worker.status()["unsettled"] == 1
    world.away.clear()
    await settled(worker)
    assert world.started() == ["job-1"]
    assert world.of("noc_settle_job_run")[-1]["outcome"] == "accepted"


async def test_what_the_handler_asks_for_reaches_the_database(world: World, worker: Act) -> None:
    world.waiting = [1]
    world.handler.status, world.handler.headers = 429, {"Retry-After": "40"}
    await settled(worker)
    (receipt,) = world.of("noc_settle_job_run")
    assert (receipt["outcome"], receipt["reason"], receipt["retry_after_s"]) == (
        "retry",
        "http_429",
        40,
    )


async def test_a_settled_receipt_that_came_too_late_is_let_be(world: World, worker: Act) -> None:
    world.waiting, world.accepted = [1], False
    await settled(worker)
    assert len(world.of("noc_settle_job_run")) == 1


async def test_a_bug_of_the_client_leaves_no_job_on_its_way(
    world: World, worker: Act, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(HandlerClient, "start", broken)
    world.waiting = [1]
    await settled(worker)
    (receipt,) = world.of("noc_settle_job_run")
    assert (receipt["outcome"], receipt["reason"]) == ("retry", "sender_bug")
    assert SECRET not in caplog.text


async def test_a_drain_ends_what_is_on_its_way(world: World, worker: Act) -> None:
    world.waiting, world.handler.slow_s = [1, 2], 0.1
    await worker.step()
    await asyncio.sleep(0)
    await worker.drain()
    assert len(world.of("noc_settle_job_run")) == 2


async def test_a_job_that_was_not_begun_is_given_back(world: World, worker: Act) -> None:
    world.waiting = [1, 2]
    await worker.step()
    await worker.drain()
    assert (world.started(), world.of("noc_begin_job_run")) == ([], [])
    assert world.of("noc_release_leases") == [
        {"kind": "job", "leases": [{"id": "1", "fence": 7}, {"id": "2", "fence": 7}]}
    ]


async def test_a_call_is_held_under_its_lease_and_what_was_cut_off_is_called_again(
    world: World, worker: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Act, "terms", Terms(lease_s=60, renew_s=0.05))
    world.waiting, world.handler.slow_s = [1], 0.3
    await settled(worker)
    assert world.of("noc_renew_leases")[0] == {
        "kind": "job",
        "leases": [{"id": "1", "fence": 7}],
    }
    world.waiting, world.held, world.handler.slow_s = [2], False, 5
    await settled(worker)
    receipt = world.of("noc_settle_job_run")[-1]
    assert (receipt["outcome"], receipt["reason"]) == ("retry", "lease_lost")


async def test_no_more_is_claimed_than_can_be_called_at_once(world: World, worker: Act) -> None:
    world.waiting, world.handler.slow_s = list(range(30)), 0.3
    await worker.step()
    await asyncio.sleep(0.1)
    await worker.step()
    assert [body["max"] for body in world.of("noc_claim_job_runs")] == [16]
    await worker.drain()


async def test_without_a_secret_jobs_wait(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.answer)) as http:
        rpc = await open_rpc("http://db.test", "publishable", "token", http)
        idle = Act(rpc, None, "act@x")
        assert await idle.step() == 0
    assert world.calls == []
    assert idle.status()["secrets"] == 0
    assert "no handler's secret is configured" in caplog.text


async def test_the_log_names_jobs_and_no_secret(
    world: World, worker: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "workers")
    world.waiting = [1]
    await settled(worker)
    told = "\n".join(str(vars(one)) for one in caplog.records if one.name.startswith("workers"))
    assert "job-1" in told
    assert SECRET not in told
