"""What the page asks of a full day: percentiles, heatmap, a group, and the price of RLS.

The day ends a quarter to an hour, and is asked for then: what an open hour costs hangs on what of
it has closed, so that the minute of the run would decide. Half of the minutes cost less.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from dev.bench.bed import Bed
from dev.bench.result import Result, interleaved, timed

GROUP: Final = UUID("bbbbbbbb-0000-4000-8000-000000000001")
CHUNK: Final = 100_000
DAY: Final = timedelta(hours=24)
QUARTER_TO: Final = timedelta(minutes=45)
CLOCK: Final = """
    create or replace function bench.at() returns timestamptz language sql immutable as
    $$ select timestamptz '{}' $$
"""
# Most of the time that the price of RLS may take at a size where one query takes seconds.
RLS_SECONDS: Final = 120
FIGURES: Final = (
    "select f.* from noc.read_scope_of(null, null, null, '24h', bench.at()) as s,"
    " noc.span_figures(s, s.starts, s.ends) as f"
)
CELLS: Final = (
    "select count(c.p95_ms), sum(c.count)"
    " from noc.read_scope_of(null, null, null, '24h', bench.at(), '1h') as s,"
    " noc.heatmap_cells(s) as c"
)
HEATMAP: Final = "select noc.heatmap(null, null, null, '24h', bench.at())"
# Work that no data of ours changes: tells a slower machine from a slower read.
YARDSTICK: Final = "select sum(n % 7) from generate_series(1, 30000) as n"


def measure(bed: Bed, rounds: int, rows: int) -> list[Result]:
    """Reads at a quarter of `rows` and at all of them."""
    users = _users(bed)
    _fill(bed, rows // 4)
    _, small = _global_ms(bed, users["admin"], rounds)
    _fill(bed, rows)
    global_ms, large = _global_ms(bed, users["admin"], rounds)
    note = f"{rows / 1e6:g} M rows in 24 h, {COMPANY_NOTE}, a quarter to the hour"
    return [
        Result("24 h global p95", global_ms, "ms", 5, 1, "lower", note),
        Result("24 h global p95, all / a quarter", large / small, "x", 1.3, None, "lower", note),
        *_naive(bed, users["admin"], rounds),
        *_scoped(bed, users, rounds),
        *_row_security(bed, users, rounds),
    ]  # fmt: skip


COMPANY_NOTE: Final = "200 companies x 50 endpoints"


def _fill(bed: Bed, rows: int) -> None:
    """`rows` calls over 24 hours and nothing else, rolled up as the day went by."""
    bed.empty()
    ends = _quarter_to(datetime.now(UTC))
    bed.db.execute(CLOCK.format(ends.isoformat()), prepare=False)
    starts = ends - DAY
    chunks = math.ceil(rows / CHUNK)
    for number in range(chunks):
        begins, ends = (starts + (number + n) * DAY / chunks for n in (0, 1))
        bed.one("select bench.load(%s, %s, %s)", rows // chunks, begins, ends - begins)
        for step in ("roll_up", "close_windows", "finalise"):
            bed.one(f"select noc.{step}(%s)", ends)
    bed.db.execute("vacuum (analyze) public.metrics_agg")


def _quarter_to(at: datetime) -> datetime:
    """The last time that it was a quarter to an hour."""
    return (at - QUARTER_TO).replace(minute=0, second=0, microsecond=0) + QUARTER_TO


def _users(bed: Bed) -> dict[str, UUID]:
    """An admin, a franqueado of 50 companies and a cliente of one."""
    busy = bed.one("select company_cnpj from bench.company where i = 3")
    users = {"admin": uuid4(), "franqueado": uuid4(), "cliente": uuid4()}
    for role, user_id in users.items():
        bed.db.execute(
            "insert into auth.users (id, email, aud, role, created_at, updated_at)"
            " values (%s, %s, 'authenticated', 'authenticated', now(), now())",
            (user_id, f"{user_id}@noc.bench"),
        )
        bed.db.execute(
            "insert into noc.memberships (user_id, role, company_cnpj, group_id)"
            " values (%s, %s, %s, %s)",
            (
                user_id,
                role,
                busy if role == "cliente" else None,
                GROUP if role == "franqueado" else None,
            ),
        )
    return users


def _acting(bed: Bed, user_id: UUID) -> None:
    bed.db.execute("reset role")
    bed.db.execute(
        "select set_config('request.jwt.claims', %s, false)", (json.dumps({"sub": str(user_id)}),)
    )


def _global_ms(bed: Bed, admin: UUID, rounds: int) -> tuple[float, float]:
    """Milliseconds, and the multiple of the yardstick that was taken next to each."""
    _acting(bed, admin)
    pairs = _rounds_ms(bed, rounds, [FIGURES, YARDSTICK])
    return (
        statistics.median(taken for taken, _ in pairs),
        statistics.median(taken / yardstick for taken, yardstick in pairs),
    )


def _rounds_ms(bed: Bed, rounds: int, queries: Sequence[str]) -> list[tuple[float, ...]]:
    """The server's own times, in turns: a client's round trip would be a tenth of them."""
    return [
        tuple(float(bed.one("select bench.ms(%s)", query)) for query in queries)
        for _ in range(rounds * 10)
    ]


def _naive(bed: Bed, admin: UUID, rounds: int) -> list[Result]:
    """The peers on the raw rows: percentile_cont, and the tdigest extension where installed."""
    _acting(bed, admin)
    peers: dict[str, str] = {
        "percentile_cont on raw rows": "percentile_cont(0.95) within group (order by latency_ms)"
    }
    if bed.one("select count(*) from pg_available_extensions where name = 'tdigest'"):
        bed.as_admin("create extension if not exists tdigest with schema extensions")
        peers["tdigest(100) on raw rows"] = "extensions.tdigest_percentile(latency_ms, 100, 0.95)"
    results = []
    for name, expression in peers.items():
        query = (
            f"select {expression} from public.api_usage"
            " where \"timestamp\" > bench.at() - interval '24 hours'"
        )
        (seconds,) = interleaved(max(1, rounds // 3), [lambda q=query: bed.one(q)])  # type: ignore[misc]
        results.append(Result(f"peer: {name}", seconds * 1e3, "ms"))
    return results


def _scoped(bed: Bed, users: dict[str, UUID], rounds: int) -> list[Result]:
    _acting(bed, users["cliente"])
    taken = _rounds_ms(bed, rounds, [CELLS, HEATMAP])
    cells, heatmap = (statistics.median(times) for times in zip(*taken, strict=True))
    _acting(bed, users["franqueado"])
    group = statistics.median(ms for (ms,) in _rounds_ms(bed, rounds, [FIGURES]))
    return [
        Result("heatmap 24 x 50 of one company", cells, "ms", 5, None, "lower",
               f"its cells; sorted and as JSON for the page {heatmap:.1f} ms"),
        Result("group of 50 companies, p95 24 h", group, "ms", 60),
    ]  # fmt: skip


def _row_security(bed: Bed, users: dict[str, UUID], rounds: int) -> list[Result]:
    """The same aggregate over metrics_agg: filtered by hand as owner, and by RLS as the user.

    Serial, and the hand's companies come as a value that the planner does not know beforehand, as
    a policy's do: what is compared is the policy's price. A list written into the query tells the
    planner its length and shares, which no policy can; what that is worth is said beside it.
    """
    results = []
    begins = bed.one("select bench.at()") - DAY
    bed.db.execute("set max_parallel_workers_per_gather = 0")
    for role, name in (("cliente", "1 company"), ("franqueado", "50 companies")):
        _acting(bed, users[role])
        scopes = bed.one("select noc.visible_scopes()")
        query = (
            "select sum(count), max(latency_max_ms) from public.metrics_agg where \"window\" = '1m'"
            f" and level = 'cell' and bucket > timestamptz '{begins}'"
        )

        def explicit(query: str = query, scopes: object = scopes) -> None:
            bed.db.execute("reset role")
            bed.one(query + " and company_cnpj = any((select %s::text[])::text[])", scopes)

        def secured(query: str = query) -> None:
            bed.db.execute("set role authenticated")
            bed.one(query)

        def written(query: str = query, scopes: object = scopes) -> None:
            bed.db.execute("reset role")
            bed.one(query + " and company_cnpj = any(%s)", scopes)

        turns = min(rounds * 5, max(rounds, int(RLS_SECONDS / 3 / timed(explicit))))
        by_hand, by_policy, by_list = interleaved(turns, [explicit, secured, written])
        bed.db.execute("reset role")
        note = (
            f"{by_policy * 1e3:.1f} ms against {by_hand * 1e3:.1f} ms; "
            f"companies written into the query: {by_list * 1e3:.1f} ms"
        )
        results.append(
            Result(f"RLS / explicit filter, {name}", by_policy / by_hand, "x", 1.1, None, "lower",
                   note)
        )  # fmt: skip
    bed.db.execute("reset max_parallel_workers_per_gather")
    return results
