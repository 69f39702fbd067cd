"""The project that a command works on: the database that DATABASE_URL names."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from dotenv import dotenv_values
from psycopg.conninfo import conninfo_to_dict

from dev.stack import postgres
from dev.stack.instance import dev_instance
from dev.stack.paths import ROOT

NAME: Final = "DATABASE_URL"
CONNECT_TIMEOUT_S: Final = 10


class ProjectError(Exception):
    """The command cannot do what was asked. The message is one clear sentence for a person."""


def database_url(env: Mapping[str, str] = os.environ) -> str:
    """The environment's, else the one in .env, else that of the local stack."""
    named = env.get(NAME) or dotenv_values(ROOT / ".env").get(NAME)
    return named or postgres.dsn(dev_instance(), "postgres")


def place_of(url: str) -> str:
    """Host and database of a URL, without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ProjectError(f"{NAME}: is not a connection URL.") from error
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """One connection; commits at the end, rolls back when the body raises.

    Raises `ProjectError` when the database cannot be reached, or refuses with one of the NOC's
    own errors (PT4xx), whose message names the field.
    """
    place = place_of(url)
    try:
        # Behind a transaction pooler a prepared statement may meet another server process.
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, prepare_threshold=None) as db:
            yield db
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName) as error:
        raise ProjectError(
            f"the database at {place} lacks the NOC's migrations; apply them first "
            "(`make up`, or `supabase db push --remote`)."
        ) from error
    except psycopg.OperationalError as error:
        raise ProjectError(f"no connection to {place}: {_reason(error)}.") from error
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith("PT"):
            raise ProjectError(f"{error.diag.message_primary}.") from error
        raise


def _reason(error: psycopg.OperationalError) -> str:
    """What the server or the system said, in one line."""
    lines = str(error).strip().splitlines() or ["no reason given"]
    said = lines[0].rpartition("failed: ")[2]
    return f"{said}; is it up (`make up`)?" if "refused" in said else said
