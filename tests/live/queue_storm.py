"""Senders that are killed, a database that crashes and a provider that fails, seeded."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any, Final

import httpx
from psycopg.types.json import Jsonb

from tests.live.instance import Live
from tests.live.queue_sender import POINTS, Fate, send_forever
from tests.live.sending import leases_run_out
from tests.live.telling import Post
from tests.live.waiting import wait_until
from tests.scale import scale

SENDERS: Final = 4
STORMY, CALM = "whatsapp", "calm"  # as their leases name them
PER_KILL: Final = 20 if scale() >= 1 else 12  # messages
KILLS_PER_CRASH: Final = 20
SLOW_S: Final = 0.05  # of the provider, so that kills meet sends
# What goes wrong at the provider, and whether nobody knows afterwards what became of the message.
FAULTS: Final[tuple[tuple[dict[str, Any], bool], ...]] = (
    ({"drop": "before"}, True),
    ({"drop": "after"}, True),
    ({"code": 131000}, False),
    ({"code": 131016, "http_status": 503}, False),
    ({"code": 130429}, False),
    ({"hang_s": 1.5}, False),
)
ENQUEUE: Final = "select noc.store_messages('11222333000181', %s, clock_timestamp())"
OPEN: Final = """
    select count(*) from public.queue_whatsapp
    where run_at is not null and state in ('queued', 'retry', 'leased', 'sending')
"""


@dataclass(slots=True)
class Storm:
    """One run over an instance whose queue is empty."""

    live: Live
    label: str
    seed: str
    kills: Counter[str] = field(default_factory=Counter)  # by where it ended
    crashes: int = 0
    messages: int = 0
    faults: int = 0  # orders to the provider to fail
    ambiguous: int = 0  # faults ordered that leave a message unknown

    def run(self, kills: int) -> None:
        """Blows until that many senders were killed, then waits until every message has ended."""
        dice = random.Random(self.seed)
        post = Post(self.live)
        post.order("meta/script", {"always": {"hang_s": SLOW_S}})
        senders = [self._start(dice, number) for number in range(SENDERS)]
        try:
            while self.kills.total() < kills:
                if self.messages < self.kills.total() * PER_KILL + 4 * PER_KILL:
                    self._enqueue(PER_KILL)
                self._disturb(dice, post)
                for index, (process, fate) in enumerate(senders):
                    if process.is_alive() and fate.point is None and dice.random() < 0.2:
                        process.kill()
                    process.join(0.02 if process.is_alive() else None)
                    if process.exitcode is None:
                        continue
                    assert process.exitcode == -signal.SIGKILL, process.exitcode
                    self.kills[fate.point or "anywhere"] += 1
                    senders[index] = self._start(dice, index)
                    if self.kills.total() % KILLS_PER_CRASH == KILLS_PER_CRASH // 2:
                        self._crash()
        finally:
            for process, _ in senders:
                process.kill()
                process.join()
        self._drain(dice, post)

    def _drain(self, dice: random.Random, post: Post) -> None:
        """Calm weather: what is left is sent, and leases of the killed run out."""
        httpx.delete(f"{self.live.instance.fakes_url}/_fake/meta/script", trust_env=False)
        senders = [self._start(dice, number, calm=True) for number in range(SENDERS)]
        try:
            wait_until("every message has ended", self._ended, 1800)
        finally:
            for process, _ in senders:
                process.kill()
                process.join()

    def _ended(self) -> bool:
        leases_run_out(self.live, f"{STORMY}@%")  # a claim of the killed may come in late
        return bool(self.live.value(OPEN) == 0)

    def _start(
        self, dice: random.Random, number: int, calm: bool = False
    ) -> tuple[BaseProcess, Fate]:
        """A sender that ends at a point of its own, or wherever it is met."""
        point = None if calm or dice.random() < 0.4 else dice.choice(POINTS)
        fate = Fate(point, dice.randint(1, 6))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([send_forever.__module__])
        (service,) = (one for one in self.live.services if one.name == "whatsapp")
        process = context.Process(
            target=send_forever,
            args=(dict(service.env), f"{CALM if calm else STORMY}@{number}", 1, fate),
        )
        process.start()
        return process, fate

    def _enqueue(self, count: int) -> None:
        events = [
            {
                "external_id": f"m{number}",
                "to": f"5511{number:09}",
                "template": "noc_teste",
                "parameters": [f"Pessoa {number}"],
            }
            for number in range(self.messages, self.messages + count)
        ]
        assert self.live.value(ENQUEUE, Jsonb(events)) == count
        self.messages += count

    def _disturb(self, dice: random.Random, post: Post) -> None:
        if dice.random() < 0.8:
            return
        fault, ambiguous = dice.choice(FAULTS)
        times = dice.randint(1, 3)
        post.order("meta/script", {"next": [fault | {"times": times}]})
        self.faults += 1
        self.ambiguous += times if ambiguous else 0

    def _crash(self) -> None:
        """PostgreSQL ends as by the kernel's hand, and comes back by itself."""
        self.live.kill("postgres")
        time.sleep(0.5)
        self.live.repair("postgres")
        self.crashes += 1
