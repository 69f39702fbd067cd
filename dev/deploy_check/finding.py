"""What one check says, and the two ways in which checks ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

Database = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` says what was found and, when it is not `ok`, what to do."""

    name: str
    ok: bool
    detail: str


# The instant is the database's own clock, passed in.
Check = Callable[[Database, datetime], Finding]


def one(db: Database, query: str, *args: object) -> Any:
    """First column of the first row; null without rows."""
    row = db.execute(query, args).fetchone()
    return row[0] if row else None


def names(db: Database, query: str, *args: object) -> list[str]:
    """First column of every row."""
    return [str(row[0]) for row in db.execute(query, args).fetchall()]


def none_of(name: str, found: list[str], good: str, bad: str) -> Finding:
    """A check that holds when nothing was found; the first few are named otherwise."""
    if not found:
        return Finding(name, True, good)
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return Finding(name, False, f"{bad}: {', '.join(found[:5])}{more}")
