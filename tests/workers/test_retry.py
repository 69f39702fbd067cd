"""Waits between tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.retry import RETRY_AFTER_MAX_S, backoff, retry_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "most"), [(0, 2.0), (1, 2.0), (2, 4.0), (5, 32.0), (9, 512.0), (10, 900.0)]
)
def test_the_most_doubles_with_each_failure_up_to_the_cap(failures: int, most: float) -> None:
    assert backoff(failures, 2.0, 900.0, lambda: 1.0) == most


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_anything_from_nothing_to_the_most(failures: int, chance: float) -> None:
    assert backoff(failures, 2.0, 900.0, lambda: 0.0) == 0
    assert 0 <= backoff(failures, 2.0, 900.0, lambda: chance) <= 900.0


def test_copies_do_not_come_back_together() -> None:
    waits = sorted(backoff(5, 2.0, 900.0) for _ in range(1000))
    assert waits[0] < 3 < 29 < waits[-1]
    assert 12 < waits[500] < 20


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("١٢", None),
        ("0", 0),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("999999999999", RETRY_AFTER_MAX_S),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 12:02:00 -0000", 120),
        ("Mon, 23 Nov 2026 09:02:00 -0300", 120),
        ("Monday, 23-Nov-26 12:02:00 GMT", 120),
        ("Mon Nov 23 12:02:00 2026", 120),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2036 12:00:00 GMT", RETRY_AFTER_MAX_S),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_reads_seconds_and_every_date_of_http(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    asked = retry_after(header, NOW)
    assert asked is None or 0 <= asked <= RETRY_AFTER_MAX_S


@given(st.integers(-100_000, 100_000))
def test_a_date_is_as_far_as_it_is(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(header, NOW) == min(max(seconds, 0), RETRY_AFTER_MAX_S)
