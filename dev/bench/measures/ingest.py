"""Ingest through noc.ingest, 1,000-event JSON batches, against COPY into a bare unlogged table."""

from __future__ import annotations

import statistics
from typing import Final

from dev.bench.bed import Bed
from dev.bench.result import Result, timed

CLIENTS: Final = 4
BATCH: Final = 1000
COPY_ROWS: Final = 200_000


def measure(bed: Bed, rounds: int, batches: int) -> list[Result]:
    """Rows per second of each way as a share of COPY's just before and after it, medians."""
    keys = _prepare(bed)
    script = _script(keys, "clean")
    bad_script = _script(keys, "bad")
    each = max(1, batches // CLIENTS)
    copies: list[float] = []
    shares: dict[str, list[float]] = {"clean": [], "bad": []}
    for _ in range(rounds):
        for name, text in (("clean", script), ("bad", bad_script)):
            bed.as_admin("checkpoint")  # WAL files are used again, as on any server of some age
            before = COPY_ROWS / timed(lambda: _copy(bed))
            rate = BATCH * bed.pgbench(text, CLIENTS, each)
            after = COPY_ROWS / timed(lambda: _copy(bed))
            copies += [before, after]
            shares[name].append(rate / statistics.mean((before, after)))
        bed.db.execute("truncate public.api_usage, noc.batch_pending")
    clean, bad = (statistics.median(shares[name]) for name in ("clean", "bad"))
    note = f"{CLIENTS} clients, COPY {statistics.median(copies):,.0f} rows/s"
    return [
        Result("ingest RPC, clean batch / bare COPY", clean, "ratio", 0.20, 0.35, "higher", note),
        Result("ingest RPC, 1 % bad rows / bare COPY", bad, "ratio", 0.08, None, "higher", note),
    ]


def _prepare(bed: Bed) -> list[str]:
    """Payload tables, the COPY file, and one key per client.

    A batch holds what a log does: calls of some seconds (18 here) in order of time.
    """
    bed.db.execute(
        """
        create unlogged table bench.rows as
        select ts, company_cnpj, service, endpoint, 'POST' as method, status, latency_ms
        from bench.calls(%s, now() - interval '1 hour', interval '1 hour') order by ts
        """,
        (COPY_ROWS,),
    )
    bed.db.execute("create unlogged table bench.bare (like bench.rows)")
    bed.db.execute("create unlogged table bench.payload (kind text, i int, events text)")
    bed.db.execute("alter table bench.payload alter events set storage external")
    for kind, fault in (("clean", "false"), ("bad", "r.n % 100 = 7")):
        bed.db.execute(
            f"""
            insert into bench.payload
            select '{kind}', r.n / {BATCH}, jsonb_agg(jsonb_build_object(
                'timestamp', r.ts, 'service', r.service, 'endpoint', '/recurso', 'method', 'POST',
                'status', case when {fault} then 42 else r.status end, 'latency_ms', r.latency_ms
            ) order by r.n)::text
            from (select *, (row_number() over (order by ts))::int - 1 as n from bench.rows) as r
            group by r.n / {BATCH}
            """
        )
    bed.db.execute("create index on bench.payload (kind, i)")
    copy_to = f"copy bench.rows to '{bed.folder}/rows.tsv'"
    bed.as_admin(copy_to)
    return [
        bed.one(
            "select noc.issue_ingest_key(c.company_cnpj, 'bench', 'api', %s, null, null, false)"
            " ->> 'key' from bench.company as c where c.i = %s",
            ["api", "omie", "f360", "whatsapp", "llm", "banks"],
            i,
        )
        for i in range(1, CLIENTS + 1)
    ]


def _copy(bed: Bed) -> None:
    bed.db.execute("truncate bench.bare")
    bed.as_admin(f"copy bench.bare from '{bed.folder}/rows.tsv'")


def _script(keys: list[str], kind: str) -> str:
    choose = " ".join(f"when {i} then '{key}'" for i, key in enumerate(keys))
    return (
        f"\\set i random(0, {COPY_ROWS // BATCH - 1})\n"
        f"select noc.ingest(case :client_id::int {choose} end, gen_random_uuid(), 'api_usage',"
        f" (select events::jsonb from bench.payload where kind = '{kind}' and i = :i::int),"
        " now());\n"
    )
