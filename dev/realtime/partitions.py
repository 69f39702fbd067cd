"""Daily partitions of realtime.messages, as the real server's janitor keeps them."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
from psycopg import sql

KEEP_DAYS = 3
AHEAD_DAYS = 3
EVERY_S = 4 * 3600

PARTITIONS = """
select child.relname
from pg_catalog.pg_inherits
inner join pg_catalog.pg_class as child on child.oid = inhrelid
where inhparent = 'realtime.messages'::regclass
"""
OWNER = sql.Identifier("supabase_realtime_admin")


async def maintain(connection: psycopg.AsyncConnection, today: date) -> None:
    """Create the partitions from yesterday to three days ahead; drop those older than 72 h.

    Commits. Raises `psycopg.Error`.
    """
    cursor = await connection.execute(PARTITIONS)
    present = {str(row[0]) for row in await cursor.fetchall()}
    wanted = {_name(day): day for day in _days(today)}
    for name, day in wanted.items():
        if name not in present:
            await _create(connection, name, day)
    oldest = _name(today - timedelta(days=KEEP_DAYS))
    for name in sorted(present):
        if name.startswith("messages_") and name < oldest:
            await connection.execute(sql.SQL("drop table {}").format(_qualified(name)))
    await connection.commit()


async def _create(connection: psycopg.AsyncConnection, name: str, day: date) -> None:
    table = _qualified(name)
    bounds = (sql.Literal(day.isoformat()), sql.Literal((day + timedelta(days=1)).isoformat()))
    create = "create table {} partition of realtime.messages for values from ({}) to ({})"
    await connection.execute(sql.SQL(create).format(table, *bounds))
    await connection.execute(sql.SQL("alter table {} owner to {}").format(table, OWNER))
    grant = "grant all on table {} to postgres, dashboard_user"
    await connection.execute(sql.SQL(grant).format(table))


def _days(today: date) -> list[date]:
    return [today + timedelta(days=offset) for offset in range(-1, AHEAD_DAYS + 1)]


def _name(day: date) -> str:
    return f"messages_{day:%Y_%m_%d}"


def _qualified(name: str) -> sql.Identifier:
    return sql.Identifier("realtime", name)
