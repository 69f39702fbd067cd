"""Nobody changes the trail unseen: random tamperings by a superuser, and what anchors add."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import psycopg
import pytest

from dev.verify_audit import sources
from dev.verify_audit.chain import Entry
from tests.db.audit.tampering import (
    CONSTRAINTS,
    TAMPERINGS,
    drop,
    forged,
    put,
    rechain,
    set_head,
)
from tests.db.audit.trails import (
    COMPANIES,
    Connection,
    anchor,
    by_database,
    by_script,
    chain_of,
    grow,
    redact_some,
)
from tests.scale import scaled

FULL = 6000  # tamperings of `make proof`
REWRITES = 300
PER_TRAIL = 60  # tamperings of one trail, each taken back
CHAINS = [company or "*" for company in COMPANIES]


@pytest.fixture
def superuser() -> Iterator[Connection]:
    """Everything that it does is taken back."""
    with psycopg.connect(os.environ["NOC_TEST_DB_URL"]) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def dice() -> Random:
    seed = secrets.token_hex(4)
    print(f"\nseed {seed}", flush=True)
    return Random(seed)


def admin_of(db: Connection) -> object:
    row = db.execute(
        "select user_id from noc.memberships where role = 'admin' and revoked_at is null"
    ).fetchone()
    assert row is not None
    return row[0]


def make_trail(db: Connection, dice: Random) -> int:
    """A trail with redactions and two anchors; gives the number of redactions."""
    grow(db, dice, dice.randint(20, 35))
    anchor(db)
    redacted = redact_some(db, dice, admin_of(db), dice.randint(0, 6))
    grow(db, dice, dice.randint(10, 20))
    anchor(db)
    return redacted


def disarm(db: Connection) -> None:
    """What a superuser does first: no trigger fires, no constraint holds."""
    db.execute("set local session_replication_role = replica")
    db.execute(CONSTRAINTS)


def rewrite_history(db: Connection, dice: Random, chain: list[Entry]) -> None:
    """Changes one entry, or takes it out; everything after it, and the head, fits again.

    Not a redaction's: the entry that it redacted would lack its word.
    """
    places = [i for i, entry in enumerate(chain) if i and entry.action != "redact_audit"]
    place = dice.choice(places)
    changed, after = [forged(dice, chain[place])], chain[place + 1 :]
    drop(db, *chain[place:])
    if dice.random() < 0.5:
        changed, after = [], [replace(entry, seq=entry.seq - 1) for entry in after]
    lies = rechain([*changed, *after], chain[place - 1].hash)
    for entry in lies:
        put(db, entry)
    set_head(db, [chain[place - 1], *lies][-1])


def test_every_tampering_is_found_by_both_verifiers_and_no_redaction_is(
    superuser: Connection, dice: Random
) -> None:
    wanted = scaled(FULL, least=3 * len(TAMPERINGS))
    tried: Counter[str] = Counter()
    redactions = 0
    while tried.total() < wanted:
        redactions += make_trail(superuser, dice)
        assert (by_database(superuser), by_script(sources.read(superuser))) == (set(), set())
        disarm(superuser)
        sound = sources.read(superuser)
        for _ in range(min(PER_TRAIL, wanted - tried.total())):
            tampering = TAMPERINGS[tried.total() % len(TAMPERINGS)]
            chain = chain_of(superuser, dice.choice(CHAINS))
            superuser.execute("savepoint sound")
            tampering(superuser, dice, chain)
            found = sources.read(superuser)
            assert found != sound, f"{tampering.__name__} changed nothing"
            faults = by_script(found)
            assert faults, f"the script missed {tampering.__name__} in {chain[0].chain}"
            assert by_database(superuser) == faults, tampering.__name__
            superuser.execute("rollback to savepoint sound")
            tried[tampering.__name__] += 1
        superuser.rollback()
    print(f"audit: {tried.total()} tamperings, 0 missed, {redactions} redactions, 0 alarms")
    assert len(tried) == len(TAMPERINGS)


def test_a_chain_rewritten_with_fitting_hashes_is_found_by_the_anchor_kept_outside(
    superuser: Connection, dice: Random
) -> None:
    rounds = scaled(REWRITES, least=5)
    for _ in range(rounds):
        make_trail(superuser, dice)
        told = anchor(superuser)
        disarm(superuser)
        chain = chain_of(superuser, dice.choice(CHAINS))
        rewrite_history(superuser, dice, chain)
        superuser.execute("delete from noc.audit_anchors")
        found = sources.read(superuser)
        assert (by_database(superuser), by_script(found)) == (set(), set())
        assert {why for _, _, why in by_script(found, told)} == {"anchor"}
        superuser.rollback()
    print(f"audit: {rounds} rewrites, 0 missed")
