"""What happens to a trail as a whole: many writers at once, a dump of it put back."""

from __future__ import annotations

import secrets
import subprocess
import threading
from pathlib import Path
from random import Random

import psycopg

from dev.testing.cluster import Cluster
from dev.verify_audit import sources
from tests.db.audit.trails import anchor, by_database, by_script, grow
from tests.db.conftest import A1
from tests.scale import scaled

WRITERS = 16
TABLES = ("public.noc_audit", "noc.audit_heads", "noc.audit_anchors")


def write_some(dsn: str, dice: Random, transactions: int, committed: list[int]) -> None:
    """Transactions of up to three entries of one chain; one in five is taken back."""
    done = 0
    with psycopg.connect(dsn) as db:
        for _ in range(transactions):
            entries, company = dice.randint(1, 3), dice.choice((A1, A1, A1, None))
            for _ in range(entries):
                db.execute("select noc.record_audit('x', 'y', %s, '{}')", (company,))
            if dice.random() < 0.2:
                db.rollback()
            else:
                db.commit()
                done += entries
    committed.append(done)


def test_writers_of_one_chain_leave_no_gap_between_them(own_cluster: Cluster) -> None:
    seed, committed = secrets.token_hex(4), list[int]()
    print(f"\nseed {seed}")
    with psycopg.connect(own_cluster.dsn("supabase_admin")) as db:
        before = len(sources.read(db).entries)
    writers = [
        threading.Thread(
            target=write_some,
            args=(own_cluster.dsn(), Random(f"{seed}-{i}"), scaled(500, least=20), committed),
        )
        for i in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with psycopg.connect(own_cluster.dsn("supabase_admin")) as db:
        trail = sources.read(db)
        assert (by_database(db), by_script(trail)) == (set(), set())
    assert len(committed) == WRITERS
    assert len(trail.entries) == before + sum(committed)
    places = [entry.seq for entry in trail.entries if entry.chain == A1]
    assert places == list(range(1, len(places) + 1))
    print(f"audit writers: {sum(committed)} entries, {WRITERS} writers, 0 gaps")


def test_an_old_dump_put_back_is_found_by_the_anchor_kept_outside(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    seed = secrets.token_hex(4)
    print(f"\nseed {seed}")
    dice, dump = Random(seed), tmp_path / "yesterday.sql"
    superuser = own_cluster.dsn("supabase_admin")
    with psycopg.connect(superuser) as db:
        grow(db, dice, 40)
        yesterday, entries = anchor(db), len(sources.read(db).entries)
    tables = [f"--table={table}" for table in TABLES]
    subprocess.run(
        ["pg_dump", "--data-only", f"--file={dump}", *tables, superuser], check=True, timeout=60
    )
    with psycopg.connect(superuser) as db:
        grow(db, dice, 20)
        today = anchor(db)

    put_back = dump.with_name("put_back.sql")
    put_back.write_text(
        "set session_replication_role = replica;\n"
        f"truncate {', '.join(TABLES)};\n{dump.read_text()}"
    )
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(put_back), superuser],
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )
    with psycopg.connect(superuser) as db:
        trail = sources.read(db)
        assert len(trail.entries) == entries
        assert (by_database(db), by_script(trail, yesterday)) == (set(), set())
    assert {why for _, _, why in by_script(trail, today)} == {"anchor"}
