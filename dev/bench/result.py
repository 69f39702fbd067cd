"""What a measurement says: a figure, its goal, and how it was come by."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `gate` null: shown beside the others without a goal of its own.

    `better`: which side of the gate passes. `note` says what was compared, in plain words.
    """

    name: str
    value: float
    unit: str
    gate: float | None = None
    aim: float | None = None
    better: Literal["higher", "lower"] = "lower"
    note: str = ""

    @property
    def passes(self) -> bool:
        """Whether the gate holds; always true without one."""
        if self.gate is None:
            return True
        return self.value >= self.gate if self.better == "higher" else self.value <= self.gate


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(rounds: int, works: Sequence[Callable[[], object]]) -> list[float]:
    """Median seconds of each work, taken in turns so that a noisy neighbour meets them all."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            times.append(timed(work))
    return [statistics.median(times) for times in taken]
