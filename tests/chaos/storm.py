"""A storm of collectors, tickers and killers over one cluster, seeded.

Collectors behave as real ones: a batch whose answer was lost is sent again under the same
id until it is answered. What was acknowledged is counted; nothing else may be.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

WRITERS: Final = 4
TICKERS: Final = 3
RETRY_S: Final = 0.05


@dataclass(slots=True)
class Tally:
    """What happened, summed over the threads."""

    acknowledged: int = 0
    commits: int = 0
    rollbacks: int = 0
    ticks: int = 0
    kills: int = 0
    crashes: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **counts: int) -> None:
        """Adds to the named counters."""
        with self.lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True, slots=True)
class Storm:
    """One run. `tick` is the statement under test, with the instant as its parameter.

    `holds`: seconds, one of which a writer waits between its statement and its commit.
    """

    dsn: str
    superuser_dsn: str
    keys: tuple[str, ...]
    seed: int
    batches_per_writer: int
    tick: str = "select noc.tick(%s)"
    violent: bool = True
    holds: tuple[float, ...] = (0, 0, 0, 0.02, 0.1)

    def run(self) -> Tally:
        """Blows until every writer is done; gives the tally."""
        tally, calm = Tally(), threading.Event()
        writers = [_thread(self._write, tally, i) for i in range(WRITERS)]
        others = [_thread(self._tick, tally, calm, i) for i in range(TICKERS)]
        if self.violent:
            others.append(_thread(self._kill, tally, calm))
        for thread in writers:
            thread.join()
        calm.set()
        for thread in others:
            thread.join()
        return tally

    def _write(self, tally: Tally, number: int) -> None:
        dice = random.Random(f"{self.seed}-writer-{number}")
        for _ in range(self.batches_per_writer):
            batch, key = UUID(int=dice.getrandbits(128)), dice.choice(self.keys)
            events, gives_up = _events(dice), dice.random() < 0.1
            hold_s = dice.choice(self.holds)
            while not self._send(tally, key, batch, events, gives_up, hold_s):
                time.sleep(RETRY_S)

    def _send(
        self,
        tally: Tally,
        key: str,
        batch: UUID,
        events: list[dict[str, Any]],
        gives_up: bool,
        hold_s: float,
    ) -> bool:
        """One attempt; true when the batch is settled: acknowledged, or given up by its sender."""
        try:
            with psycopg.connect(self.dsn) as connection:
                row = connection.execute(
                    "select noc.ingest(%s, %s, 'api_usage', %s, clock_timestamp())",
                    (key, batch, Jsonb(events)),
                ).fetchone()
                time.sleep(hold_s)
                if gives_up:
                    connection.rollback()
                    tally.add(rollbacks=1)
                    return True
                connection.commit()
        except psycopg.OperationalError:
            return False
        assert row is not None
        answer = row[0]
        tally.add(acknowledged=answer["accepted"] + answer["duplicate"], commits=1)
        return True

    def _tick(self, tally: Tally, calm: threading.Event, number: int) -> None:
        dice = random.Random(f"{self.seed}-ticker-{number}")
        while not calm.is_set():
            try:
                with psycopg.connect(self.dsn) as connection:
                    connection.execute(self.tick, (datetime.now(UTC),))
                    if dice.random() < 0.15:
                        connection.rollback()
                    else:
                        connection.commit()
                        tally.add(ticks=1)
            except psycopg.OperationalError:
                time.sleep(RETRY_S)
            except psycopg.Error as error:
                tally.faults.append(f"{error.sqlstate} {error}")
            calm.wait(dice.uniform(0, 0.05))

    def _kill(self, tally: Tally, calm: threading.Event) -> None:
        """Ends random sessions; every so often SIGKILLs one, which crashes the whole server."""
        dice = random.Random(f"{self.seed}-killer")
        while not calm.wait(0.15):
            try:
                with psycopg.connect(self.superuser_dsn, autocommit=True) as connection:
                    pids = [
                        row[0]
                        for row in connection.execute(
                            "select pid from pg_stat_activity where usename = 'postgres'"
                            " and backend_type = 'client backend'"
                        )
                    ]
                    if not pids:
                        continue
                    victim = dice.choice(pids)
                    if dice.random() < 0.06:
                        os.kill(victim, signal.SIGKILL)
                        tally.add(crashes=1)
                    else:
                        connection.execute("select pg_terminate_backend(%s)", (victim,))
                        tally.add(kills=1)
            except (psycopg.OperationalError, ProcessLookupError):
                time.sleep(RETRY_S)


def settle(connection: psycopg.Connection[Any], tick: str) -> None:
    """Ticks in calm weather until nothing is pending."""
    while True:
        connection.execute(tick, (datetime.now(UTC),))
        connection.commit()
        row = connection.execute("select count(*) from noc.batch_pending").fetchone()
        assert row is not None
        if row[0] == 0:
            return


def _events(dice: random.Random) -> list[dict[str, Any]]:
    """1 to 200 calls, up to two hours late; now and then one that no column takes."""
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = [
        {
            "timestamp": (now - timedelta(seconds=dice.expovariate(1 / 600) % 7200)).isoformat(),
            "endpoint": f"/recurso-{dice.randrange(8)}",
            "method": "GET",
            "status": dice.choice([200, 200, 200, 404, 500, 0]),
            "latency_ms": round(dice.lognormvariate(5, 1), 1),
        }
        for _ in range(dice.randrange(1, 201))
    ]
    if dice.random() < 0.2:
        dice.choice(events)["status"] = "ok"
    return events


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments)
    thread.start()
    return thread
