"""The engine says what docs/alerts.md says, whatever happens; and a wrong engine would not."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.isolation.mutants import Edit
from tests.db.machine.duel import TARGETS, Disagreement, Duel
from tests.db.machine.engine import Row
from tests.db.machine.mutants import MUTANTS
from tests.scale import scaled

TICKS = 50  # of one seed: 20,000 steps
FULL_SEEDS = 20
SEEDS = Path(__file__).with_name("seeds.txt")
# A handful in `make test`, all of them in `make proof`.
SAMPLE = random.Random(secrets.token_hex(4)).sample(
    sorted(MUTANTS.items()), scaled(len(MUTANTS), least=8)
)


@pytest.fixture
def connection() -> Iterator[psycopg.Connection[Row]]:
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as opened:
        opened.execute("set jit = off")
        yield opened
        opened.rollback()


def known_seeds() -> list[str]:
    lines = (line.split("#", 1)[0].strip() for line in SEEDS.read_text().splitlines())
    return [line for line in lines if line]


def fight(connection: psycopg.Connection[Row], seed: str, ticks: int) -> None:
    """Raises Disagreement; leaves nothing behind."""
    try:
        duel = Duel(connection, seed)
        for _ in range(ticks):
            duel.tick()
    finally:
        connection.rollback()


def test_engine_and_model_agree_on_every_step(connection: psycopg.Connection[Row]) -> None:
    base = os.environ.get("NOC_SEED") or secrets.token_hex(4)
    ticks = scaled(FULL_SEEDS * TICKS, least=20)
    seeds = -(-ticks // TICKS)
    print(f"\nmachine: {seeds} seeds, {ticks * TARGETS} steps, NOC_SEED={base}", flush=True)
    for seed in known_seeds():
        fight(connection, seed, TICKS)
    for number in range(seeds):
        fight(connection, f"{base}-{number}", min(TICKS, ticks - number * TICKS))
    print(f"machine: {ticks * TARGETS} steps, 0 disagreements", flush=True)


@pytest.mark.parametrize(("name", "mutant"), SAMPLE, ids=[name for name, _ in SAMPLE])
def test_a_wrong_machine_is_noticed(
    connection: psycopg.Connection[Row], name: str, mutant: Edit
) -> None:
    mutant.apply(connection)
    # The tables' own constraints may be the first to notice.
    with pytest.raises((Disagreement, psycopg.IntegrityError)):
        fight(connection, f"mutant {name}", TICKS)
