"""A small typed client of pg_cron 1.4 to 1.6, over its own functions and tables.

It sees and changes the jobs of the connected user alone: a job's name is unique per user, and a
user that bypasses row level security, as `postgres` does, would meet the others' too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row, scalar_row

Status = Literal["starting", "connecting", "sending", "running", "succeeded", "failed"]


class ScheduleError(ValueError):
    """This server's pg_cron does not understand the schedule."""


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled command. `name` is null for one that was scheduled without a name."""

    job_id: int
    name: str | None
    schedule: str
    command: str
    database: str
    username: str
    active: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One execution. `ended_at` and `message` are null while it runs, `started_at` before."""

    run_id: int
    job_id: int
    status: Status
    message: str | None
    started_at: datetime | None
    ended_at: datetime | None


_JOBS = """
select jobid as job_id, jobname::text as name, schedule, command, database, username, active
from cron.job
where username = current_user
"""
_RUNS = """
select runid as run_id, jobid as job_id, status, return_message as message,
    start_time as started_at, end_time as ended_at
from cron.job_run_details
"""


class PgCron:
    """pg_cron of the connected database. The caller commits."""

    def __init__(self, db: psycopg.Connection[Any]) -> None:
        self._db = db

    def version(self) -> str | None:
        """Of the extension, such as `1.6`; null where it is not installed."""
        query = "select extversion from pg_catalog.pg_extension where extname = 'pg_cron'"
        return self._db.cursor(row_factory=scalar_row).execute(query).fetchone()

    def jobs(self) -> list[Job]:
        """All jobs of the connected user, by their id."""
        query = f"{_JOBS} order by jobid"
        return self._db.cursor(row_factory=class_row(Job)).execute(query).fetchall()

    def job(self, name: str) -> Job | None:
        """The job of that name, null when there is none."""
        query = f"{_JOBS} and jobname = %s"
        return self._db.cursor(row_factory=class_row(Job)).execute(query, (name,)).fetchone()

    def schedule(self, name: str, schedule: str, command: str) -> int:
        """Makes the job or changes the one of that name; gives its id.

        Raises `ScheduleError`, after which an open transaction can only be rolled back; intervals
        such as `10 seconds` need pg_cron 1.5.
        """
        version = self.version()
        cursor = self._db.cursor(row_factory=scalar_row)
        try:
            cursor.execute("select cron.schedule(%s, %s, %s)", (name, schedule, command))
        except psycopg.errors.InvalidParameterValue as error:
            raise ScheduleError(
                f"schedule: pg_cron {version} does not understand '{schedule}'"
            ) from error
        job_id: int | None = cursor.fetchone()
        assert job_id is not None
        return job_id

    def unschedule(self, name: str) -> bool:
        """Takes the job out; false when there was none. A run at work goes on to its end."""
        job = self.job(name)
        if job is None:
            return False
        self._db.execute("select cron.unschedule(%s::bigint)", (job.job_id,))
        return True

    def runs(self, job_id: int, limit: int = 20) -> list[Run]:
        """The job's last executions, newest first."""
        query = f"{_RUNS} where jobid = %s order by runid desc limit %s"
        return (
            self._db.cursor(row_factory=class_row(Run)).execute(query, (job_id, limit)).fetchall()
        )

    def last_ended(self, job_id: int) -> Run | None:
        """The newest execution that succeeded or failed, null before the first."""
        query = f"{_RUNS} where jobid = %s and end_time is not null order by runid desc limit 1"
        return self._db.cursor(row_factory=class_row(Run)).execute(query, (job_id,)).fetchone()
