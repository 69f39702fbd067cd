"""What the database holds, read once by the owner: the oracle's only input."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

Row = dict[str, Any]

# Private tables that the oracle reasons about; every table of `public` is read as well.
PRIVATE = (
    "memberships",
    "probe_users",
    "services",
    "check_targets",
    "rule_metrics",
    "versions",
    "ingest_keys",
    "worker_heartbeats",
    "engine_state",
    "alert_events",
    "contacts",
    "notifications",
    "breakers",
    "queue_pauses",
    "message_contents",
    "job_handlers",
)
TABLES = """
select c.relname from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not exists (select 1 from pg_catalog.pg_depend as d
        where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
order by c.relname
"""
# The columns that the API role may select, in table order.
GRANTED = """
select array_agg(a.attname order by a.attnum) from pg_catalog.pg_attribute as a
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
    and has_column_privilege('authenticated', a.attrelid, a.attnum, 'select')
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Every row, as the owner reads it past RLS. `at` is the transaction's own clock."""

    at: datetime
    public: dict[str, list[Row]]
    private: dict[str, list[Row]]
    users: dict[Any, str]  # user_id -> email
    signed_in: frozenset[Any]  # users with a session of Auth's

    @property
    def companies(self) -> dict[str, Row]:
        return {row["company_cnpj"]: row for row in self.public["companies"]}

    @property
    def groups(self) -> dict[Any, Row]:
        return {row["group_id"]: row for row in self.public["company_groups"]}

    def note(self, event: Row) -> str | None:
        """A person's words about an alert or a silence; they stand in the trail."""
        entries = (one for one in self.public["noc_audit"] if one["audit_id"] == event["audit_id"])
        payload: dict[str, Any] = (next(entries, None) or {}).get("payload") or {}
        return payload.get("note")

    def parts(self, incident: Row) -> list[Row]:
        """Open alerts that belong to an incident."""
        return [
            row
            for row in self.public["noc_alerts"]
            if row["parent_id"] == incident["alert_id"] and row["state"] != "closed"
        ]


def tables(connection: psycopg.Connection[Row]) -> list[str]:
    """Names of every relation that PostgREST exposes."""
    return [row["relname"] for row in connection.execute(TABLES)]


def granted_columns(connection: psycopg.Connection[Row], table: str) -> list[str]:
    """What `authenticated` may select of a table; empty when nothing."""
    row = connection.execute(GRANTED, (f"public.{table}",)).fetchone()
    assert row is not None
    return row["array_agg"] or []


def read_facts(connection: psycopg.Connection[Row]) -> Facts:
    """The snapshot that this transaction sees."""

    def rows(schema: str, table: str) -> list[Row]:
        query = sql.SQL("select * from {}").format(sql.Identifier(schema, table))
        return connection.execute(query).fetchall()

    clock = connection.execute("select now() as at").fetchone()
    users = connection.execute("select id, email from auth.users").fetchall()
    signed_in = connection.execute("select user_id from auth.sessions").fetchall()
    assert clock is not None
    return Facts(
        at=clock["at"],
        public={table: rows("public", table) for table in tables(connection)},
        private={table: rows("noc", table) for table in PRIVATE},
        users={row["id"]: row["email"] for row in users},
        signed_in=frozenset(row["user_id"] for row in signed_in),
    )
