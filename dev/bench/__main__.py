"""`python -m dev.bench [--size small|full] [--only NAME,…] [--write]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dev.bench import report
from dev.bench.bed import Bed, made_bed
from dev.bench.measures import accuracy, alerts, ingest, page, queue, queue_rpc, reads, tick
from dev.bench.result import Result


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: `batches` a round of ingest, `rows` of the day that reads are asked of,
    `crowd` messages that wait, `changes` that the page shows."""

    rounds: int
    ingest_rounds: int
    batches: int
    rows: int
    crowd: int
    changes: int


SIZES: Final = {
    "small": Size(3, 5, 400, rows=200_000, crowd=20_000, changes=20),
    "full": Size(7, 9, 800, rows=20_000_000, crowd=100_000, changes=100),
}


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 1 when a gate fails."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--size", choices=SIZES, default="small", help="small: 3 minutes; full: 20 M rows"
    )
    parser.add_argument(
        "--only", default="", help="ingest, tick, alerts, queue, reads (with accuracy), page"
    )
    parser.add_argument("--write", action="store_true", help="record in docs/")
    options = parser.parse_args(arguments)
    measured: dict[str, list[Result]] = {}
    with made_bed() as bed:
        for name, measure in _plan(bed, SIZES[options.size]).items():
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


def _plan(bed: Bed, size: Size) -> dict[str, Callable[[], list[Result]]]:
    return {
        "ingest": lambda: ingest.measure(bed, size.ingest_rounds, size.batches),
        "tick": lambda: tick.measure(bed, size.rounds),
        "alerts": lambda: alerts.measure(bed, size.rounds),
        "queue": lambda: (
            queue.measure(bed, size.rounds, size.crowd) + queue_rpc.measure(size.rounds)
        ),
        "reads": lambda: reads.measure(bed, size.rounds, size.rows) + accuracy.measure(bed),
        "page": lambda: page.measure(size.changes),
    }


if __name__ == "__main__":
    sys.exit(main())
