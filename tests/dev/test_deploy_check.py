"""The deploy check: all yes on a good project, and the one no that each fault deserves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from dev.deploy_check.__main__ import CHECKS, examine, main
from dev.deploy_check.finding import Finding
from dev.pg_cron import PgCron

AT = datetime.now(UTC).replace(microsecond=0)
Database = psycopg.Connection[Any]


def ran(db: Database, job: str, ended_at: datetime, status: str = "succeeded") -> None:
    db.execute(
        "insert into cron.job_run_details"
        " (runid, jobid, username, status, return_message, start_time, end_time)"
        " select extract(epoch from %s) * 1000 + jobid, jobid, username, %s, 'ERROR: boom', %s, %s"
        " from cron.job where jobname = %s",
        (ended_at, status, ended_at - timedelta(seconds=50), ended_at, job),
    )


@pytest.fixture
def good(db: Database) -> Database:
    """The migrated project some hours after its deployment, as of AT."""
    cron = PgCron(db)
    cron.schedule("noc.tick", "* * * * *", "select 1")
    cron.schedule("noc.maintain", "7 * * * *", "select 1")
    cron.schedule("noc.check_trail", "37 * * * *", "select 1")
    cron.schedule("noc.anchor_audit", "17 * * * *", "select 1")
    ran(db, "noc.tick", AT - timedelta(minutes=3))
    ran(db, "noc.maintain", AT - timedelta(hours=2))
    ran(db, "noc.check_trail", AT - timedelta(hours=2))
    ran(db, "noc.anchor_audit", AT - timedelta(hours=2))
    db.execute("select noc.maintain_partitions(%s)", (AT,))
    db.execute("update noc.engine_state set tick_at = %s", (AT - timedelta(seconds=90),))
    return db


def faults(db: Database, at: datetime = AT) -> dict[str, str]:
    return {one.name: one.detail for one in examine(db, at) if not one.ok}


def test_a_good_project_has_no_fault_even_at_every_limit(good: Database) -> None:
    assert faults(good) == {}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("admin", "delete from noc.memberships where role = 'admin'"),
        ("migrations", "delete from supabase_migrations.schema_migrations where name = 'audit'"),
        ("cron job noc.tick", "select cron.unschedule('noc.tick')"),
        ("cron job noc.maintain", "select cron.alter_job(jobid, active := false) from cron.job"),
        ("cron job noc.check_trail", "select cron.unschedule('noc.check_trail')"),
        ("cron job noc.anchor_audit", "select cron.unschedule('noc.anchor_audit')"),
        ("engine", "update noc.engine_state set tick_at = null"),
        ("machine roles", "alter role noc_ingest login"),
        ("machine roles", "grant anon to noc_worker"),
        ("machine roles", "revoke noc_webhook from authenticator"),
        ("machine reads", "grant select on public.jobs to noc_worker"),
        ("machine reads", "grant select (message) on public.app_logs to noc_ingest"),
        ("row level security", "alter table noc.ingest_keys disable row level security"),
        ("row level security", "alter table public.companies disable row level security"),
        ("writes", "grant insert on public.noc_audit to authenticated"),
        ("writes", "grant update (name) on public.companies to service_role"),
        ("strangers", "grant execute on function public.noc_me() to anon"),
        ("strangers", "grant usage on schema noc to authenticated"),
        (
            "default grants",
            "alter default privileges in schema public grant select on tables to anon",
        ),
    ],
)
def test_a_fault_is_named(good: Database, name: str, fault: str) -> None:
    good.execute(fault.encode())
    assert name in faults(good)


def test_the_engine_is_late_after_ninety_seconds(good: Database) -> None:
    assert set(faults(good, AT + timedelta(seconds=1))) >= {"engine"}


@pytest.mark.parametrize("job", ["noc.tick", "noc.maintain", "noc.check_trail", "noc.anchor_audit"])
def test_a_job_that_stopped_is_named_once_its_limit_has_passed(good: Database, job: str) -> None:
    later = AT + timedelta(seconds=1)
    assert "does pg_cron run?" in faults(good, later)[f"cron job {job}"]


def test_a_failed_run_is_named_with_its_message(good: Database) -> None:
    ran(good, "noc.tick", AT - timedelta(minutes=1), "failed")
    assert faults(good) == {"cron job noc.tick": "failed 60 s ago: ERROR: boom"}
    ran(good, "noc.tick", AT, "succeeded")
    assert faults(good) == {}


def test_hourly_jobs_are_not_due_in_a_projects_first_hours(good: Database) -> None:
    good.execute(
        "delete from cron.job_run_details using cron.job"
        " where job.jobid = job_run_details.jobid and job.jobname <> 'noc.tick'"
    )
    assert faults(good) == {}
    ran(good, "noc.tick", AT - timedelta(hours=3))
    assert set(faults(good)) == {
        "cron job noc.maintain",
        "cron job noc.check_trail",
        "cron job noc.anchor_audit",
    }


def test_partitions_that_run_out_are_named_before_they_do(good: Database) -> None:
    assert "partitions" not in faults(good)
    assert "partitions" in faults(good, AT + timedelta(days=2))


def test_a_check_that_cannot_ask_is_a_no_and_the_others_go_on(good: Database) -> None:
    good.execute("drop function noc.tick_at() cascade")
    found = list(examine(good, AT))
    assert len(found) == len(CHECKS)
    assert {one.name for one in found if not one.ok} == {"engine"}
    assert any("cannot be checked" in one.detail for one in found)


def test_the_command_prints_a_line_for_each_check_and_ends_with_one_when_any_is_a_no(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 1  # the template's cron jobs are not scheduled
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(("  ✓ ", "  ✗ ")) for line in lines) == len(CHECKS)
    assert any(line.startswith("  ✗ cron job noc.tick") for line in lines)
    assert lines[-1].endswith("need attention")


def test_it_ends_with_zero_when_all_is_right(
    project: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = Finding("x", ok=True, detail="")
    monkeypatch.setattr("dev.deploy_check.__main__.examine", lambda db, at: [right])
    assert main([]) == 0
    assert capsys.readouterr().out.endswith("all 1 are right\n")
