"""The tick on 100,000 rows of one minute, steady state, and on 100 late ones."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from typing import Final

from dev.bench.bed import Bed
from dev.bench.result import Result, timed

ROWS: Final = 100_000
LATE_ROWS: Final = 100
MINUTE: Final = timedelta(minutes=1)


def measure(bed: Bed, rounds: int) -> list[Result]:
    """Times of roll-up and whole tick as multiples of a scan and of a bare COPY of the rows."""
    bed.db.execute("truncate public.api_usage, public.metrics_agg, noc.batch_pending")
    bed.db.execute("set max_parallel_workers_per_gather = 0")
    bed.db.execute(f"create unlogged table bench.minute as select * from bench.calls({ROWS}, now(),"
                   " '1 min')")  # fmt: skip
    bed.db.execute("create unlogged table bench.minute_bare (like bench.minute)")
    bed.as_admin(f"copy bench.minute to '{bed.folder}/minute.tsv'")
    present = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=50)
    taken: dict[str, list[float]] = {"scan": [], "bare": [], "roll_up": [], "tick": [], "late": []}
    for number in range(rounds + 1):
        for name, seconds in _round(bed, present + number * MINUTE).items():
            if number > 0:  # the first minute finds empty tables: not steady
                taken[name].append(seconds)
    median = {name: statistics.median(times) for name, times in taken.items()}
    note = (
        f"scan {median['scan'] * 1e3:.1f} ms, bare COPY {median['bare'] * 1e3:.0f} ms, roll-up "
        f"{median['roll_up'] * 1e3:.0f} ms, tick {median['tick'] * 1e3:.0f} ms"
    )
    return [
        Result("roll-up of 100 k rows / scan of them", median["roll_up"] / median["scan"], "x",
               120, 60, "lower", note),
        Result("whole tick / bare COPY of the rows", median["tick"] / median["bare"], "x", 8, 4,
               "lower", note),
        Result("100 late rows / full roll-up", median["late"] / median["roll_up"] * 100, "%", 3,
               None, "lower", f"late roll-up {median['late'] * 1e3:.1f} ms"),
    ]  # fmt: skip


def _round(bed: Bed, minute: datetime) -> dict[str, float]:
    """One minute's rows through the whole tick, then a hundred late ones through the roll-up."""
    at = minute + MINUTE
    bed.db.execute("truncate bench.minute_bare")
    bare = timed(lambda: bed.as_admin(f"copy bench.minute_bare from '{bed.folder}/minute.tsv'"))
    scan = timed(lambda: bed.db.execute("select count(*) from bench.minute_bare"))
    bed.one("select bench.load(%s, %s, '59 seconds')", ROWS, minute)
    bed.db.execute("analyze public.api_usage")
    before = datetime.now(UTC)
    stages = bed.one("select noc.tick(%s)", at)
    tick = (datetime.now(UTC) - before).total_seconds()
    bed.one("select bench.load(%s, %s, '59 seconds')", LATE_ROWS, minute - 20 * MINUTE)
    late = timed(lambda: bed.one("select noc.roll_up(%s)", at))
    return {
        "scan": scan, "bare": bare, "tick": tick, "late": late,
        "roll_up": stages["roll_up"]["ms"] / 1e3,
    }  # fmt: skip
