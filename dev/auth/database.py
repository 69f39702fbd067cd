"""The pool of connections as supabase_auth_admin."""

from typing import Any

import psycopg
from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Connection = AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connection]

# A request waits this long for the database before it fails: a restart takes less.
WAIT_S = 10.0


def lost_connection(error: psycopg.Error) -> bool:
    """Whether a restart of the server broke a request off, so that it may be asked again."""
    if isinstance(error, errors.AdminShutdown | errors.CrashShutdown):
        return True
    broken = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return broken and not isinstance(error, PoolTimeout)


def make_pool(database_url: str) -> Pool:
    """Build a pool, not opened, that tests a connection before lending it."""
    return AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=6,
        open=False,
        timeout=WAIT_S,
        reconnect_timeout=WAIT_S,
        check=AsyncConnectionPool.check_connection,
        kwargs={"application_name": "dev.auth", "connect_timeout": 5},
    )
