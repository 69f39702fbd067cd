"""Trails to attack, and what both verifiers say of them."""

from __future__ import annotations

from random import Random
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from dev.verify_audit import sources
from dev.verify_audit.chain import Entry, Mark, verify
from dev.verify_audit.sources import Trail
from tests.db.conftest import A1, A2

Connection = psycopg.Connection[Any]

COMPANIES: Final = (A1, A2, None)
PAYLOADS: Final[tuple[object, ...]] = (
    {},
    123456,  # a number whose tail is a number too
    "João da Silva",
    {"reason": "saiu", "name": "Ótica", "cpf": "123.456.789-09"},
    {"b": [1, 2.50, None], "a": {"é": True}},
)


def grow(db: Connection, dice: Random, entries: int) -> None:
    """Appends to random chains, as the functions of the NOC do."""
    for _ in range(entries):
        db.execute(
            "select noc.record_audit(%s, %s, %s, %s)",
            (
                dice.choice(("save_company", "grant_member", "refused")),
                f"member:{dice.randrange(10**6)}",
                dice.choice(COMPANIES),
                Jsonb(dice.choice(PAYLOADS)),
            ),
        )


def redact_some(db: Connection, dice: Random, admin: object, count: int) -> int:
    """Redacts random entries through the RPC's own function; gives how many."""
    db.execute("select set_config('request.jwt.claim.sub', %s, true)", (str(admin),))
    rows = db.execute("select audit_id from public.noc_audit where payload is not null").fetchall()
    chosen = dice.sample([row[0] for row in rows], min(count, len(rows)))
    for audit_id in chosen:
        db.execute("select noc.redact_audit(%s, 'LGPD')", (audit_id,))
    db.execute("select set_config('request.jwt.claim.sub', '', true)")
    return len(chosen)


def anchor(db: Connection) -> list[Mark]:
    """Takes an anchor; gives what is mailed out."""
    row = db.execute("select noc.anchor_audit(clock_timestamp())").fetchone()
    assert row is not None
    return [
        Mark(head["chain"], head["seq"], bytes.fromhex(head["hash"])) for head in row[0]["heads"]
    ]


def chain_of(db: Connection, chain: str) -> list[Entry]:
    """A chain's entries in order."""
    return [entry for entry in sources.read(db).entries if entry.chain == chain]


def by_database(db: Connection) -> set[tuple[str, int, str]]:
    """Faults of every chain that anything speaks of, as the database's own verifier sees them."""
    rows = db.execute(
        """
        select f.* from noc.audit_faults(array(
            select chain from public.noc_audit union select chain from noc.audit_heads
            union select chain from noc.audit_anchors
        )) as f
        """
    ).fetchall()
    return set(rows)


def by_script(trail: Trail, told: list[Mark] | None = None) -> set[tuple[str, int, str]]:
    """The same, as the script sees them; `told`: anchors kept outside."""
    reports = verify(trail.entries, trail.heads, [*trail.anchors, *(told or [])])
    return {(one.chain, fault.seq, fault.why) for one in reports for fault in one.faults}
