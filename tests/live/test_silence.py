"""The NOC's own silence is seen: by the badge, by an alert, and by whoever listens outside."""

from __future__ import annotations

import pytest

from tests.live.conftest import Silences
from tests.live.silence import DeadWorker, StoppedSchedule
from tests.live.waiting import took

SEEN_WITHIN_S = 90.0
LATE_S = 5.0  # a look each 250 ms, an answer, and the machine's other work
END_S = 400.0


@pytest.fixture(scope="module")
def schedule(silences: Silences) -> StoppedSchedule:
    return silences.schedule.result(END_S)


@pytest.fixture(scope="module")
def worker(silences: Silences) -> DeadWorker:
    return silences.worker.result(END_S)


def test_a_stopped_schedule_turns_the_badge_grey_after_90_seconds(
    schedule: StoppedSchedule,
) -> None:
    took("from the last tick to NO_DATA", schedule.grey_after_s)
    assert SEEN_WITHIN_S - 1 <= schedule.grey_after_s <= SEEN_WITHIN_S + LATE_S


def test_the_dead_man_calls_end_once_the_ticks_are_a_minute_old(
    schedule: StoppedSchedule,
) -> None:
    took("from the last tick to the last call", schedule.last_call_s)
    assert schedule.last_call_s <= 60 + LATE_S
    assert schedule.silent_for_s > 60


def test_badge_and_calls_return_with_the_schedule(schedule: StoppedSchedule) -> None:
    took("from the restart to UP and the next call", schedule.back_after_s)
    assert schedule.back_after_s <= SEEN_WITHIN_S


def test_a_killed_worker_is_an_alert_within_90_seconds(worker: DeadWorker) -> None:
    took("from kill -9 to worker_silent", worker.alert_after_s)
    assert 50 <= worker.alert_after_s <= SEEN_WITHIN_S
    assert (worker.target, worker.severity) == ("service:worker:health", "critical")


def test_the_watchdog_names_the_killed_worker(worker: DeadWorker) -> None:
    assert worker.watchdog_saw == ["health_silent"]


def test_without_the_prober_a_member_is_shown_no_data_and_never_green(worker: DeadWorker) -> None:
    assert worker.badge_between == "NO_DATA"


def test_the_alert_of_a_killed_worker_closes_when_it_runs_again(worker: DeadWorker) -> None:
    took("from kill -9 to the alert's end", worker.closed_after_s)
    assert worker.closed_after_s > worker.alert_after_s
