"""A scratch database with the platform's realtime schema, keys, and stand-ins on it.

Needs NOC_TEST_DB_URL: superuser connection string of a running cluster with wal_level = logical
and the platform's roles. The database and everything in it is this session's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from dev.realtime.testing.database import scratch_databases
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn, StartServer, stand_in

# No waiting, no limits: for what is not about delays and limits.
QUICK = {
    "REFUSAL_DELAY_MS": 30,
    "CONNECT_REFUSAL_DELAY_MS": 30,
    "MAX_EVENTS_PER_SECOND": 0,
    "MAX_JOINS_PER_SECOND": 0,
    "COLD_START": 0,
    "RECOVERY_GAP_S": 0.3,
}


@pytest.fixture(scope="session")
def cluster_url() -> str:
    url = os.environ.get("NOC_TEST_DB_URL")
    assert url, "NOC_TEST_DB_URL is missing: superuser DSN of a cluster with the platform's roles"
    return url


@pytest.fixture(scope="session")
def create_database(cluster_url: str) -> Iterator[Callable[[], str]]:
    with scratch_databases(cluster_url) as create:
        yield create


@pytest.fixture(scope="session")
def db_url(create_database: Callable[[], str]) -> str:
    return create_database()


@pytest.fixture
def db(db_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(db_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def keys() -> SigningKeys:
    return SigningKeys()


@pytest.fixture(scope="session")
def jwks(keys: SigningKeys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys.write_jwks(tmp_path_factory.mktemp("keys") / "jwks.json")


@pytest.fixture(scope="session")
def anon(keys: SigningKeys) -> str:
    """What the gateway makes of the publishable key."""
    return keys.token("anon", lives_s=3600)


@pytest.fixture(scope="session")
def quick(db_url: str, jwks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """One server for every test that changes nothing about it."""
    log = tmp_path_factory.mktemp("quick") / "log"
    with stand_in(db_url, jwks, log, QUICK) as server:
        server.wait_until_streaming()
        yield server


@pytest.fixture
def start(db_url: str, jwks: Path, tmp_path: Path) -> Iterator[StartServer]:
    """Start a server of one's own; options override the quick ones."""
    with ExitStack() as stack:

        def start_server(url: str = db_url, **options: object) -> StandIn:
            wanted = {**QUICK, **options}
            server = stack.enter_context(stand_in(url, jwks, tmp_path / "server.log", wanted))
            if not wanted["COLD_START"]:
                server.wait_until_streaming()
            return server

        yield start_server
