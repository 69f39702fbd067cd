"""What must go on by itself: the cron jobs, the tick, partitions ahead of time."""

from datetime import datetime, timedelta
from typing import Final

from dev.deploy_check.finding import Database, Finding, one
from dev.pg_cron import Job, PgCron, Run

# A run of noc.tick lasts most of its minute; the others start once an hour.
LATEST: Final = {
    "noc.tick": timedelta(minutes=3),
    "noc.maintain": timedelta(hours=2),
    "noc.check_trail": timedelta(hours=2),
    "noc.anchor_audit": timedelta(hours=2),
}
STALE_TICK: Final = timedelta(seconds=90)
PARTITIONS_AHEAD: Final = 2


def tick_job(db: Database, at: datetime) -> Finding:
    """The engine's job."""
    return _job(db, at, "noc.tick")


def maintain_job(db: Database, at: datetime) -> Finding:
    """The job of partitions and retention."""
    return _job(db, at, "noc.maintain")


def trail_job(db: Database, at: datetime) -> Finding:
    """The job that verifies the audit trail."""
    return _job(db, at, "noc.check_trail")


def anchor_job(db: Database, at: datetime) -> Finding:
    """The job that keeps the heads of the audit trail."""
    return _job(db, at, "noc.anchor_audit")


def engine(db: Database, at: datetime) -> Finding:
    """The tick itself, whatever pg_cron says about its job."""
    tick_at: datetime | None = one(db, "select noc.tick_at()")
    if tick_at is None:
        return Finding("engine", False, "has never ticked; the first one comes at a full minute")
    late = at - tick_at
    good = late <= STALE_TICK
    return Finding(
        "engine", good, f"ticked {_age(late)} ago" + ("" if good else "; every page is grey")
    )


def partitions(db: Database, at: datetime) -> Finding:
    """Room for the next days' facts: without a partition an event is refused."""
    ahead = one(db, "select noc.partitions_ahead(%s)", at)
    good = ahead is not None and ahead >= PARTITIONS_AHEAD
    advice = "" if good else f", fewer than {PARTITIONS_AHEAD}: select noc.maintain(now())"
    return Finding("partitions", good, f"{ahead} ahead{advice}")


def _job(db: Database, at: datetime, name: str) -> Finding:
    cron = PgCron(db)
    job, title = cron.job(name), f"cron job {name}"
    if job is None:
        return Finding(title, False, "is not scheduled for this user: see *_schedule.sql")
    if not job.active:
        return Finding(
            title, False, f"is switched off: select cron.alter_job({job.job_id}, active := true)"
        )
    last = cron.last_ended(job.job_id)
    if last is None or last.ended_at is None:
        return _never_ended(cron, at, job, title)
    return _ended(at, last, last.ended_at, LATEST[name], title)


def _ended(at: datetime, last: Run, ended_at: datetime, limit: timedelta, title: str) -> Finding:
    age = at - ended_at
    if last.status != "succeeded":
        return Finding(title, False, f"failed {_age(age)} ago: {_first_line(last.message)}")
    if age > limit:
        return Finding(title, False, f"last succeeded {_age(age)} ago; does pg_cron run?")
    return Finding(title, True, f"succeeded {_age(age)} ago")


def _never_ended(cron: PgCron, at: datetime, job: Job, title: str) -> Finding:
    """Fine for as long as its first time has not come since pg_cron was seen at work."""
    others = [cron.runs(one.job_id, limit=1_000_000) for one in cron.jobs() if one != job]
    started = [run.started_at for runs in others for run in runs if run.started_at]
    if job.name in LATEST and started and at - min(started) < LATEST[job.name]:
        return Finding(title, True, "not due yet")
    return Finding(title, False, "has never ended a run; does pg_cron run?")


def _first_line(message: str | None) -> str:
    lines = (message or "").strip().splitlines()
    return lines[0] if lines else "without a message"


def _age(age: timedelta) -> str:
    seconds = age.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
