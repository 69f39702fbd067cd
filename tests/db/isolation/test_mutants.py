"""The differential test notices every wrong version of the rules that we could think of."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.isolation.differ import Difference, Scene, make_scene
from tests.db.isolation.facts import Row
from tests.db.isolation.mutants import MUTANTS, Mutant
from tests.scale import scaled

WORLDS = 6  # a mutant that none of these notices has survived
# All of them in `make proof`; a fresh handful in `make test`.
SEED = random.randrange(2**32)
TRIED: dict[str, Mutant] = dict(
    random.Random(SEED).sample(sorted(MUTANTS.items()), scaled(len(MUTANTS), least=12))
)


@pytest.fixture(scope="module")
def superuser() -> Iterator[psycopg.Connection[Row]]:
    """As supabase_admin: mutants change policies on realtime.messages too."""
    with psycopg.connect(os.environ["NOC_TEST_DB_URL"], row_factory=dict_row) as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield opened
        opened.rollback()


@pytest.fixture(scope="module")
def survivors(superuser: psycopg.Connection[Row]) -> set[str]:
    """Names of the mutants that no world noticed. The worlds are the same in every run."""
    print(f"seed {SEED}")
    alive = dict(TRIED)
    for number in range(WORLDS):
        scene = make_scene(superuser, f"mutants-{number}")
        alive = {name: mutant for name, mutant in alive.items() if not noticed(scene, mutant)}
        superuser.rollback()
        if not alive:
            break
    return set(alive)


def noticed(scene: Scene, mutant: Mutant) -> bool:
    """Whether the interviews differ once the mutant is in force; it is gone afterwards."""
    scene.connection.execute("savepoint mutant")
    try:
        mutant.apply(scene.connection)
        scene.random.seed(scene.seed)
        scene.interview("")
    except Difference:
        return True
    finally:
        scene.connection.execute("rollback to savepoint mutant")
    return False


@pytest.mark.parametrize("name", TRIED)
def test_a_wrong_rule_is_noticed(name: str, survivors: set[str]) -> None:
    assert name not in survivors
