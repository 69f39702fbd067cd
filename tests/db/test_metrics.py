"""Facts -> summary: levels, windows, percentiles, late rows; every bucket against raw."""

from __future__ import annotations

import math
import os
import random
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.db.conftest import A1, A2, B1, Database, call, ingest, ingest_key
from tests.db.recompute import differences

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def _empty(db: Database) -> None:
    db.run("delete from noc.batch_pending")
    db.run("delete from public.api_usage")
    db.run("delete from public.metrics_agg")


def rows(db: Database, level: str, window: str = "1m") -> list[dict[str, Any]]:
    return db.all(
        'select * from public.metrics_agg where level = %s and "window" = %s order by bucket',
        level,
        window,
    )


def test_every_level_and_window_counts_every_call_once(db: Database, at: datetime) -> None:
    ingest(db, ingest_key(db, A1, "omie"), [call(at, 100), call(at, 200, 503)], at)
    ingest(db, ingest_key(db, B1, "omie"), [call(at, 300, 404)], at)
    ingest(db, ingest_key(db, None), [call(at, 5, 0)], at)
    db.run("select noc.roll_up(%s)", at)
    db.run("select noc.close_windows(%s)", at + timedelta(hours=1))
    for window in ("1m", "5m", "1h"):
        for level in ("cell", "service", "company", "endpoint", "global"):
            assert sum(r["count"] for r in rows(db, level, window)) == 4, (window, level)
    total = rows(db, "global")[0]
    assert (total["errors"], total["errors_4xx"]) == (2, 1)
    assert (total["error_rate"], total["error_rate_4xx"]) == (0.5, 0.25)
    assert (total["latency_sum_ms"], total["latency_max_ms"]) == (605, 300)


def test_no_answer_counts_as_an_error_and_4xx_does_not(db: Database, at: datetime) -> None:
    statuses = (0, 399, 400, 499, 500, 599)
    ingest(db, ingest_key(db), [call(at, 10, status) for status in statuses], at)
    db.run("select noc.roll_up(%s)", at)
    total = rows(db, "global")[0]
    assert (total["errors"], total["errors_4xx"]) == (3, 2)


def test_the_platforms_own_traffic_has_no_company(db: Database, at: datetime) -> None:
    ingest(db, ingest_key(db, None), [call(at)], at)
    db.run("select noc.roll_up(%s)", at)
    assert [r["company_cnpj"] for r in rows(db, "company")] == [None]


def test_a_closed_bucket_has_percentiles_and_an_open_one_not_yet(
    db: Database, at: datetime
) -> None:
    ingest(db, ingest_key(db), [call(at, 100)], at)
    db.run("select noc.roll_up(%s)", at)
    db.run("select noc.finalise(%s)", at + timedelta(seconds=59))
    assert rows(db, "global")[0]["p95_ms"] is None
    db.run("select noc.finalise(%s)", at + timedelta(seconds=60))
    assert rows(db, "global")[0]["p95_ms"] == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(("window", "minutes"), [("5m", 5), ("30m", 30), ("1h", 60), ("6h", 360)])
def test_a_coarse_bucket_exists_once_it_has_closed(
    db: Database, at: datetime, window: str, minutes: int
) -> None:
    key, ends = ingest_key(db), at + timedelta(minutes=minutes)
    for second in (0, minutes * 60 - 1):
        moment = at + timedelta(seconds=second)
        ingest(db, key, [call(moment, 100)], moment)
    db.run("select noc.tick(%s)", ends - timedelta(microseconds=1))
    assert rows(db, "global", window) == []
    db.run("select noc.tick(%s)", ends)
    (row,) = rows(db, "global", window)
    assert (row["bucket"], row["count"]) == (at, 2)
    assert row["p95_ms"] == pytest.approx(100, rel=0.01)


def test_an_hour_that_is_half_closed_is_read_whole(db: Database, at: datetime) -> None:
    """Its closed five minutes, the closed minute after them and the open one.

    Each with the percentile that it has; none of them is the hour's.
    """
    key = ingest_key(db)
    for minute in (0, 5, 6):
        moment = at + timedelta(minutes=minute)
        ingest(db, key, [call(moment, 100)], moment)
    db.run("select noc.tick(%s)", at + timedelta(minutes=6))
    query = (
        "select bucket, count, p95_ms is not null as told"
        " from noc.metric_rows('1h', 'global', null, null, %s, %s, %s) order by told"
    )
    of_the_hour = db.all(query, at, at + timedelta(hours=1), True)
    assert [tuple(row.values()) for row in of_the_hour] == [(at, 1, False)] * 3
    of_the_parts = db.all(query, at, at + timedelta(hours=1), False)
    assert [tuple(row.values()) for row in of_the_parts] == [
        (at, 1, False),
        (at, 1, True),
        (at, 1, True),
    ]


def test_a_late_row_reopens_its_bucket_until_the_next_tick(db: Database, at: datetime) -> None:
    key, later = ingest_key(db), at + timedelta(hours=2)
    ingest(db, key, [call(at, 100)], at)
    db.run("select noc.tick(%s)", later)
    ingest(db, key, [call(at, 9000)], later)
    db.run("select noc.roll_up(%s)", later)
    for window in ("1m", "5m", "1h"):
        assert [row["p95_ms"] for row in rows(db, "global", window)] == [None]
    db.run("select noc.finalise(%s)", later)
    for window in ("1m", "5m", "1h"):
        (row,) = rows(db, "global", window)
        assert (row["count"], row["p95_ms"]) == (2, pytest.approx(9000, rel=0.01))


def test_a_second_roll_up_changes_nothing(db: Database, at: datetime) -> None:
    ingest(db, ingest_key(db), [call(at)], at)
    db.run("select noc.roll_up(%s)", at)
    before = db.all("select * from public.metrics_agg order by 1, 2, 3, 4, 5, 6")
    assert db.one("select noc.roll_up(%s)", at)["rows"] == 0
    assert db.all("select * from public.metrics_agg order by 1, 2, 3, 4, 5, 6") == before


def test_random_traffic_equals_a_recompute_from_raw(db: Database, at: datetime) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    keys = [ingest_key(db, company, "omie", "llm") for company in (A1, A2, B1)]
    for _ in range(25):
        events = [
            call(
                at - timedelta(seconds=dice.uniform(0, 47 * 3600)),
                dice.lognormvariate(5, 1.5),
                dice.choice([200, 200, 404, 500, 0]),
                endpoint=f"/e{dice.randrange(5)}",
                service=dice.choice(["omie", "llm"]),
            )
            for _ in range(dice.randrange(1, 60))
        ]
        ingest(db, dice.choice(keys), events, at)
        if dice.random() < 0.4:
            db.run("select noc.roll_up(%s, %s)", at, dice.randrange(1, 5))
            db.run("select noc.close_windows(%s)", at - timedelta(hours=dice.uniform(0, 47)))
            db.run("select noc.finalise(%s)", at)
    for closed_to in (at, at + timedelta(hours=1)):
        db.run("select noc.roll_up(%s)", closed_to)
        db.run("select noc.close_windows(%s)", closed_to)
        db.run("select noc.finalise(%s)", closed_to)
        assert differences(db.connection) == {"extra": 0, "missing": 0, "different": 0}
    assert db.one("select count(*) from public.metrics_agg where \"window\" = '1h'") > 0
    assert not db.all(
        "select * from public.metrics_agg as m where array[m.p50_ms, m.p95_ms]"
        " is distinct from noc.sketch_quantiles(m.sketch, '{0.5,0.95}')"
    )


def test_a_span_holds_each_of_its_calls_once_wherever_it_begins(db: Database, at: datetime) -> None:
    """Its tiles of six hours, an hour, five minutes and one leave no gap and do not overlap."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    now = at + timedelta(seconds=dice.uniform(0, 6 * 3600))
    key = ingest_key(db, A1)
    ages = [dice.uniform(0, 47 * 3600) for _ in range(900)]
    for first in range(0, len(ages), 300):
        calls = [call(now - timedelta(seconds=age)) for age in ages[first : first + 300]]
        ingest(db, key, calls, now)
    db.run("select noc.tick(%s)", now)
    last = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for _ in range(30):
        ends = last - timedelta(minutes=dice.choice([0, 0, dice.randrange(600)]))
        mark = ends.replace(minute=ends.minute // 5 * 5)
        starts = mark - timedelta(minutes=5 * dice.randrange(13, 12 * 30))
        counted = db.one(
            "select coalesce(sum(r.count), 0) from noc.span_rows("
            "row(false, array[%s], null, '24h', '5m', null, null)::noc.read_scope, %s, %s) as r",
            A1, starts, ends,
        )  # fmt: skip
        assert counted == db.one(
            'select count(*) from public.api_usage where "timestamp" >= %s and "timestamp" < %s',
            starts, ends,
        )  # fmt: skip
    used = db.one("select count(*) from public.metrics_agg where \"window\" = '6h'")
    assert used > 0


def test_a_day_is_read_from_few_rows(db: Database, at: datetime) -> None:
    """Three quarters of it are six-hour rows: what the figure costs is the rows it merges."""
    key = ingest_key(db, A1)
    minutes = range(0, 24 * 60, 5)
    calls = [call(at - timedelta(minutes=minute)) for minute in minutes]
    ingest(db, key, calls, at)
    db.run("select noc.tick(%s)", at + timedelta(minutes=1))
    found = db.one(
        "select count(*) from noc.span_rows("
        "row(false, array[%s], null, '24h', '5m', null, null)::noc.read_scope, %s, %s)",
        A1, at - timedelta(hours=23), at,
    )  # fmt: skip
    assert found <= 3 + 5


def test_a_batch_stored_in_parts_counts_once(db: Database, at: datetime) -> None:
    """Its parts hold calls of the same instants, so each part's span covers the others'."""
    events: list[dict[str, Any]] = [call(at, n) for n in range(1, 101)]
    events[40]["status"] = "ok"
    answer = ingest(db, ingest_key(db), events, at)
    assert answer["accepted"] == 99
    assert db.one("select count(*) from noc.batch_pending") > 1
    for now in (at, at + timedelta(hours=1)):
        db.run("select noc.tick(%s)", now)
        assert differences(db.connection) == {"extra": 0, "missing": 0, "different": 0}


def test_a_counted_batch_between_two_pending_ones_is_not_counted_again(
    db: Database, at: datetime
) -> None:
    key = ingest_key(db)
    for latency_ms in (10, 20, 30):
        ingest(db, key, [call(at, latency_ms)], at)
    db.run(
        "delete from noc.batch_pending where ledger_id = (select batch_id from public.api_usage"
        " where latency_ms = 20)"
    )
    db.run("select noc.roll_up(%s)", at)
    total = rows(db, "global")[0]
    assert (total["count"], total["latency_sum_ms"]) == (2, 40)


def test_a_leaf_under_vacuum_does_not_hold_up_the_roll_up(db: Database, at: datetime) -> None:
    leaf = db.one(
        "select leaf::text from noc.partition_bounds('public.api_usage')"
        " where %s >= lower_bound and %s < upper_bound", at, at
    )  # fmt: skip
    with psycopg.connect(os.environ["DATABASE_URL"]) as vacuum:
        vacuum.execute(f"lock table {leaf} in share update exclusive mode")
        db.run("set local lock_timeout = '1s'")
        ingest(db, ingest_key(db), [call(at)], at)
        db.run("select noc.roll_up(%s)", at)
    assert rows(db, "global")[0]["count"] == 1


def test_a_service_of_everything_is_merged_from_its_endpoints(db: Database, at: datetime) -> None:
    """Even for an admin who has no company yet, whose only scope is '*'."""
    slow = [call(at, 900, endpoint="/slow") for _ in range(99)]
    ingest(db, ingest_key(db), [call(at, 10, endpoint="/quick"), *slow], at)
    db.run("select noc.tick(%s)", at + timedelta(minutes=1))
    (p95,) = db.all(
        "select p95_ms from noc.series_points(row(true, array['*'], 'api', '1h', '1m', %s::"
        "timestamptz, %s::timestamptz)::noc.read_scope, %s) where count is not null",
        at,
        at + timedelta(minutes=1),
        at,
    )
    assert p95["p95_ms"] == pytest.approx(900, rel=0.01)


@pytest.mark.parametrize("n", [1, 2, 3, 19, 20, 21, 100, 999])
def test_quantiles_are_within_one_percent_of_percentile_disc(db: Database, n: int) -> None:
    dice = random.Random(n)
    values = sorted(max(1, round(dice.lognormvariate(6, 2))) for _ in range(n))
    sketch = db.one(
        "select array_agg(noc.sketch_key(v) << 40 | 1) from unnest(%s::integer[]) as v", values
    )
    found = db.one("select noc.sketch_quantiles(%s, '{0.5,0.95,0.99}')", sketch)
    for q, value in zip((0.5, 0.95, 0.99), found, strict=True):
        exact = values[max(math.ceil(q * n), 1) - 1]
        assert abs(value - exact) <= 0.0101 * exact


def test_merging_does_not_depend_on_the_order(db: Database) -> None:
    dice = random.Random(5)
    parts = [
        [dice.randrange(400) << 40 | 1 for _ in range(dice.randrange(1, 40))] for _ in range(9)
    ]
    results = set()
    for _ in range(5):
        dice.shuffle(parts)
        merged = parts[0]
        for part in parts[1:]:
            merged = db.one("select noc.sketch_add(%s::bigint[], %s::bigint[])", merged, part)
        results.add(tuple(sorted(db.one("select noc.sketch_compact(%s::bigint[])", merged))))
    assert len(results) == 1


def test_an_empty_sketch_has_no_quantile(db: Database) -> None:
    assert db.one("select noc.sketch_quantiles('{}', '{0.5}')") is None
