"""What every suite may use: the instance under test, named by the environment.

`make test` starts one and fills the environment; a single test runs the same way:
`python -m dev.testing --only "pytest db" -- -k a_word_of_its_name`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dev.testing.cluster import Cluster, copy_of


@pytest.fixture(scope="session")
def env() -> Callable[[str], str]:
    """Read a variable of the instance under test."""

    def read(name: str) -> str:
        value = os.environ.get(name)
        assert value, f"{name} is not set: run this through `python -m dev.testing --only pytest`"
        return value

    return read


@pytest.fixture
def admin_db(env: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    """The shared cluster as its superuser; what a test writes is rolled back."""
    with psycopg.connect(env("NOC_TEST_DB_URL")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def own_cluster(env: Callable[[str], str]) -> Iterator[Cluster]:
    """A migrated cluster of the test's own, running: for what commits, crashes or schedules."""
    with copy_of(Path(env("NOC_TEST_TEMPLATE"))) as cluster:
        yield cluster
