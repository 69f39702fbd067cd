"""After a pause has committed nothing begins to be sent; without its lock, something does."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
import pytest

from dev.testing.cluster import Cluster
from tests.chaos.queue_load import Lease, begin, claim, companies, fill, unlimited
from tests.scale import scaled

RACES: Final = scaled(1000, least=40)
SENDERS: Final = 3
EACH: Final = 4  # messages that a sender begins in one race
ATTEMPTS: Final = "select count(*) from noc.message_attempts"
CONTROL: Final = """
    create or replace function noc.lock_pauses(shared boolean) returns void language sql volatile
    set search_path = '' as $$ select null::void $$
"""


class Race:
    """Senders that begin leased messages while somebody pauses their company."""

    def __init__(self, dsn: str, seed: str) -> None:
        self._dice = random.Random(seed)
        self._operator = psycopg.connect(dsn, autocommit=True)
        self._senders = [psycopg.connect(dsn, autocommit=True) for _ in range(SENDERS)]
        self._company = companies(self._operator)[0]
        unlimited(self._operator)

    def close(self) -> None:
        """Ends every session."""
        for connection in (self._operator, *self._senders):
            connection.close()

    def run(self, number: int) -> tuple[int, int]:
        """How many sends had begun when the pause committed, and how many began after it."""
        self._resume()
        fill(self._operator, self._company, f"r{number}-", SENDERS * EACH)
        leases = claim(self._operator, SENDERS * EACH)
        before = self._count()
        threads = [
            self._thread(sender, leases[index::SENDERS], self._dice.random())
            for index, sender in enumerate(self._senders)
        ]
        time.sleep(self._dice.uniform(0, 0.012))
        self._operator.execute(
            "select noc.pause_queue(%s, null, null, 'corrida', null, null, clock_timestamp())",
            (self._company,),
        )
        at_pause = self._count()
        for thread in threads:
            thread.join()
        return at_pause - before, self._count() - at_pause

    def _thread(
        self, sender: psycopg.Connection[Any], leases: list[Lease], seed: float
    ) -> threading.Thread:
        dice = random.Random(seed)

        def work() -> None:
            for lease in leases:
                with sender.transaction():
                    begin(sender, lease)
                    time.sleep(dice.uniform(0, 0.003))  # what is begun is not yet committed

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def _resume(self) -> None:
        self._operator.execute("delete from noc.queue_pauses")
        self._operator.execute("delete from public.queue_whatsapp where run_at is not null")

    def _count(self) -> int:
        row = self._operator.execute(ATTEMPTS).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def race(own_cluster: Cluster) -> Callable[[int], list[tuple[int, int]]]:
    seed = secrets.token_hex(4)
    print(f"\npause races: seed {seed}")

    def run(count: int) -> list[tuple[int, int]]:
        races = Race(own_cluster.dsn(), seed)
        try:
            return [races.run(number) for number in range(count)]
        finally:
            races.close()

    return run


def test_nothing_begins_after_the_pause_has_committed(
    race: Callable[[int], list[tuple[int, int]]],
) -> None:
    outcomes = race(RACES)
    met = sum(0 < begun < SENDERS * EACH for begun, _ in outcomes)
    late = sum(after for _, after in outcomes)
    print(f"pause: {len(outcomes)} races, {met} met, {late} late")
    assert met > RACES / 10
    assert late == 0


def test_without_the_lock_something_does(
    own_cluster: Cluster, race: Callable[[int], list[tuple[int, int]]]
) -> None:
    with psycopg.connect(own_cluster.dsn("supabase_admin")) as connection:
        connection.execute(CONTROL)
    assert sum(after for _, after in race(40)) > 0
