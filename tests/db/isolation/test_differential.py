"""What every caller gets from every surface, in random worlds, equals the oracle's answer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.isolation.alert_work import WORK
from tests.db.isolation.differ import Tally, explore
from tests.db.isolation.facts import Row, tables
from tests.db.isolation.surfaces import (
    FILTERED,
    PER_ALERT,
    PER_COMPANY,
    PLAIN,
    read_rpcs,
)
from tests.db.isolation.tables import READS
from tests.scale import scaled

FULL = 60  # worlds of `make proof`, about 4,000 checks each
MOST_MORE = 10  # worlds on top, until every surface was met on both sides
SEEDS = Path(__file__).with_name("seeds.txt")


def known_seeds() -> list[str]:
    lines = (line.split("#", 1)[0].strip() for line in SEEDS.read_text().splitlines())
    return [line for line in lines if line]


@pytest.fixture
def connection() -> Iterator[psycopg.Connection[Row]]:
    """One snapshot for a whole world, so that nobody else's commit looks like a leak."""
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield opened
        opened.rollback()


def test_every_surface_has_an_oracle(connection: psycopg.Connection[Row]) -> None:
    assert set(tables(connection)) == set(READS), "a table without a line in tables.py"
    oracles = {*FILTERED, *PLAIN, *PER_ALERT, *PER_COMPANY}
    assert read_rpcs(connection) == oracles, "a read without an oracle"


def test_worlds_that_once_failed_and_random_ones_are_isolated(
    connection: psycopg.Connection[Row],
) -> None:
    base = os.environ.get("NOC_SEED") or secrets.token_hex(4)
    known = known_seeds()
    more = max(1, scaled(FULL) - len(known))
    print(f"\nisolation: {len(known) + more} worlds, NOC_SEED={base}", flush=True)
    total, explored = Tally(), 0
    for seed in (*known, *(f"{base}-{number}" for number in range(more + MOST_MORE))):
        if explored >= len(known) + more and not one_sided(total):
            break
        total.add(explore(connection, seed))
        explored += 1
    print(f"isolation: {total.checks} checks, 0 differences", flush=True)
    assert total.checks > 500 * explored
    assert not one_sided(total), f"never both withheld and given in {explored} worlds"


def one_sided(tally: Tally) -> list[str]:
    """Surfaces that only ever said no, or only yes: an oracle of those would prove nothing."""
    surfaces = (*READS, *FILTERED, *PER_ALERT, *PER_COMPANY, WORK, "topic")
    return [s for s in surfaces if not (tally.met[s, False] and tally.met[s, True])]
