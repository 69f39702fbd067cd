"""Two stories that take minutes and are told beside the other tests, each on a small instance:
the schedule stops, and a worker dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dev.stack.service import Service
from tests.live.deadman import Listener, listening
from tests.live.instance import Arrange, Live, each_worker_alone, running
from tests.live.person import Person
from tests.live.waiting import wait_until
from workers.model import WORKERS

KEPT: Final = ("rest", "gateway", "auth", *WORKERS)
PROBED: Final = ["supabase:postgres", "supabase:rest", "supabase:auth"]
PING_EVERY_S: Final = 60.0
MISSED_S: Final = PING_EVERY_S + 15.0

UNSCHEDULE: Final = "select cron.unschedule(jobid) from cron.job where jobname = 'noc.tick'"
# A job that was begun goes on to the end of its minute.
END_JOB: Final = """
    select pg_terminate_backend(a.pid) from pg_stat_activity as a
    where a.query like '%noc.tick(clock_timestamp())%' and a.pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class StoppedSchedule:
    """Seconds, all counted from the last tick but `back_after_s`, which is from the restart."""

    grey_after_s: float
    last_call_s: float
    silent_for_s: float
    back_after_s: float


@dataclass(frozen=True, slots=True)
class DeadWorker:
    """Seconds from the kill; `badge_between` is what a member without the alert is shown."""

    alert_after_s: float
    target: str
    severity: str
    watchdog_saw: list[str]
    badge_between: str
    closed_after_s: float


def stopped_schedule(template: Path) -> StoppedSchedule:
    """Takes noc.tick off the schedule, waits for everybody to notice, puts it back."""
    with listening() as listener, running(template, "schedule", _small(listener)) as live:
        _settle(live)
        member = live.person("cliente")
        wait_until("the badge is UP", _badge_is(member, "UP"))
        wait_until("a call has just come", lambda: listener.silent_s() < 1.0)
        live.rows(UNSCHEDULE)
        live.rows(END_JOB)
        age_s = float(live.value("select extract(epoch from clock_timestamp() - noc.tick_at())"))
        last_tick = time.monotonic() - age_s
        wait_until("the badge is NO_DATA", _badge_is(member, "NO_DATA"), 150)
        grey_after_s = time.monotonic() - last_tick
        silent_for_s = wait_until(
            "a call is missing", lambda: listener.silent_s() * (listener.silent_s() > MISSED_S), 150
        )
        last_call_s = listener.calls[-1] - last_tick
        known, restarted = len(listener.calls), time.monotonic()
        live.switch_schedule_on()
        wait_until("the badge is UP again", _badge_is(member, "UP"))
        wait_until("the calls come again", lambda: len(listener.calls) > known)
        return StoppedSchedule(
            grey_after_s, last_call_s, silent_for_s, time.monotonic() - restarted
        )


def dead_worker(template: Path) -> DeadWorker:
    """Kills the prober, waits for the alert, starts it again."""
    with listening() as listener, running(template, "worker", _small(listener)) as live:
        _settle(live)
        admin, member = live.person("admin"), live.person("cliente")
        killed = time.monotonic()
        live.kill("health")
        (alert,) = wait_until("worker_silent opens", lambda: admin.alerts("worker_silent"), 150)
        alert_after_s = time.monotonic() - killed
        badge = member.badge()
        faults = wait_until("the watchdog names it", lambda: _faults(live), 60)
        live.repair("health")
        wait_until("worker_silent closes", lambda: not admin.alerts("worker_silent"))
        return DeadWorker(
            alert_after_s,
            str(alert["target"]),
            str(alert["severity"]),
            faults,
            badge,
            time.monotonic() - killed,
        )


def _small(listener: Listener) -> Arrange:
    """The parts that these stories need, with the watchdog told whom to call."""

    def arrange(services: list[Service]) -> list[Service]:
        kept = [one for one in each_worker_alone(services) if one.name in KEPT]
        return [replace(one, env={**one.env, "NOC_DEADMAN_URL": listener.url}) for one in kept]

    return arrange


def _settle(live: Live) -> None:
    live.rows("update noc.check_targets set enabled = service_name = any(%s)", PROBED)
    query = """
        select bool_and(t.status = 'UP') is true and noc.tick_at() is not null
            and (select count(*) from noc.worker_heartbeats) = %s
        from noc.check_targets as t where t.enabled
    """
    wait_until("a small instance is well", lambda: live.value(query, len(WORKERS)))


def _faults(live: Live) -> list[str]:
    found: list[str] = live.value(
        """
        select array(select jsonb_array_elements_text(h.status -> 'faults'))
        from noc.worker_heartbeats as h where h.worker = 'watch'
        """
    )
    return found


def _badge_is(person: Person, status: str) -> Callable[[], bool]:
    return lambda: person.badge() == status
