"""What every worker has in common whose work leaves the NOC."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from workers import sending
from workers.errors import Refused, Unavailable
from workers.lease import Terms
from workers.model import Kind, Lease, Receipt
from workers.rpc import Rpc
from workers.sending import Sending


class Leases:
    """The part of the database that keeps them."""

    def __init__(self) -> None:
        self.renewed: list[str] = []
        self.released: list[str] = []
        self.away = False

    async def renew_lease(self, kind: Kind, lease_id: str, fence: int) -> bool:
        self.renewed.append(lease_id)
        return True

    async def release_leases(self, kind: Kind, leases: Sequence[tuple[str, int]]) -> None:
        if self.away:
            raise Unavailable("away")
        self.released += [item for item, _ in leases]


class Errands(Sending[tuple[str], Receipt]):
    """Work that takes as long as the test says."""

    name = "errands"
    kind = "message"
    terms = Terms(renew_s=0.05)
    ended = "done"
    outcomes = ("sent",)

    def __init__(self, leases: Leases, *due: str, slots: int = 4) -> None:
        super().__init__(cast(Rpc, leases), "errands@here", slots)
        self.due = list(due)
        self.said: dict[str, str | Exception] = {}  # what begin answers instead of the work
        self.takes_s = 0.0
        self.sent: list[str] = []
        self.answers: list[bool | BaseException] = []  # of settling, at last always true
        self.settled: list[tuple[str, str, str | None]] = []

    async def claim(self, most: int) -> Sequence[Lease]:
        taken, self.due = self.due[:most], self.due[most:]
        return [Lease(one, 1) for one in taken]

    async def begin(self, lease: Lease) -> tuple[str] | str:
        said = self.said.get(lease.item)
        if isinstance(said, Exception):
            raise said
        return said or (lease.item,)

    async def send(self, work: tuple[str]) -> Receipt:
        self.sent.append(work[0])
        await asyncio.sleep(self.takes_s)
        return Receipt("sent")

    async def settle(self, lease: Lease, became: Receipt) -> bool:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, BaseException):
            raise answer
        self.settled.append((lease.item, became.outcome, became.reason))
        return answer

    def unknown(self, reason: str) -> Receipt:
        return Receipt("ambiguous", reason)

    def told(self, lease: Lease, work: tuple[str], became: Receipt) -> Mapping[str, Any]:
        return {}


async def under_way(worker: Errands) -> None:
    """Claimed and begun."""
    await worker.step()
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_lasts_is_held_and_done_once() -> None:
    worker = Errands(leases := Leases(), "a")
    worker.takes_s = 0.18
    await under_way(worker)
    await worker.drain()
    assert (leases.renewed, worker.sent) == (["a", "a", "a"], ["a"])
    assert worker.settled == [("a", "sent", None)]


async def test_what_is_not_begun_is_counted_by_its_reason_and_not_done() -> None:
    worker = Errands(Leases(), "a", "b", "c")
    worker.said = {"a": "cut_off", "b": "cut_off", "c": Unavailable("away")}
    await under_way(worker)
    assert worker.status() == {"running": 0, "unsettled": 0, "sent": 0, "cut_off": 2}
    assert (worker.sent, worker.settled) == ([], [])


async def test_a_drain_gives_back_what_was_not_begun_while_the_rest_ends() -> None:
    worker = Errands(leases := Leases(), "a")
    worker.takes_s = 0.1
    await under_way(worker)
    worker.due = ["b"]
    await worker.step()
    await worker.drain()
    assert (leases.released, worker.sent) == (["b"], ["a"])
    assert worker.settled == [("a", "sent", None)]


async def test_a_drain_ends_where_nothing_can_be_given_back() -> None:
    worker = Errands(leases := Leases(), "a")
    leases.away = True
    await worker.step()
    await worker.drain()
    assert worker.status()["running"] == 0


async def test_what_outlasts_the_drain_is_cut_off_and_said_to_have_perhaps_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "DRAIN_S", 0.1)
    worker = Errands(Leases(), "a")
    worker.takes_s = 10
    await under_way(worker)
    await worker.drain()
    assert worker.settled == [("a", "ambiguous", "stopped")]


async def test_a_drain_hands_in_again_while_it_has_time() -> None:
    worker = Errands(Leases(), "a")
    worker.answers = [Unavailable("away")] * 4
    await under_way(worker)
    await worker.drain()
    assert worker.settled == [("a", "sent", None)]


async def test_a_drain_ends_though_nothing_is_taken_in(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sending, "HAND_IN_S", 0.2)
    worker = Errands(Leases(), "a")
    worker.answers = [Unavailable("away")] * 1000
    await under_way(worker)
    await worker.drain()
    assert worker.status()["unsettled"] == 1
    assert "receipts were not handed in" in caplog.text


@pytest.mark.parametrize(("answer", "waits"), [(Unavailable("away"), 1), (Refused("no"), 0)])
async def test_a_receipt_waits_while_nobody_takes_it_and_not_when_it_is_refused(
    answer: Exception, waits: int
) -> None:
    worker = Errands(Leases(), "a")
    worker.answers = [answer]
    await under_way(worker)
    while worker.status()["running"]:
        await asyncio.sleep(0.001)
    assert worker.status()["unsettled"] == waits
    await worker.step()
    assert worker.status()["unsettled"] == 0
    assert (len(worker.settled), len(worker.sent)) == (waits, 1)


async def test_a_receipt_is_not_lost_when_handing_it_in_is_cut_off() -> None:
    worker = Errands(Leases(), "a")
    worker.answers = [asyncio.CancelledError()]
    await under_way(worker)
    worker.answers = []
    await worker.drain()
    assert worker.settled == [("a", "sent", None)]


async def test_no_more_is_claimed_than_fits() -> None:
    worker = Errands(Leases(), *"abcdef", slots=2)
    worker.takes_s = 0.05
    await under_way(worker)
    assert worker.sent == ["a", "b"]
    assert await worker.step() == 1
    assert worker.due == list("cdef")
    await worker.drain()
