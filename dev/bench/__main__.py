"""`python -m dev.bench [--size small|full] [--only NAME,…] [--write]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Final

from dev.bench import report
from dev.bench.bed import Bed, made_bed
from dev.bench.measures import accuracy, alerts, ingest, page, queue, queue_rpc, reads, tick
from dev.bench.result import Result

# Rounds; rounds of ingest and their batches; rows of the day that reads are asked of; messages that
# wait; changes that the page shows.
SIZES: Final = {
    "small": (3, 5, 400, 200_000, 20_000, 20),
    "full": (7, 9, 800, 20_000_000, 100_000, 100),
}


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 1 when a gate fails."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--size", choices=SIZES, default="small", help="small: 2 to 3 minutes; full: some 40"
    )
    parser.add_argument(
        "--only", default="", help="ingest, tick, alerts, queue, reads (with accuracy), page"
    )
    parser.add_argument("--write", action="store_true", help="record in docs/")
    options = parser.parse_args(arguments)
    measured: dict[str, list[Result]] = {}
    with made_bed() as bed:
        for name, measure in _plan(bed, options.size).items():
            if options.only and name not in options.only.split(","):
                continue
            print(f"{name} …", flush=True)
            measured[name] = measure()
    results = [one for part in measured.values() for one in part]
    print(report.table(results))
    if options.write:
        report.write(measured, options.size)
    failed = [one.name for one in results if not one.passes]
    print(f"{len(results) - len(failed)} of {len(results)} figures within their gates")
    return 1 if failed else 0


def _plan(bed: Bed, size: str) -> dict[str, Callable[[], list[Result]]]:
    rounds, ingest_rounds, batches, rows, crowd, changes = SIZES[size]
    return {
        "ingest": lambda: ingest.measure(bed, ingest_rounds, batches),
        "tick": lambda: tick.measure(bed, rounds),
        "alerts": lambda: alerts.measure(bed, rounds),
        "queue": lambda: queue.measure(bed, rounds, crowd) + queue_rpc.measure(rounds),
        "reads": lambda: reads.measure(bed, rounds, rows) + accuracy.measure(bed),
        "page": lambda: page.measure(changes),
    }


if __name__ == "__main__":
    sys.exit(main())
