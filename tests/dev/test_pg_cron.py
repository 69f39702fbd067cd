"""The pg_cron client on the real extension; its history is written with its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from dev.pg_cron import Job, PgCron, ScheduleError
from dev.testing.cluster import Cluster

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def cron(db: psycopg.Connection[Any]) -> PgCron:
    return PgCron(db)


def ran(
    db: psycopg.Connection[Any], job_id: int, status: str, at: datetime, ended: bool = True
) -> None:
    db.execute(
        "insert into cron.job_run_details"
        " (runid, jobid, username, status, return_message, start_time, end_time)"
        " values (extract(epoch from %s), %s, current_user, %s, 'said', %s, %s)",
        (at, job_id, status, at, at + timedelta(seconds=1) if ended else None),
    )


def test_a_job_is_scheduled_read_back_changed_and_taken_out(cron: PgCron) -> None:
    job_id = cron.schedule("noc.test", "5 * * * *", "select 1")
    assert cron.job("noc.test") == Job(
        job_id, "noc.test", "5 * * * *", "select 1", "postgres", "postgres", active=True
    )
    assert cron.schedule("noc.test", "6 * * * *", "select 2") == job_id
    assert [job.schedule for job in cron.jobs()] == ["6 * * * *"]
    assert cron.unschedule("noc.test") is True
    assert cron.jobs() == []


def test_nothing_is_scheduled_until_the_caller_commits(
    db: psycopg.Connection[Any], cron: PgCron
) -> None:
    cron.schedule("noc.test", "5 * * * *", "select 1")
    db.rollback()
    assert cron.jobs() == []


def test_an_unknown_job_is_null_and_nothing_to_take_out(cron: PgCron) -> None:
    assert cron.job("noc.nobody") is None
    assert cron.unschedule("noc.nobody") is False


@pytest.mark.parametrize("schedule", ["60 * * * *", "* * * *", "", "now"])
def test_a_schedule_that_pg_cron_does_not_read_is_refused(
    db: psycopg.Connection[Any], cron: PgCron, schedule: str
) -> None:
    with pytest.raises(ScheduleError, match=r"^schedule: pg_cron \d"):
        cron.schedule("noc.test", schedule, "select 1")
    db.rollback()
    assert cron.job("noc.test") is None


def test_runs_come_newest_first_and_no_more_than_asked(
    db: psycopg.Connection[Any], cron: PgCron
) -> None:
    job_id = cron.schedule("noc.test", "* * * * *", "select 1")
    for minute in range(3):
        ran(db, job_id, "succeeded", AT + timedelta(minutes=minute))
    assert [run.started_at for run in cron.runs(job_id, limit=2)] == [
        AT + timedelta(minutes=2),
        AT + timedelta(minutes=1),
    ]


def test_the_last_ended_run_is_not_the_one_at_work(
    db: psycopg.Connection[Any], cron: PgCron
) -> None:
    job_id = cron.schedule("noc.test", "* * * * *", "select 1")
    assert cron.last_ended(job_id) is None
    ran(db, job_id, "failed", AT)
    ran(db, job_id, "running", AT + timedelta(minutes=1), ended=False)
    last = cron.last_ended(job_id)
    assert last is not None
    assert (last.status, last.message, last.ended_at) == (
        "failed",
        "said",
        AT + timedelta(seconds=1),
    )


def test_other_users_jobs_are_hidden(file_cluster: Cluster, cron: PgCron) -> None:
    with psycopg.connect(file_cluster.dsn("supabase_admin"), autocommit=True) as admin:
        theirs = PgCron(admin)
        theirs.schedule("theirs", "1 1 * * *", "select 1")
        assert cron.job("theirs") is None
        assert theirs.unschedule("theirs") is True


def test_the_version_is_that_of_the_extension(cron: PgCron) -> None:
    version = cron.version()
    assert version is not None
    assert version.startswith("1.")


def test_a_database_without_pg_cron_has_no_version(file_cluster: Cluster) -> None:
    with psycopg.connect(file_cluster.dsn().replace("/postgres?", "/template1?")) as other:
        assert PgCron(other).version() is None
