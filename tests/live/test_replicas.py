"""Several copies of a worker at once, some of them killed: nothing is told or probed twice."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

import pytest

from tests.live.instance import INTERVAL_S, Live
from tests.live.replicas import COPIES, NOTIFIERS, SLOW_S, alone
from tests.live.sending import leases_run_out
from tests.live.telling import OPEN, Post
from tests.live.test_notifier_kills import (
    ALERT,
    MESSAGES,
    PEOPLE_OF,
    UNPLANNED,
    mails_are_whole,
    telephones_rang_once,
)
from tests.live.waiting import wait_until
from tests.scale import scale

PEOPLE: Final = 30
NUMBER: Final = 500  # of them: others than those of the kills
LOOKS: Final = 2 if scale() >= 1 else 1  # intervals before the kill, and twice as many after it
ALIVE: Final = """
    select count(*) from noc.worker_heartbeats
    where worker = %s and received_at > clock_timestamp() - interval '15 seconds'
"""
BUSY: Final = "select count(*) from noc.notifications where state in ('leased', 'sending')"
SENDERS: Final = "select count(distinct worker) from noc.notification_attempts"
PROBERS: Final = """
    select count(*) from noc.worker_heartbeats
    where worker = 'health' and (status ->> 'settled')::int > 0
"""
# The shortest time between two probes of one service, once it was judged.
SHORTEST: Final = """
    select min(extract(epoch from h.checked_at - h.before)) from (
        select checked_at, lag(checked_at) over (
            partition by service_name, company_cnpj order by checked_at
        ) as before
        from public.service_health where outcome = 'good' and checked_at > %s
    ) as h
"""


@pytest.fixture(scope="module")
def many(copied: Live) -> Live:
    """Three notifiers and two probers, all of them well."""
    alone(copied, *NOTIFIERS)
    for worker, count in COPIES.items():
        wait_until(f"{count} of {worker}", partial(all_alive, copied, worker, count))
    return copied


def all_alive(live: Live, worker: str, count: int) -> bool:
    return bool(live.value(ALIVE, worker) == count)


def test_no_message_is_told_twice_though_one_of_three_notifiers_is_killed(many: Live) -> None:
    many.rows(PEOPLE_OF, NUMBER, NUMBER, PEOPLE)
    many.rows(ALERT)
    while many.value(UNPLANNED):
        many.rows("select noc.tick(clock_timestamp())")
    wait_until("messages are on their way", lambda: many.value(BUSY) > 0)
    time.sleep(SLOW_S / 2)
    killed = many.pid("notify-1")
    many.kill("notify-1")
    leases_run_out(many, f"%:{killed}")
    wait_until("every message has ended", lambda: many.value(OPEN) == 0)
    rows = many.rows(MESSAGES)
    assert len(rows) == PEOPLE * 2
    repeats = mails_are_whole(rows, Post(many))
    unknown = telephones_rang_once(rows, Post(many))
    assert many.value(SENDERS) > 1, "one copy did it all"
    print(f"replicas: {len(rows)} messages, 0 doubled, {repeats} repeats, {unknown} unknown")


def test_no_service_is_probed_twice_in_its_interval_though_one_of_two_probers_is_killed(
    many: Live,
) -> None:
    wait_until("both probe", lambda: many.value(PROBERS) == COPIES["health"])
    began = many.now()
    time.sleep(LOOKS * INTERVAL_S)
    many.kill("health-1")
    time.sleep(2 * LOOKS * INTERVAL_S)
    shortest = many.value(SHORTEST, began)
    assert shortest is not None
    assert float(shortest) >= INTERVAL_S - 0.5
    print(f"replicas: shortest time between two probes of one service {float(shortest):.2f} s")
