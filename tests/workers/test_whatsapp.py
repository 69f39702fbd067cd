"""The sender of the queue: begin before the send, settle after it, nothing twice, nobody named."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from workers.lease import Terms
from workers.rpc import open_rpc
from workers.senders.meta import MetaAccount, MetaClient
from workers.whatsapp import WhatsApp

NUMBER = "100200300400500"
PHONE, SAID = "5511988887777", "Fatura de Ana Lima"
SENT: tuple[int, Any] = (200, {"messages": [{"id": "wamid.1"}]})


def error(code: int, status: int = 400) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": f"about {PHONE}"}}


@dataclass
class World:
    """PostgREST and Meta on the other side of one transport."""

    waiting: list[str] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)  # why a message is not sent now
    meta: list[tuple[int, Any] | Exception] = field(default_factory=list)
    away: set[str] = field(default_factory=set)  # RPCs that do not answer
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slow_s: float = 0.0
    held: bool = True  # what a renewal answers

    async def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        name = request.url.path.rpartition("/")[2]
        self.calls.append((name, body))
        if name == "messages":
            await asyncio.sleep(self.slow_s)
            step = self.meta.pop(0) if self.meta else SENT
            if isinstance(step, Exception):
                raise step
            return httpx.Response(step[0], json=step[1])
        if name in self.away:
            return httpx.Response(503, json={"code": "PGRST002", "message": "no"})
        match name:
            case "noc_claim_messages":
                taken, self.waiting = self.waiting[: body["max"]], self.waiting[body["max"] :]
                found: Any = [{"message_id": one, "fence": 7} for one in taken]
            case "noc_begin_message":
                found = self._begun(body["message_id"])
            case "noc_renew_leases":
                found = [one["id"] for one in body["leases"] if self.held]
            case "noc_release_leases":
                found = len(body["leases"])
            case _:
                found = {"accepted": True, "state": "sent"}
        return httpx.Response(200, json=found)

    def _begun(self, message_id: str) -> dict[str, Any]:
        if (reason := self.refusals.get(message_id)) is not None:
            return {"send": False, "reason": reason}
        return {
            "send": True,
            "message_id": message_id,
            "to": PHONE,
            "template": "fatura",
            "language": "pt_BR",
            "parameters": [SAID, "linha 1\n\tlinha 2"],
            "button": "f/1",
        }

    def of(self, name: str) -> list[dict[str, Any]]:
        """Bodies of the calls of this name."""
        return [body for called, body in self.calls if called == name]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def worker(world: World) -> AsyncIterator[WhatsApp]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.answer)) as http:
        rpc = await open_rpc("http://db.test", "publishable", "token", http)
        account = MetaAccount("http://meta.test", "v26.0", NUMBER, "secret")
        yield WhatsApp(rpc, MetaClient(account, http), "whatsapp@here")


async def settled(worker: WhatsApp) -> None:
    """Steps until nothing is running."""
    for _ in range(200):
        await worker.step()
        if not worker.status()["running"] and not worker.status()["unsettled"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(worker.status())


async def test_a_message_is_begun_sent_and_settled(world: World, worker: WhatsApp) -> None:
    world.waiting = ["m1"]
    await settled(worker)
    names = [name for name, _ in world.calls if name != "noc_claim_messages"]
    assert names == ["noc_begin_message", "messages", "noc_settle_message"]
    assert world.of("noc_begin_message") == [{"message_id": "m1", "fence": 7, "number": NUMBER}]
    (sent,) = world.of("messages")
    assert (sent["to"], sent["biz_opaque_callback_data"]) == (PHONE, "m1")
    body, button = sent["template"]["components"]
    assert [one["text"] for one in body["parameters"]] == [SAID, "linha 1 linha 2"]
    assert button["parameters"][0]["text"] == "f/1"
    (receipt,) = world.of("noc_settle_message")
    assert (receipt["outcome"], receipt["provider_ref"]) == ("sent", "wamid.1")


@pytest.mark.parametrize(
    "reason", ["paused", "paced", "cut_off", "retry_budget", "lease_lost", "expired"]
)
async def test_what_may_not_be_begun_is_not_sent(
    world: World, worker: WhatsApp, reason: str
) -> None:
    world.waiting, world.refusals = ["m1"], {"m1": reason}
    await settled(worker)
    assert world.of("messages") == world.of("noc_settle_message") == []
    assert worker.status()[reason] == 1


async def test_without_the_databases_word_nothing_is_sent(world: World, worker: WhatsApp) -> None:
    world.waiting, world.away = ["m1"], {"noc_begin_message"}
    await settled(worker)
    assert world.of("messages") == []


async def test_a_receipt_is_handed_in_again_and_the_message_is_not(
    world: World, worker: WhatsApp
) -> None:
    world.waiting, world.away = ["m1"], {"noc_settle_message"}
    for _ in range(20):
        await worker.step()
        await asyncio.sleep(0.01)
    assert worker.status()["unsettled"] == 1
    world.away.clear()
    await settled(worker)
    assert len(world.of("messages")) == 1
    assert world.of("noc_settle_message")[-1]["outcome"] == "sent"


@pytest.mark.parametrize(
    ("met", "outcome", "reason", "code"),
    [
        (error(190, 401), "hold_number", "auth_invalid", 190),
        (error(131042), "hold_number", "billing", 131042),
        (error(131048), "hold_company", "spam_limit", 131048),
        (error(130429), "retry", "rate_limited", 130429),
        (error(131026), "bad_address", "undeliverable", 131026),
        (error(132001, 404), "refused", "template", 132001),
        ((502, "<html>"), "ambiguous", "unreadable", None),
        (httpx.ConnectError("x"), "retry", "unreachable", None),
        (httpx.ReadTimeout("x"), "ambiguous", "no_answer", None),
        (RuntimeError(PHONE), "ambiguous", "sender_bug", None),
    ],
)
async def test_what_meta_answers_is_said_in_the_databases_words(
    world: World, worker: WhatsApp, met: Any, outcome: str, reason: str, code: int | None
) -> None:
    world.waiting, world.meta = ["m1"], [met]
    await settled(worker)
    (receipt,) = world.of("noc_settle_message")
    assert (receipt["outcome"], receipt["reason"], receipt["code"]) == (outcome, reason, code)


async def test_a_drain_ends_what_is_on_its_way(world: World, worker: WhatsApp) -> None:
    world.waiting, world.slow_s = ["m1", "m2"], 0.1
    await worker.step()
    await asyncio.sleep(0)
    await worker.drain()
    assert len(world.of("noc_settle_message")) == 2


async def test_a_message_that_was_not_begun_is_given_back(world: World, worker: WhatsApp) -> None:
    world.waiting = ["m1", "m2"]
    await worker.step()
    await worker.drain()
    assert world.of("noc_begin_message") == world.of("messages") == []
    assert world.of("noc_release_leases") == [
        {"kind": "message", "leases": [{"id": "m1", "fence": 7}, {"id": "m2", "fence": 7}]}
    ]


async def test_a_send_is_held_under_its_lease_and_what_was_cut_off_may_have_arrived(
    world: World, worker: WhatsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WhatsApp, "terms", Terms(renew_s=0.05))
    world.waiting, world.slow_s = ["m1"], 0.3
    await settled(worker)
    assert world.of("noc_renew_leases")[0] == {
        "kind": "message",
        "leases": [{"id": "m1", "fence": 7}],
    }
    assert world.of("noc_settle_message")[0]["outcome"] == "sent"
    world.waiting, world.held, world.slow_s = ["m2"], False, 5
    await settled(worker)
    receipt = world.of("noc_settle_message")[-1]
    assert (receipt["outcome"], receipt["reason"]) == ("ambiguous", "lease_lost")
    assert len(world.of("messages")) == 2, "neither is sent again"


async def test_no_more_is_claimed_than_can_be_sent_at_once(world: World, worker: WhatsApp) -> None:
    world.waiting, world.slow_s = [str(n) for n in range(50)], 0.3
    await worker.step()
    await asyncio.sleep(0.1)
    await worker.step()
    assert [body["max"] for body in world.of("noc_claim_messages")] == [32]
    await worker.drain()


async def test_without_an_account_messages_wait(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.answer)) as http:
        rpc = await open_rpc("http://db.test", "publishable", "token", http)
        idle = WhatsApp(rpc, None, "whatsapp@here")
        assert await idle.step() == 0
    assert world.calls == []
    assert idle.status()["number"] is None
    assert "no account is configured" in caplog.text


async def test_nobody_is_named_in_the_log(
    world: World, worker: WhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "workers")
    world.waiting = ["m1", "m2", "m3"]
    world.meta = [SENT, error(131026), RuntimeError(f"{PHONE} {SAID}")]
    await settled(worker)
    told = "\n".join(str(vars(one)) for one in caplog.records if one.name.startswith("workers"))
    assert "m1" in told
    assert PHONE not in told
    assert SAID not in told
