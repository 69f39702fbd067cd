"""Partitions: made ahead, dropped whole by their upper bound, and never before they were read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.db.conftest import Database, call, ingest, ingest_key

pytestmark = pytest.mark.usefixtures("world")

DAY = timedelta(days=1)
KEPT = 7 * DAY


@pytest.fixture(autouse=True)
def _settled(db: Database, at: datetime) -> None:
    db.run("delete from noc.batch_pending")
    db.run("select noc.close_windows(%s)", at + 30 * DAY)


def days(db: Database) -> list[datetime]:
    rows = db.all(
        "select lower_bound as day from noc.partition_bounds('public.api_usage') order by 1"
    )
    return [row["day"] for row in rows]


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0)


def test_days_are_made_from_two_back_to_three_ahead(db: Database, at: datetime) -> None:
    later = at + 20 * DAY
    db.run("select noc.maintain_partitions(%s)", later)
    made = [day for day in days(db) if day >= midnight(later) - 2 * DAY]
    assert made == [midnight(later) + n * DAY for n in range(-2, 4)]


def test_there_is_no_default_partition(db: Database) -> None:
    assert not db.all(
        "select c.relname from pg_class as c join pg_inherits as i on i.inhrelid = c.oid"
        " where pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' and c.relkind in ('r', 'p')"
    )


def test_a_day_goes_when_its_last_instant_is_past_its_keep(db: Database, at: datetime) -> None:
    ends = midnight(at) + DAY
    db.run("select noc.maintain_partitions(%s)", ends + KEPT - timedelta(microseconds=1))
    assert midnight(at) in days(db)
    db.run("select noc.maintain_partitions(%s)", ends + KEPT)
    assert midnight(at) not in days(db)


def test_no_day_goes_while_its_calls_were_not_counted(db: Database, at: datetime) -> None:
    ingest(db, ingest_key(db), [call(at)], at)
    db.run("select noc.maintain_partitions(%s)", at + 10 * DAY)
    assert midnight(at) in days(db)
    db.run("select noc.tick(%s)", at + 10 * DAY)
    db.run("select noc.maintain_partitions(%s)", at + 10 * DAY)
    assert midnight(at) not in days(db)
    assert db.one("select sum(count) from public.metrics_agg where \"window\" = '1h'") == 5


def test_no_minute_goes_before_its_hour_was_made(db: Database, at: datetime) -> None:
    db.run("update noc.coarse_windows set closed_to = %s", midnight(at))
    ingest(db, ingest_key(db), [call(at)], at)
    db.run("select noc.roll_up(%s)", at)
    db.run("select noc.maintain_partitions(%s)", at + 10 * DAY)
    assert db.one("select count(*) from noc.metrics_agg_1m") == 5
