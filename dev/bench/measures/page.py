"""From the commit of a health change to the badge in a real browser's DOM.

A whole instance with demo traffic, the built page in Chromium, signed in as admin. Each change
flips one service's confirmed status; both ends are stamped by this machine's clock.
"""

from __future__ import annotations

import json
import math
import os
import queue
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final
from uuid import UUID

import psycopg

from dev.bench.result import Result
from dev.stack import lifecycle, postgres
from dev.stack.instance import Instance, new_instance
from dev.stack.paths import ROOT
from dev.stack.services import DEMO_PASSWORD, Wanted
from dev.testing.stage import CHROMIUM, discard

GATE_MS: Final = 1500.0
AIM_MS: Final = 500.0
PATIENCE_S: Final = 90.0
SETTLED_S: Final = (1.0, 2.0)  # between the badge's change and the next one, drawn evenly
NODE: Final = ROOT / ".venv/bin/node"
SCRIPT: Final = ROOT / "dev/bench/page/watch.mjs"
PARTS: Final = Wanted(web=True, workers=False, traffic=True, limits=False)
# One check, judged by this measurement alone, decides what the badge shows.
STAGE_SET: Final = """
    update public.noc_rules set enabled = false;
    update noc.check_targets set enabled = (service_name = 'supabase:auth'), interval_s = 3600;
"""
SETTLE: Final = """
    select noc.settle_check(%s, null, clock_timestamp(), %s, 1, %s, '{}') ->> 'status'
"""


def measure(changes: int) -> list[Result]:
    """p50, p95 and the largest of `changes` delays, half of them to DOWN and half to UP."""
    instance = new_instance(f"bench-page-{os.getpid()}")
    try:
        lifecycle.up(instance, PARTS, print)
        with psycopg.connect(postgres.dsn(instance, "postgres"), autocommit=True) as db:
            delays = sorted(_delays(instance, db, changes))
    finally:
        discard(instance)
    note = f"{changes} health changes, Chromium, demo traffic"
    name = "commit to DOM"
    return [
        Result(f"{name}, p50", _rank(delays, 0.50), "ms", note=note),
        Result(f"{name}, p95", _rank(delays, 0.95), "ms", GATE_MS, AIM_MS, "lower", note),
        Result(f"{name}, largest", delays[-1], "ms", note=note),
    ]


def _delays(instance: Instance, db: psycopg.Connection[Any], changes: int) -> list[float]:
    """Milliseconds of each change; raises `TimeoutError` when the page shows none."""
    for statement in STAGE_SET.strip().split(";")[:-1]:
        db.execute(statement.encode())
    found = db.execute("select check_id from noc.check_targets where enabled").fetchone()
    assert found is not None
    check_id: UUID = found[0]
    _change(db, check_id, "UP")
    delays = []
    with _page(instance) as looks:
        looks.wait_for("UP")
        for number in range(changes):
            wanted = ("DOWN", "UP")[number % 2]
            time.sleep(random.uniform(*SETTLED_S))
            looks.require_quiet()
            committed_at = _change(db, check_id, wanted)
            delays.append(looks.wait_for(wanted) - committed_at)
    return delays


def _change(db: psycopg.Connection[Any], check_id: UUID, wanted: str) -> float:
    """Confirms the status; when its commit was answered, in ms since 1970."""
    outcomes = [("bad", "auth_invalid")] if wanted == "DOWN" else [("good", None)] * 2
    for outcome, reason in outcomes:
        answer = db.execute(SETTLE, (check_id, outcome, reason)).fetchone()
    committed_at = time.time() * 1000
    assert answer is not None
    assert answer[0] == wanted, f"the check is {answer[0]}, not {wanted}"
    return committed_at


class _Looks:
    """What the page reports, one line for each look of the button."""

    def __init__(self, output: IO[str]) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(output,), daemon=True).start()

    def wait_for(self, status: str) -> float:
        """When the button took this status, in ms since 1970; `TimeoutError` when it does not."""
        deadline = time.monotonic() + PATIENCE_S
        seen = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if not line:
                raise RuntimeError("the browser ended; its words are above")
            look = json.loads(line)
            if look["status"] == status:
                return float(look["at"])
            seen.append(look["status"])
        raise TimeoutError(f"the badge did not become {status} in {PATIENCE_S:.0f} s; saw {seen}")

    def require_quiet(self) -> None:
        """Raises `RuntimeError` when the button changed by itself: its look was not ours."""
        if not self._lines.empty():
            raise RuntimeError(f"the badge changed without a change: {self._lines.get()}")

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self._lines.put(line)
        self._lines.put("")


@contextmanager
def _page(instance: Instance) -> Iterator[_Looks]:
    """The page in a browser, signed in as admin."""
    env = {
        **os.environ,
        "PAGE_URL": f"{instance.web_url}/",
        "PAGE_EMAIL": "admin@noc.local",
        "PAGE_PASSWORD": DEMO_PASSWORD,
        "CHROMIUM_PATH": CHROMIUM,
    }
    with subprocess.Popen(
        (str(NODE), str(SCRIPT)),
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as browser:
        assert browser.stdin is not None
        assert browser.stdout is not None
        try:
            yield _Looks(browser.stdout)
        finally:
            browser.stdin.close()
            browser.wait(30)


def _rank(ordered: list[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    return ordered[math.ceil(len(ordered) * share) - 1]
