"""Several copies of a worker at once, some of them killed: nothing is told or probed twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from dev.stack.service import Service
from tests.live.instance import INTERVAL_S, Live, each_worker_alone, running
from tests.live.telling import OPEN, Post
from tests.live.test_notifier_kills import (
    ALERT,
    MESSAGES,
    PEOPLE_OF,
    QUIET,
    SLOW_S,
    UNPLANNED,
    mails_are_whole,
    telephones_rang_once,
)
from tests.live.waiting import wait_until

COPIES: Final = {"notify": 3, "health": 2}
PEOPLE: Final = 30
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


def copies(services: list[Service]) -> list[Service]:
    """The workers of COPIES so many times, each with a folder of its own."""
    alone = each_worker_alone(services)
    kept = [one for one in alone if one.name not in (*COPIES, "collect", "watch")]
    for one in alone:
        for number in range(1, COPIES.get(one.name, 0) + 1):
            spool = f"{one.env['NOC_SPOOL_DIR']}-{number}"
            kept.append(
                replace(one, name=f"{one.name}-{number}", env={**one.env, "NOC_SPOOL_DIR": spool})
            )
    return kept


@pytest.fixture(scope="module")
def many(template: Path) -> Iterator[Live]:
    """Three notifiers and two probers, slow providers, and nobody who is told of anything else."""
    with running(template, "replicas", copies) as started:
        started.rows(QUIET)
        post = Post(started)
        post.order("mail/script", {"always": {"stage": "data", "hang_s": SLOW_S}})
        post.order("meta/script", {"always": {"hang_s": SLOW_S}})
        for worker, count in COPIES.items():
            wait_until(f"{count} of {worker}", partial(all_alive, started, worker, count))
        yield started


def all_alive(live: Live, worker: str, count: int) -> bool:
    return bool(live.value(ALIVE, worker) == count)


def test_no_message_is_told_twice_though_one_of_three_notifiers_is_killed(many: Live) -> None:
    many.rows(PEOPLE_OF, 0, 0, PEOPLE)
    many.rows(ALERT)
    while many.value(UNPLANNED):
        many.rows("select noc.tick(clock_timestamp())")
    wait_until("messages are on their way", lambda: many.value(BUSY) > 0)
    time.sleep(SLOW_S / 2)
    many.kill("notify-1")
    wait_until("every message has ended", lambda: many.value(OPEN) == 0)
    rows = many.rows(MESSAGES)
    assert len(rows) == PEOPLE * 2
    repeats = mails_are_whole(rows, Post(many))
    unknown = telephones_rang_once(rows, Post(many))
    assert many.value(SENDERS) == COPIES["notify"]
    print(f"replicas: {len(rows)} messages, 0 doubled, {repeats} repeats, {unknown} unknown")


def test_no_service_is_probed_twice_in_its_interval_though_one_of_two_probers_is_killed(
    many: Live,
) -> None:
    wait_until("both probe", lambda: many.value(PROBERS) == COPIES["health"])
    began = many.now()
    time.sleep(2 * INTERVAL_S)
    many.kill("health-1")
    time.sleep(4 * INTERVAL_S)
    shortest = many.value(SHORTEST, began)
    assert shortest is not None
    assert float(shortest) >= INTERVAL_S - 0.5
    print(f"replicas: shortest time between two probes of one service {float(shortest):.2f} s")
