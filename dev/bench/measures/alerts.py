"""Rules over many cells, most of them good, some of them firing; and a month's backtest."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from typing import Final

from dev.bench.bed import Bed
from dev.bench.result import Result, timed

TICK: Final = timedelta(seconds=10)
TICKS: Final = 6  # a minute's: in one of them every open alert is noted as seen
WINDOW: Final = timedelta(minutes=5)
SCAN: Final = (
    "select count(*), max(p95_ms), sum(errors) from public.metrics_agg"
    " where \"window\" = '1m' and level = 'service' and bucket > %s"
)


def measure(bed: Bed, rounds: int) -> list[Result]:
    """The steady tick and the backtest."""
    return [*_steady(bed, rounds), *_backtest(bed, rounds)]


def _backtest(bed: Bed, rounds: int) -> list[Result]:
    """Milliseconds of a backtest of 30 days of one company with ten services."""
    at = datetime.now(UTC).replace(second=0, microsecond=0)
    bed.empty()
    with bed.db.transaction(force_rollback=True):
        for statement in (_SERVICES, _PARTITIONS, _MONTH):
            bed.db.execute(statement, {"at": at})
        bed.db.execute("analyze public.metrics_agg")
        query = (
            "select (select count(*) from noc.backtest(r, c.company_cnpj, now() - interval '30 d',"
            " now())) from public.noc_rules as r, (select min(company_cnpj) as company_cnpj"
            " from public.metrics_agg) as c where r.code = 'p95_latency'"
        )
        bed.db.execute("set local work_mem = '64MB'")
        opened = bed.one(query)
        taken = [timed(lambda: bed.one(query)) for _ in range(rounds)]
    ms = statistics.median(taken) * 1e3
    note = f"27 d of five minutes and 3 d of minutes, {opened} alerts"
    return [Result("backtest, 30 d x 10 services", ms, "ms", 2000, 500, "lower", note)]


def _steady(bed: Bed, rounds: int) -> list[Result]:
    """Evaluation of ten rules on 25,000 cells as a multiple of a scan of what it reads."""
    at = datetime.now(UTC).replace(second=0, microsecond=0)
    bed.empty()
    bed.db.execute("set max_parallel_workers_per_gather = 0")
    # Committed, as in life: a row of the running transaction has all its references checked anew.
    for statement in (_SERVICES, _COMPANIES, _CELLS, _RULES):
        bed.db.execute(statement, {"at": at})
    bed.db.execute("vacuum analyze public.metrics_agg, public.noc_rules, public.companies")
    _evaluate(bed, at)
    bed.db.execute("update noc.rule_states set warning_since = %s", (at - WINDOW,))
    while _evaluate(bed, at + TICK)["opened"]:
        pass  # a rule opens at most 500 at a time
    bed.db.execute("vacuum analyze noc.rule_states, public.noc_alerts")
    opened = bed.one("select count(*) from public.noc_alerts where state <> 'closed'")
    scans: list[float] = []
    ticks: list[float] = []
    for _ in range(rounds):
        with bed.db.transaction(force_rollback=True):
            for tick in range(TICKS):
                scans.append(timed(lambda: bed.one(SCAN, at - WINDOW)))
                moment = at + (tick + 2) * TICK
                ticks.append(timed(lambda moment=moment: _evaluate(bed, moment)))  # type: ignore[misc]
    for statement in _CLEAN:
        bed.db.execute(statement)
    scan, steady = statistics.median(scans), statistics.median(_means(ticks))
    note = f"{opened:,} alerts open; scan {scan * 1e3:.1f} ms, evaluation {steady * 1e3:.0f} ms"
    return [
        Result("10 rules on 25 k cells, steady / scan", steady / scan, "x", 24, 8, "lower", note)
    ]


def _evaluate(bed: Bed, at: datetime) -> dict[str, int]:
    counts: dict[str, int] = bed.one("select noc.evaluate_family('traffic', %s)", at)
    return counts


def _means(ticks: list[float]) -> list[float]:
    """The mean tick of each round."""
    return [statistics.mean(ticks[n : n + TICKS]) for n in range(0, len(ticks), TICKS)]


# 500 companies x 50 services x the window's 5 minutes. Of 100 cells 6 are slow and 6 fail.
_SERVICES: Final = """
insert into noc.services select 'bench:' || s, 'app', false, null from generate_series(1, 50) as s
"""
_COMPANIES: Final = """
insert into public.companies (company_cnpj, name)
select b.base || noc.cnpj_check_digits(b.base), 'Alertas'
from (select lpad((80000000 + i * 7919)::text, 12, '0') as base
    from generate_series(1, 500) as i) as b
"""
_CELLS: Final = """
insert into public.metrics_agg ("window", level, company_cnpj, bucket, service, count, errors,
    errors_4xx, latency_sum_ms, latency_max_ms, sketch, p50_ms, p95_ms)
select '1m', 'service', c.company_cnpj, %(at)s - m * interval '1 minute', 'bench:' || c.service,
    60, case when c.kind < 6 then 5 else 1 end, 2, 12000, c.worst,
    (select array_agg(noc.sketch_entry(250 + 2 * n, 2)) from generate_series(1, 28) as n)
    || noc.sketch_entry(noc.sketch_key(c.worst), 4), 200, case when m > 0 then c.worst end
from (
    select k.company_cnpj, s as service, n.kind,
        case when n.kind between 6 and 11 then 1500 else 700 end as worst
    from (select company_cnpj, row_number() over () as i from public.companies
        where name = 'Alertas') as k
    cross join generate_series(1, 50) as s
    cross join lateral (select (k.i * 37 + s * 11) %% 100 as kind) as n
) as c
cross join generate_series(0, 4) as m
order by m, c.company_cnpj
"""
# Each of the two general traffic rules, and four more of its kind with limits nearby.
_RULES: Final = """
insert into public.noc_rules (code, metric, scope_kind, comparator, degraded_threshold,
    down_threshold)
select 'bench_' || n || '_' || r.code, r.metric, r.scope_kind, r.comparator,
    r.degraded_threshold * (1 + n * 0.001), r.down_threshold
from public.noc_rules as r cross join generate_series(1, 4) as n
where r.code in ('p95_latency', 'error_rate')
"""
_CLEAN: Final = (
    "truncate public.metrics_agg, noc.rule_states, public.noc_alerts cascade",
    "delete from noc.rule_versions as v using public.noc_rules as r"
    " where r.rule_id = v.rule_id and r.code like 'bench%'",
    "delete from public.noc_rules where code like 'bench%'",
    "truncate noc.touched",
    "delete from public.companies where name = 'Alertas'",
    "delete from noc.services where service_name like 'bench:%'",
    "reset max_parallel_workers_per_gather",
)
_PARTITIONS: Final = """
select noc.make_partition(
    p.parent, p.step, noc.partition_start(p.step, %(at)s) - n * p.step, p.storage
)
from noc.partitioned_tables as p cross join generate_series(1, 5) as n
where p.parent = 'noc.metrics_agg_5m'::regclass
"""
# Ten services whose p95 wanders about 500 ms, and is far above the limits for an hour a week.
_MONTH: Final = """
insert into public.metrics_agg ("window", level, company_cnpj, bucket, service, count, errors,
    errors_4xx, latency_sum_ms, latency_max_ms, sketch, p50_ms, p95_ms)
select w.name, 'service', (select min(company_cnpj) from public.companies), b,
    'bench:' || s, 60, 1, 2, 12000, 2 * c.p95,
    (select array_agg(noc.sketch_entry(250 + n, 2)) from generate_series(1, 28) as n)
    || noc.sketch_entry(noc.sketch_key(c.p95), 4), 200, c.p95
from (values
    ('1m', interval '1 minute', interval '3 days', interval '0'),
    ('5m', interval '5 minutes', interval '30 days', interval '2 days')
) as w (name, step, since, until)
cross join lateral generate_series(
    date_bin(w.step, %(at)s - w.since, '2000-01-01 00:00+00'), %(at)s - w.until, w.step
) as b
cross join generate_series(1, 10) as s
cross join lateral (
    select (500 * exp(0.5 * (random() + random() + random() - 1.5))
        * case when extract(epoch from b)::bigint / 3600 %% 168 = s * 13 then 4 else 1 end)::integer
    as p95
) as c
where exists (
    select from noc.partition_bounds(format('noc.metrics_agg_%%s', w.name)::regclass) as p
    where b >= p.lower_bound and b < p.upper_bound
)
"""
