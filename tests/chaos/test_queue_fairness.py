"""One company's long queue does not keep the others waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from dev.testing.cluster import Cluster
from tests.chaos.queue_load import begin, claim, companies, fill, settle
from tests.scale import scaled

CROWD: Final = scaled(100_000, least=4000)
OTHERS: Final = scaled(60, least=6)
LIMIT: Final = timedelta(seconds=2)
TURN: Final = timedelta(milliseconds=100)
DELAYS: Final = """
    select t.begun_at - q.created_at
    from public.queue_whatsapp as q inner join noc.message_attempts as t using (message_id)
    where q.company_cnpj = %s
"""


def turn(db: psycopg.Connection[Any], at: datetime) -> int:
    """What a worker does once, at that time; gives how many it sent."""
    leases = [lease for lease in claim(db, 16, at=at) if begin(db, lease, at)]
    for lease in leases:
        settle(db, lease, at)
    return len(leases)


def test_a_crowd_of_one_company_delays_another_by_two_seconds_at_most(
    own_cluster: Cluster,
) -> None:
    """By the queue's clock, a turn each 100 ms; what a turn itself takes is for `make bench`."""
    sent = 0
    with psycopg.connect(own_cluster.dsn(), autocommit=True) as db:
        crowded, other = companies(db)[:2]
        at = datetime.now(UTC)
        fill(db, crowded, "crowd", CROWD, at)
        for number in range(OTHERS):
            fill(db, other, f"other{number}-", 1, at)
            for _ in range(5):
                sent += turn(db, at)
                at += TURN
        while (begun := db.execute(DELAYS, (other,)).fetchall()) and len(begun) < OTHERS:
            sent += turn(db, at)
            at += TURN
            assert at < datetime.now(UTC) + timedelta(hours=1), "some never begin"
    longest = max(row[0] for row in begun)
    print(
        f"\nfairness: {CROWD} messages, {len(begun)} others, {sent} sent;"
        f" another's began after at most {longest.total_seconds():.3f} s"
    )
    assert longest <= LIMIT
    assert sent > OTHERS * 2, "the crowd is sent too"
