"""A cluster per file for what commits, and a transaction on it that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dev.testing.cluster import Cluster, copy_of


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
