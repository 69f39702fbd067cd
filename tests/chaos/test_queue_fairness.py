"""One company's long queue does not keep the others waiting."""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg

from dev.testing.cluster import Cluster
from tests.chaos.queue_load import begin, claim, companies, fill, settle
from tests.scale import scaled

CROWD: Final = scaled(100_000, least=4000)
OTHERS: Final = scaled(60, least=6)
LIMIT_S: Final = 2.0
DELAYS: Final = """
    select extract(epoch from t.begun_at - q.created_at)::float
    from public.queue_whatsapp as q inner join noc.message_attempts as t using (message_id)
    where q.company_cnpj = %s
"""


def turn(db: psycopg.Connection[Any]) -> int:
    """What a worker does once; gives how many it sent."""
    leases = [lease for lease in claim(db, 16) if begin(db, lease)]
    for lease in leases:
        settle(db, lease)
    return len(leases)


def test_a_crowd_of_one_company_delays_another_by_two_seconds_at_most(
    own_cluster: Cluster,
) -> None:
    with psycopg.connect(own_cluster.dsn(), autocommit=True) as db:
        crowded, other = companies(db)[:2]
        fill(db, crowded, "crowd", CROWD)
        sent, longest = 0, 0.0
        delays: list[float] = []
        for number in range(OTHERS):
            fill(db, other, f"other{number}-", 1)
            until = time.monotonic() + 0.5
            while time.monotonic() < until or len(delays) <= number:
                began = time.monotonic()
                sent += turn(db)
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.05)
                delays = sorted(row[0] for row in db.execute(DELAYS, (other,)))
                assert time.monotonic() < until + LIMIT_S, "it does not begin in time"
    print(
        f"\n{CROWD} messages of one company: {len(delays)} of another began after at most"
        f" {max(delays):.3f} s; {sent} sent, longest turn {longest:.3f} s"
    )
    assert len(delays) == OTHERS
    assert delays[-1] <= LIMIT_S
    assert sent > OTHERS * 2, "the crowd is sent too"
