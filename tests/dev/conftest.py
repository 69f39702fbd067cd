"""A cluster per file for what commits, a transaction that is rolled back, and the fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dev.testing.cluster import Cluster, copy_of
from tests.dev.running_fakes import Fakes, Receiver, receiving, running_fakes


@pytest.fixture(scope="module")
def file_cluster(env: Callable[[str], str]) -> Iterator[Cluster]:
    """A migrated cluster with the demo's companies, shared by the tests of one file."""
    with copy_of(Path(env("NOC_TEST_TEMPLATE"))) as cluster:
        yield cluster


@pytest.fixture
def project(file_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    """The file's cluster as the project that commands work on; gives its URL."""
    monkeypatch.setenv("DATABASE_URL", file_cluster.dsn())
    return file_cluster.dsn()


@pytest.fixture
def db(file_cluster: Cluster) -> Iterator[psycopg.Connection[Any]]:
    """An open transaction on the file's cluster as `postgres`; what it writes is rolled back."""
    with psycopg.connect(file_cluster.dsn()) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
async def fakes(tmp_path: Path) -> AsyncIterator[Fakes]:
    """The fakes on sockets of their own; their clock stands at noon."""
    async with running_fakes(tmp_path) as found:
        yield found


@pytest.fixture
async def receiver(fakes: Fakes) -> AsyncIterator[Receiver]:
    """A receiver of webhooks, set up at the fakes."""
    async with receiving() as found:
        await fakes.post("meta/webhook", {"url": found.url})
        yield found
