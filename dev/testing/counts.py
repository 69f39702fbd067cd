"""How many tests passed and failed, read from what each runner prints.

A runner that fails without naming a failed test, or that names no test at all, counts as one
failure; so does a skipped test: what did not run proves nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Tests of one step or of all."""

    passed: int
    failed: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed)


Reader = Callable[[str], Counts]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read_counts(reader: Reader | None, output: str, status: int) -> Counts:
    """The counts of a finished step; a step without a reader is one test by itself."""
    if reader is None:
        return Counts(1, 0) if status == 0 else Counts(0, 1)
    counts = reader(COLOURS.sub("", output))
    if counts.failed == 0 and (status != 0 or counts.passed == 0):
        return Counts(counts.passed, 1)
    return counts


def pytest(output: str) -> Counts:
    """The last summary, such as `3 failed, 20 passed, 1 error in 2.10s`."""
    lines = [line for line in output.splitlines() if re.search(r" in [\d.]+s\b", line)]
    last = lines[-1] if lines else ""
    bad = sum(_number(rf"(\d+) {word}", last) for word in ("failed", "errors?", "skipped"))
    bad += _number(r"(\d+) xfailed", last) + _number(r"(\d+) xpassed", last)
    return Counts(_number(r"(\d+) passed", last), bad)


def vitest(output: str) -> Counts:
    """The line `Tests  1 failed | 12 passed | 2 skipped (15)`."""
    found = re.findall(r"^\s*Tests\s+(.*)$", output, re.MULTILINE)
    return _words(found[-1] if found else "", ("failed", "skipped", "todo"))


def deno(output: str) -> Counts:
    """The line `ok | 12 passed | 0 failed | 1 ignored (2s)`."""
    found = re.findall(r"^(?:ok|FAILED) \| (.*)$", output, re.MULTILINE)
    return _words(found[-1] if found else "", ("failed", "ignored"))


def node(output: str) -> Counts:
    """The lines `# pass 3`, `# fail 0` of node:test, in its TAP and its spec form."""
    bad = ("fail", "cancelled", "skipped", "todo")
    marks = {word: _number(rf"^(?:#|\u2139) {word} (\d+)$", output) for word in ("pass", *bad)}
    return Counts(marks["pass"], sum(marks[word] for word in bad))


def pg_prove(output: str) -> Counts:
    """`Files=2, Tests=10` less what its report lists as failed; a missing plan is a failure."""
    total = _number(r"^Files=\d+, Tests=(\d+)", output)
    failed = sum(int(one) for one in re.findall(r"Failed (\d+)/\d+ subtests", output))
    return Counts(max(total - failed, 0), failed)


def _words(line: str, bad: tuple[str, ...]) -> Counts:
    return Counts(
        _number(r"(\d+) passed", line), sum(_number(rf"(\d+) {word}", line) for word in bad)
    )


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text, re.MULTILINE)
    return int(found.group(1)) if found else 0
