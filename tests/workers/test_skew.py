"""A clock is measured by answers, half of their way taken off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.skew import MEASUREMENTS, Skew

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def take(skew: Skew, true_s: float, out_s: float, back_s: float) -> None:
    """Asked of a database whose clock is `true_s` ahead, that far away on both ways."""
    skew.take(NOW, out_s + back_s, NOW + timedelta(seconds=true_s + out_s))


def test_before_the_first_answer_nothing_is_known() -> None:
    assert Skew().seconds is None


@pytest.mark.parametrize("true_s", [-3.0, 0.0, 2.5])
def test_a_slow_way_is_no_skew(true_s: float) -> None:
    skew = Skew()
    take(skew, true_s, 2.0, 2.0)
    assert skew.seconds == pytest.approx(true_s)


@given(
    st.floats(-100, 100),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=20),
)
def test_the_error_is_at_most_half_of_the_shortest_way(
    true_s: float, ways: list[tuple[float, float]]
) -> None:
    skew = Skew()
    for out_s, back_s in ways:
        take(skew, true_s, out_s, back_s)
    shortest = min(sum(way) for way in ways[-MEASUREMENTS:])
    assert skew.seconds is not None
    assert abs(skew.seconds - true_s) <= shortest / 2 + 1e-5


def test_a_clock_that_jumps_is_known_within_a_minute() -> None:
    skew = Skew()
    take(skew, 0.0, 0.001, 0.001)
    for _ in range(MEASUREMENTS):
        take(skew, 9.0, 0.1, 0.1)
    assert skew.seconds == pytest.approx(9.0)
