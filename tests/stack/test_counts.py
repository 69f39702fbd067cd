"""The closing line is only as good as what is read from each runner."""

import pytest

from dev.testing import counts
from dev.testing.counts import Counts, Reader, read_counts

SAMPLES = [
    (counts.pytest, "..\n2 passed in 0.10s\n", 0, Counts(2, 0)),
    (counts.pytest, "1 failed, 20 passed, 2 errors in 61.02s (0:01:01)\n", 1, Counts(20, 3)),
    (counts.pytest, "5 passed, 1 skipped in 0.1s\n", 0, Counts(5, 1)),
    (counts.pytest, "no tests ran in 0.01s\n", 5, Counts(0, 1)),
    (counts.pytest, "Segmentation fault\n", 139, Counts(0, 1)),
    (counts.pytest, "3 passed in 0.10s\nleft a coroutine behind\n", 1, Counts(3, 1)),
    (counts.vitest, " Test Files  2 passed (2)\n      Tests  14 passed (14)\n", 0, Counts(14, 0)),
    (counts.vitest, "      Tests  1 failed | 12 passed | 2 skipped (15)\n", 1, Counts(12, 3)),
    (
        counts.vitest,
        " Test Files  1 failed | 1 passed (2)\n  Tests  4 passed (4)\n",
        1,
        Counts(4, 1),
    ),
    (counts.deno, "ok | 34 passed | 0 failed (8s)\n", 0, Counts(34, 0)),
    (counts.deno, "FAILED | 30 passed (2 steps) | 4 failed | 1 ignored (8s)\n", 1, Counts(30, 5)),
    (counts.node, "# tests 3\n# pass 3\n# fail 0\n# skipped 0\n", 0, Counts(3, 0)),
    (counts.node, "# pass 1\n# fail 1\n# cancelled 1\n# skipped 1\n", 1, Counts(1, 3)),
    (counts.pg_prove, "Files=2, Tests=10,  1 wallclock secs\nResult: PASS\n", 0, Counts(10, 0)),
    (
        counts.pg_prove,
        "Failed 2/5 subtests\nFiles=2, Tests=10,  1 wallclock secs\nResult: FAIL\n",
        1,
        Counts(8, 2),
    ),
    (None, "anything", 0, Counts(1, 0)),
    (None, "anything", 1, Counts(0, 1)),
]


@pytest.mark.parametrize(("reader", "output", "status", "expected"), SAMPLES)
def test_counts_are_read_from_the_runner(
    reader: Reader | None, output: str, status: int, expected: Counts
) -> None:
    assert read_counts(reader, output, status) == expected


def test_colours_do_not_hide_the_counts() -> None:
    output = "\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m3 passed\x1b[39m\x1b[22m (3)\n"
    assert read_counts(counts.vitest, output, 0) == Counts(3, 0)
