"""Rates are averages over closed buckets; time is given, never waited for."""

from dataclasses import dataclass

from dev.realtime.limits import CallWindow, RateCounter


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_not_seen_before_its_bucket_closes() -> None:
    clock = Clock()
    counter = RateCounter(limit=100, bucket_s=5, clock=clock)
    counter.add(3000)
    clock.now = 4.9
    assert not counter.triggered
    clock.now = 5.0
    assert counter.triggered
    assert counter.average == 3000 / 10  # two buckets: the one of its birth is empty


def test_a_burst_is_forgotten_after_a_minute() -> None:
    clock = Clock()
    counter = RateCounter(limit=1, bucket_s=5, clock=clock)
    counter.add(60)
    clock.now = 60
    assert counter.triggered
    clock.now = 65
    assert counter.average == 0


def test_the_limit_itself_shuts_down_but_is_still_accepted() -> None:
    clock = Clock()
    counter = RateCounter(limit=10, bucket_s=5, clock=clock)
    counter.add(100)
    clock.now = 5
    assert counter.average == 10
    assert counter.triggered
    assert not counter.exceeded


def test_a_batch_fits_up_to_the_limit() -> None:
    counter = RateCounter(limit=100, bucket_s=5, clock=Clock())
    assert counter.has_room(100)
    assert not counter.has_room(101)


def test_a_limit_of_zero_is_no_limit() -> None:
    clock = Clock()
    counter = RateCounter(limit=0, bucket_s=1, clock=clock)
    counter.add(10_000)
    clock.now = 1
    assert not counter.triggered
    assert not counter.exceeded
    assert counter.has_room(10_000)


def test_a_window_takes_its_calls_and_opens_again_after_it_ended() -> None:
    clock = Clock()
    window = CallWindow(calls=5, window_s=30, clock=clock)
    assert [window.take() for _ in range(6)] == [True] * 5 + [False]
    clock.now = 30
    assert not window.take()
    clock.now = 30.1
    assert window.take()
