"""A cluster per file for what commits, a transaction that is rolled back, and the fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dev.fakes.app import make_app
from dev.testing.cluster import Cluster, copy_of
from tests.dev.running_fakes import (
    SETTINGS,
    Fakes,
    Receiver,
    fresh_fakes,
    receiving,
    serving,
)


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


@pytest.fixture(scope="module")
def fakes_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The fakes on sockets of their own, shared by the tests of one file."""
    folder = tmp_path_factory.mktemp("fakes")
    with serving(make_app(folder / "scenario.json", SETTINGS)) as url:
        yield url


@pytest.fixture
async def fakes(fakes_url: str) -> AsyncIterator[Fakes]:
    """The file's fakes as at their start; their clock stands at noon."""
    async with fresh_fakes(fakes_url) as found:
        yield found


@pytest.fixture(scope="module")
def module_receiver() -> Iterator[Receiver]:
    """A receiver of webhooks on a port of its own, shared by the tests of one file."""
    with receiving() as found:
        yield found


@pytest.fixture
async def receiver(fakes: Fakes, module_receiver: Receiver) -> Receiver:
    """The file's receiver, empty, and set up at the fakes."""
    module_receiver.clear()
    await fakes.post("meta/webhook", {"url": module_receiver.url})
    return module_receiver
