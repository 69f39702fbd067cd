"""The tick on 100,000 rows of one minute, steady state, and on 100 late ones.

Ticks are averaged over whole five minutes, of which one closes a 5m bucket; no hour closes.
"""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime, timedelta
from typing import Final

from dev.bench.bed import Bed
from dev.bench.result import Result, timed

ROWS: Final = 100_000
LATE_ROWS: Final = 100
MINUTE: Final = timedelta(minutes=1)
CYCLE: Final = 5
CLOSES: Final = 3  # the measured ticks stand at minutes 12, 13, 14, 15, 16 of an hour
REPEATS: Final = 3


def measure(bed: Bed, rounds: int) -> list[Result]:
    """Times of roll-up and whole tick as multiples of a scan and of a bare COPY of the rows."""
    bed.empty()
    bed.db.execute("set max_parallel_workers_per_gather = 0")
    bed.db.execute(f"create unlogged table bench.minute as select * from bench.calls({ROWS}, now(),"
                   " '1 min')")  # fmt: skip
    bed.db.execute("create unlogged table bench.minute_bare (like bench.minute)")
    bed.as_admin(f"copy bench.minute to '{bed.folder}/minute.tsv'")
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    starts = hour - timedelta(minutes=50)
    taken: dict[str, list[float]] = {}
    for number in range(math.ceil(rounds / CYCLE) * CYCLE + 1):
        for name, seconds in _round(bed, starts + number * MINUTE).items():
            if number > 0:  # the first minute finds empty tables: not steady
                taken.setdefault(name, []).append(seconds)
    scan, bare, late = (statistics.median(taken[name]) for name in ("scan", "bare", "late"))
    roll_up, tick = (_of_cycles(taken[name]) for name in ("roll_up", "tick"))
    note = (
        f"scan {scan * 1e3:.1f} ms, bare COPY {bare * 1e3:.0f} ms, roll-up with the closing of "
        f"windows {roll_up * 1e3:.0f} ms, tick {tick * 1e3:.0f} ms"
    )
    return [
        Result("roll-up of 100 k rows / scan of them", roll_up / scan, "x", 120, 60, "lower", note),
        Result("whole tick / bare COPY of the rows", tick / bare, "x", 8, 4, "lower", note),
        Result("100 late rows / full tick", late / tick * 100, "%", 3, None, "lower",
               f"{late * 1e3:.1f} ms, {late / roll_up:.1%} of the roll-up alone"),
    ]  # fmt: skip


def _of_cycles(seconds: list[float]) -> float:
    """The mean of a cycle's ticks: the median for those alike, and the one that closes 5m."""
    closing = seconds[CLOSES::CYCLE]
    others = [one for number, one in enumerate(seconds) if number % CYCLE != CLOSES]
    return (statistics.median(others) * (CYCLE - 1) + statistics.median(closing)) / CYCLE


def _round(bed: Bed, minute: datetime) -> dict[str, float]:
    """One minute's rows through the whole tick, then a hundred late ones through the roll-up."""
    at = minute + MINUTE
    bare, scan = _limits(bed)
    bed.one("select bench.load(%s, %s, '59 seconds')", ROWS, minute)
    bed.db.execute("analyze public.api_usage")
    before = datetime.now(UTC)
    stages = bed.one("select noc.tick(%s)", at)
    tick = (datetime.now(UTC) - before).total_seconds()
    late = []
    for _ in range(REPEATS):
        bed.one("select bench.load(%s, %s, '59 seconds')", LATE_ROWS, minute - 20 * MINUTE)
        late.append(timed(lambda: bed.one("select noc.roll_up(%s)", at)))
    return {
        "scan": scan, "bare": bare, "tick": tick,
        "late": statistics.median(late),
        "roll_up": (stages["roll_up"]["ms"] + stages["close_windows"]["ms"]) / 1e3,
    }  # fmt: skip


def _limits(bed: Bed) -> tuple[float, float]:
    """Seconds of the bare COPY of a minute's rows and of a scan of them."""
    copies, scans = [], []
    for _ in range(REPEATS):
        bed.db.execute("truncate bench.minute_bare")
        copies.append(
            timed(lambda: bed.as_admin(f"copy bench.minute_bare from '{bed.folder}/minute.tsv'"))
        )
        scans.append(timed(lambda: bed.db.execute("select count(*) from bench.minute_bare")))
    return statistics.median(copies), statistics.median(scans)
