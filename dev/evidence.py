"""`python -m dev.evidence`: what docs/evidence/*.json say, in one table."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dev.bench.result import Result
from dev.stack.paths import ROOT

FOLDER: Final = ROOT / "docs/evidence"


def main(folder: Path = FOLDER) -> int:
    """Prints a line for each run; 1 when one of them failed or there is none."""
    rows = list(_rows(folder))
    if not rows:
        print("no evidence yet: `make proof` and `python -m dev.bench --write` write it.")
        return 1
    print(f"  {'run':<24} {'passed':>7} {'failed':>7}  {'commit':<16} at")
    for name, passed, failed, commit, at in rows:
        print(f"  {name:<24} {passed:>7} {failed:>7}  {commit:<16} {at}")
    return int(any(failed for _, _, failed, _, _ in rows))


def _rows(folder: Path) -> Iterator[tuple[str, int, int, str, str]]:
    for path in sorted(folder.glob("*.json")):
        record: dict[str, Any] = json.loads(path.read_text())
        for name, one in record.items():
            for part, run in _figures(one):
                # A figure without a gate cannot fail.
                passes = [Result(**result).passes for result in run["results"]]
                label = f"{path.stem} {name} {part}"
                yield label, sum(passes), len(passes) - sum(passes), run["commit"], run["at"]
            if "passed" in one:
                yield f"{path.stem} {name}", one["passed"], one["failed"], one["commit"], one["at"]


def _figures(one: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parts of a bench of one size."""
    return ((part, run) for part, run in one.items() if isinstance(run, dict) and "results" in run)


if __name__ == "__main__":
    sys.exit(main())
